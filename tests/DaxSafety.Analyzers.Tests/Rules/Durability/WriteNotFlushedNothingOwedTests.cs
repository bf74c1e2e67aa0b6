using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Mappings that owe nothing: no file behind them, not shared with it, not meant to last, or not ours to know.</summary>
public sealed class WriteNotFlushedNothingOwedTests
{
    private const string Native = """
        static unsafe class Libc
        {
            [DllImport("libc")] public static extern byte* mmap(void* addr, nuint length, int prot, int flags, int fd, long offset);
            [DllImport("libc", EntryPoint = "mmap")] public static extern IntPtr Map(IntPtr addr, nuint length, int prot, int flags, int fd, long offset);
            [DllImport("kernel32")] public static extern void* MapViewOfFile(IntPtr map, uint access, uint high, uint low, nuint bytes);
            [DllImport("kernel32")] public static extern IntPtr CreateFileMappingW(IntPtr file, IntPtr security, uint protect, uint high, uint low, string name);
        }
        """;

    [Theory]
    [InlineData("var map = MemoryMappedFile.CreateNew(null, 4096); var view = map.CreateViewAccessor(); view.Write(0, 1);")]
    [InlineData("var map = MemoryMappedFile.CreateOrOpen(\"x\", 4096); var view = map.CreateViewAccessor(); view.Write(0, 1);")]
    [InlineData("var map = MemoryMappedFile.OpenExisting(\"x\"); var view = map.CreateViewAccessor(); view.Write(0, 1);")]
    [InlineData("var map = MemoryMappedFile.CreateFromFile(path); var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.CopyOnWrite); view.Write(0, 1);")]
    [InlineData("var map = MemoryMappedFile.CreateFromFile(path); var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read); _ = view.ReadByte(0);")]
    [InlineData("var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose); var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false); var view = map.CreateViewAccessor(); view.Write(0, 1);")]
    [InlineData("var p = Libc.mmap(null, 4096, 3, 0x22, -1, 0); *p = 1;")]
    [InlineData("var p = Libc.mmap(null, 4096, 3, 0x21, -1, 0); *p = 1;")]
    [InlineData("var p = Libc.mmap(null, 4096, 3, 2, fd, 0); *p = 1;")]
    [InlineData("var p = (byte*)NativeMemory.Alloc(8); *p = 1; new Span<byte>(p, 8).Clear();")]
    [InlineData("var p = stackalloc byte[8]; *p = 1;")]
    [InlineData("fixed (byte* p = new byte[8]) *p = 1;")]
    [InlineData("var stream = new MemoryStream(); stream.WriteByte(1); new BinaryWriter(stream).Write(1);")]
    [InlineData("var stream = new FileStream(path, FileMode.Create); stream.WriteByte(1);")]
    [InlineData("_ = nameof(MemoryMappedFile); var memory = MemoryPool<byte>.Shared.Rent(8).Memory; memory.Span[0] = 1;")]
    public async Task MappingThatOwesNothing_IsSilent(string body) => await Verify.Silent(InProgram(body), Rules);

    [Theory]
    [InlineData("var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open); var view = map.CreateViewAccessor(); [|view.Write(0, 1)|];")]
    [InlineData("var map = MemoryMappedFile.CreateFromFile(path, FileMode.Open); var view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.ReadWrite); [|view.Write(0, 1)|];")]
    [InlineData("var p = Libc.mmap(null, 4096, 3, 1, fd, 0); [|*p = 1|];")]
    [InlineData("var p = (byte*)Libc.Map(IntPtr.Zero, 4096, 3, 1, fd, 0); [|p[8] = 1|];")]
    [InlineData("const int MAP_SHARED = 1; var p = (int*)Libc.mmap(null, 4096, 3, MAP_SHARED, fd, 0); [|*p = 1|];")]
    [InlineData("var p = (int*)Libc.MapViewOfFile(section, 2, 0, 0, 0); [|*p = 1|];")]
    [InlineData("var p = (int*)Libc.MapViewOfFile(Libc.CreateFileMappingW(section, 0, 4, 0, 4096, null), 0xF001F, 0, 0, 0); [|*p = 1|];")]
    [InlineData("var file = File.Open(path, FileMode.Open); var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, false); var view = map.CreateViewAccessor(); [|view.Write(0, 1)|];")]
    public async Task MappingOfAFile_Owes(string body) => await Verify.Analyzer(InProgram(body), Rules);

    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1002"] };

    private static string InProgram(string body) => $$"""
        unsafe class Program
        {
            static void Main2(string path, int fd, IntPtr section) { {{body}} }
        }
        """ + Native;
}
