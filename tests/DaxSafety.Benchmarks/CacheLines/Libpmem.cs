using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DaxSafety.Benchmarks.CacheLines;

/// <summary>
/// The yardstick: libpmem, called from loops in C (compiled here, so that no transition from managed code is in its time) and
/// straight from C#. Debian's package is libpmem-dev.
/// </summary>
internal sealed unsafe class Libpmem
{
    private const string Loops = """
        #include <libpmem.h>
        #include <stdint.h>
        void lines(char *base, size_t mask, size_t lines, long rounds)
        {
            size_t bytes = lines * 64, at = 0;
            for (long r = 0; r < rounds; r++) {
                char *p = base + at;
                for (size_t i = 0; i < bytes; i += 64) *(volatile uint64_t *)(p + i) = (uint64_t)r;
                pmem_persist(p, bytes);
                at = (at + bytes) & mask;
            }
        }
        void copies(char *to, char *from, size_t mask, size_t step, size_t bytes, long rounds)
        {
            size_t at = 0;
            for (long r = 0; r < rounds; r++) {
                pmem_memcpy_persist(to + at, from, bytes);
                at = (at + step) & mask;
            }
        }
        """;

    private Libpmem(nint library, nint loops)
    {
        Persist = (delegate* unmanaged<void*, nuint, void>)NativeLibrary.GetExport(library, "pmem_persist");
        Memcpy = (delegate* unmanaged<void*, void*, nuint, void*>)NativeLibrary.GetExport(library, "pmem_memcpy_persist");
        LinesInC = (delegate* unmanaged<byte*, nuint, nuint, long, void>)NativeLibrary.GetExport(loops, "lines");
        CopiesInC = (delegate* unmanaged<byte*, byte*, nuint, nuint, nuint, long, void>)NativeLibrary.GetExport(loops, "copies");
    }

    public delegate* unmanaged<void*, nuint, void> Persist { get; }

    public delegate* unmanaged<void*, void*, nuint, void*> Memcpy { get; }

    public delegate* unmanaged<byte*, nuint, nuint, long, void> LinesInC { get; }

    public delegate* unmanaged<byte*, byte*, nuint, nuint, nuint, long, void> CopiesInC { get; }

    /// <summary>The library, or null and why not.</summary>
    public static Libpmem? TryLoad(out string why)
    {
        why = "";
        if (!OperatingSystem.IsLinux())
        {
            why = "libpmem is measured on Linux only";
            return null;
        }

        // The variable must be in the C environment before the library is loaded; .NET's own copy does not reach it.
        fixed (byte* name = "PMEM_IS_PMEM_FORCE\0"u8, value = "1\0"u8)
            ((delegate* unmanaged<byte*, byte*, int, int>)NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "setenv"))(name, value, 1);
        if (!NativeLibrary.TryLoad("libpmem.so.1", out nint library))
        {
            why = "libpmem is not installed (Debian: apt-get install libpmem-dev)";
            return null;
        }

        string folder = Directory.CreateTempSubdirectory("dax-safety-loops").FullName;
        try
        {
            if (Compile(folder, out why) is { } loops)
                return new Libpmem(library, NativeLibrary.Load(loops));
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string? Compile(string folder, out string why)
    {
        string source = Path.Combine(folder, "loops.c"), target = Path.Combine(folder, "loops.so");
        File.WriteAllText(source, Loops);
        try
        {
            using Process cc = Process.Start(new ProcessStartInfo("cc", ["-O2", "-shared", "-fPIC", "-o", target, source, "-lpmem"])
            {
                RedirectStandardError = true,
            })!;
            string errors = cc.StandardError.ReadToEnd();
            cc.WaitForExit();
            why = cc.ExitCode == 0 ? "" : $"the C loops did not compile: {errors}";
            return cc.ExitCode == 0 ? target : null;
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            why = $"no C compiler for the C loops (Debian: apt-get install gcc libc6-dev): {e.Message}";
            return null;
        }
    }
}
