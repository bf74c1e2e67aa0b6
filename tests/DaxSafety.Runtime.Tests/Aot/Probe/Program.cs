using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Aot;

/// <summary>
/// The library in a native program: which write-back it finds, freely, under a policy that memory once written is never executable
/// (PR_SET_MDWE), and where no memory may be made executable at all. In each case a mapped write must become durable.
/// </summary>
internal static unsafe partial class Program
{
    private const int SetMdwe = 65, SetNoNewPrivileges = 38, SetSeccomp = 22, ModeFilter = 2;

    private static int Main(string[] args)
    {
        switch (args[0])
        {
            case "free":
                break;
            case "write-xor-execute":
                // Linux 6.3; 1 is PR_MDWE_REFUSE_EXEC_GAIN.
                if (Prctl(SetMdwe, 1, null) != 0)
                {
                    Console.WriteLine("no such policy");
                    return 0;
                }

                break;
            case "no-execute":
                RefuseExecutable();
                break;
        }

        Console.WriteLine($"instruction {PersistentMemory.Instruction}");
        using (DurableMap map = DurableMap.Create(args[1], 1 << 20))
        {
            map.Write(4090, 0x1122334455667788);
            map.Persist();
            new Span<byte>((byte*)map.Address + 9000, 100).Fill(7);
            PersistentMemory.WriteBack((byte*)map.Address + 9000, 100);
            PersistentMemory.Fence();
            PersistentMemory.Persist((byte*)map.Address + 9000, 100);
            PersistentMemory.CopyAndPersist("durable"u8, (byte*)map.Address + 20_000);
            Console.WriteLine($"granularity {map.Granularity}");
        }

        byte[] all = File.ReadAllBytes(args[1]);
        bool right = BitConverter.ToInt64(all, 4090) == 0x1122334455667788 && all[9099] == 7 && all[20_006] == (byte)'e';
        Console.WriteLine(right ? "written" : "not written");
        return right ? 0 : 1;
    }

    /// <summary>A seccomp filter (x64): mmap and mprotect with PROT_EXEC, and memfd_create, fail with EPERM.</summary>
    private static void RefuseExecutable()
    {
        Instruction[] program =
        [
            new(0x20, 0, 0, 0),            // load the number
            new(0x15, 5, 0, 319),          // memfd_create: refuse
            new(0x15, 1, 0, 9),            // mmap: look at its protection
            new(0x15, 0, 2, 10),           // mprotect: the same; anything else: allow
            new(0x20, 0, 0, 32),           // load the third argument
            new(0x45, 1, 0, 4),            // PROT_EXEC: refuse
            new(0x06, 0, 0, 0x7FFF0000),   // allow
            new(0x06, 0, 0, 0x00050000 | 1),
        ];
        fixed (Instruction* instructions = program)
        {
            Filter filter = new() { Length = (ushort)program.Length, Instructions = instructions };
            if (Prctl(SetNoNewPrivileges, 1, null) != 0 || Prctl(SetSeccomp, ModeFilter, &filter) != 0)
                throw new InvalidOperationException($"prctl: errno {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int Prctl(int option, nuint value, Filter* filter, nuint third = 0, nuint fourth = 0);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte True, byte False, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* Instructions;
    }
}
