using DaxSafety.Analyzers.Knowledge;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>P/Invokes are known by what they call, not by what they are called.</summary>
public sealed class NativeEffectsTests
{
    [Theory]
    [InlineData("libc"), InlineData("libc.so.6"), InlineData("c"), InlineData("libSystem.dylib"), InlineData("/usr/lib/libSystem.B.dylib"), InlineData("libc.musl-x86_64.so.1")]
    public void CLibrary_IsKnownUnderEachOfItsNames(string library) =>
        Assert.Equal("msync(addr, length: len, flags: flags), fails(minus-one)",
            EffectText.OfExpression("Native.msync(p, 1, 4)", Import($"[DllImport(\"{library}\")] public static extern int msync(void* addr, nuint len, int flags);")));

    [Theory]
    [InlineData("kernel32"), InlineData("kernel32.dll"), InlineData("KERNEL32.DLL"), InlineData("kernelbase"), InlineData("api-ms-win-core-memory-l1-1-0.dll")]
    public void Kernel32_IsKnownUnderEachOfItsNames(string library) =>
        Assert.Equal("flush-view(start, length: bytes, first-of-two, zero-is-all), fails(false)",
            EffectText.OfExpression("Native.FlushViewOfFile(p, 1)", Import($"[DllImport(\"{library}\")] public static extern bool FlushViewOfFile(void* start, nuint bytes);")));

    [Theory]
    [InlineData("libpmem"), InlineData("libpmem.so.1"), InlineData("pmem")]
    public void Pmem_IsKnownUnderEachOfItsNames(string library) =>
        Assert.Equal("write(a, length: c), write-back(a, length: c), derive(return, from: a)",
            EffectText.OfExpression("Native.Blit(p, p, 1);", Import($"[DllImport(\"{library}\", EntryPoint = \"pmem_memcpy_nodrain\")] public static extern void* Blit(void* a, void* b, nuint c);")));

    [Fact]
    public void EntryPoint_CountsAndNotTheMethodsName()
    {
        Assert.Equal("view(return, of: fd, offset: offset, size: length, protection: prot, flags: flags)",
            EffectText.OfExpression("Native.Map(0, 1, 3, 1, 5, 0)", Import("[DllImport(\"libc\", EntryPoint = \"mmap\")] public static extern nint Map(nint addr, nuint length, int prot, int flags, int fd, long offset);")));
        Assert.Equal("nothing",
            EffectText.OfExpression("Native.msync(p, 1, 4)", Import("[DllImport(\"libc\", EntryPoint = \"puts\")] public static extern int msync(void* addr, nuint len, int flags);")));
    }

    [Fact]
    public void OtherLibrary_IsNotMeant() =>
        Assert.Equal("nothing", EffectText.OfExpression("Native.msync(p, 1, 4)", Import("[DllImport(\"acme\")] public static extern int msync(void* addr, nuint len, int flags);")));

    [Theory]
    [InlineData("CreateFileMappingW"), InlineData("CreateFileMappingA"), InlineData("CreateFileMapping")]
    public void WindowsSuffix_IsIgnored(string entryPoint) =>
        Assert.Equal("map(return, file: file, page-protection: protect, capacity: low)",
            EffectText.OfExpression("Native.Map(address, 0, 4, 0, 4096, null)", Import($"[DllImport(\"kernel32\", EntryPoint = \"{entryPoint}\")] public static extern nint Map(nint file, nint security, uint protect, uint high, uint low, string name);")));

    [Fact]
    public void LibraryImport_IsKnownToo() =>
        Assert.Equal("flush-file(fd), fails(minus-one)", EffectText.OfExpression("Native.Sync(5)", """
            static partial class Native
            {
                [LibraryImport("libc", EntryPoint = "fsync")] public static partial int Sync(int fd);
                public static partial int Sync(int fd) => 0;
            }
            """));

    [Fact]
    public void ParameterThatIsMissing_LeavesItsOperandOut() =>
        Assert.Equal("msync(addr), fails(minus-one)", EffectText.OfExpression("Native.msync(p)", Import("[DllImport(\"libc\")] public static extern int msync(void* addr);")));

    [Theory]
    [InlineData("System.Data.dll", "system.data"), InlineData("libSystem.Native", "system.native"), InlineData("", ""), InlineData("lib", "lib")]
    public void LibraryThatIsNoneOfThem_KeepsItsName(string library, string canonical) => Assert.Equal(canonical, NativeLibrary.Canonical(library));

    private static string Import(string declaration) => $"static class Native {{ {declaration} }}";
}
