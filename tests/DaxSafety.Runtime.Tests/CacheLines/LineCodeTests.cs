using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace DaxSafety.Tests.CacheLines;

/// <summary>Every write-back this processor has, called directly; and the decline where the system lets no code be published.</summary>
public sealed unsafe class LineCodeTests
{
    private static readonly bool s_x64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [Theory]
    [InlineData(WriteBackInstruction.ClFlush)]
    [InlineData(WriteBackInstruction.ClFlushOpt)]
    [InlineData(WriteBackInstruction.ClWb)]
    [InlineData(WriteBackInstruction.DcCvap)]
    public void EachInstructionOfThisProcessor_RunsAndChangesNothing(WriteBackInstruction instruction)
    {
        void* function = LineCode.Instance.WriteBackBy(instruction);
        Assert.Equal(LineCode.Instance.Available.Contains(instruction), function is not null);
        if (function is null)
            return;
        foreach (int length in new[] { 1, 63, 64, 65, 4096, 100_000 })
        {
            using GuardedBuffer buffer = new(length, 33);
            new Random(3).NextBytes(buffer.Bytes);
            byte[] before = buffer.Bytes.ToArray();
            ((delegate* unmanaged<void*, nuint, void>)function)(buffer.Address, (nuint)length);
            Assert.True(buffer.IsIntact);
            Assert.True(buffer.Bytes.SequenceEqual(before));
        }
    }

    [Fact]
    public void BestInstruction_IsTheFirstOfTheProcessorsOwn()
    {
        if (!s_x64)
            return;
        (_, int features, _, _) = X86Base.CpuId(7, 0);
        WriteBackInstruction expected = (features & (1 << 24)) != 0 ? WriteBackInstruction.ClWb
            : (features & (1 << 23)) != 0 ? WriteBackInstruction.ClFlushOpt
            : WriteBackInstruction.ClFlush;
        Assert.Equal(expected, PersistentMemory.Instruction);
        Assert.Equal(64, PersistentMemory.LineSize);
    }

    [Fact]
    public void SystemThatRefusesCode_LeavesNothingToCall()
    {
        LineCode refused = LineCode.Publish(_ => null);
        Assert.Equal(WriteBackInstruction.None, refused.Best);
        Assert.Empty(refused.Available);
        Assert.True(refused.WriteBackBy(WriteBackInstruction.ClFlush) is null);
        Assert.True(refused.Fence is null);
        Assert.Equal(64, refused.LineSize);
    }

    [Fact]
    public void BothWaysOfPublishing_GiveCodeThatRuns_InPagesThatAreNotWritable()
    {
        if (!OperatingSystem.IsLinux() || !s_x64)
            return;
        byte[] answer = [0xB8, 0x2A, 0, 0, 0, 0xC3]; // mov eax, 42; ret
        foreach (LineCode.Publisher publisher in new LineCode.Publisher[] { ExecutableCode.TryMemoryFile, ExecutableCode.TryProtect })
        {
            void* code = publisher(answer);
            Assert.True(code is not null);
            Assert.Equal(42, ((delegate* unmanaged<int>)code)());
            string line = File.ReadLines("/proc/self/maps").Single(l => l.StartsWith($"{(nint)code:x}-", StringComparison.Ordinal));
            Assert.Contains(" r-x", line);
        }
    }

    [Fact]
    public void NoCodeOrTooMuch_IsNotPublished()
    {
        Assert.True(ExecutableCode.TryPublish([]) is null);
        Assert.True(ExecutableCode.TryPublish(new byte[4097]) is null);
    }
}
