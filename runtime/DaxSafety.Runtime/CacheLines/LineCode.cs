using System.Runtime.InteropServices;

namespace DaxSafety;

/// <summary>
/// The functions that this processor can run on cache lines, published as machine code once, when first asked for. Every
/// instruction the processor has is there, so that each can be tested; the first one is the best, and is used.
/// </summary>
internal sealed unsafe class LineCode
{
    /// <summary>Bytes between the starts of two functions: none is longer, and each starts a fetch line of its own.</summary>
    private const int Slot = 64;

    private readonly WriteBackInstruction[] _instructions;
    private readonly byte* _page;

    private LineCode(WriteBackInstruction[] instructions, byte* page)
    {
        _instructions = instructions;
        _page = page;
    }

    /// <summary>Makes code callable, or returns null where the system refuses.</summary>
    internal delegate void* Publisher(ReadOnlySpan<byte> code);

    public static LineCode Instance { get; } = Publish(ExecutableCode.TryPublish);

    /// <summary>What can be called, the best first; empty where nothing can.</summary>
    public IReadOnlyList<WriteBackInstruction> Available => _instructions;

    public WriteBackInstruction Best => _instructions.Length == 0 ? WriteBackInstruction.None : _instructions[0];

    /// <summary>
    /// <c>void ()</c>: the barrier that completes a write-back, or null where an intrinsic does it or nothing can be run.
    /// </summary>
    public void* Fence => Best == WriteBackInstruction.DcCvap ? _page + Slot : null;

    /// <summary>Bytes in a cache line; 64 where nobody can be asked.</summary>
    public int LineSize => Best == WriteBackInstruction.DcCvap
        ? (int)((delegate* unmanaged<nuint>)(_page + 2 * Slot))()
        : X64LineCode.LineSize;

    /// <summary>The function <c>void (void* address, nuint length)</c> of an instruction, or null when it is not available.</summary>
    public void* WriteBackBy(WriteBackInstruction instruction)
    {
        int slot = Array.IndexOf(_instructions, instruction);
        return slot < 0 ? null : _page + slot * Slot;
    }

    /// <summary>What would be there were this the way to publish code: the test's door to a system that refuses.</summary>
    internal static LineCode Publish(Publisher publisher)
    {
        byte[] code = [];
        WriteBackInstruction[] instructions = [];
        switch (RuntimeInformation.ProcessArchitecture)
        {
            case Architecture.X64:
                instructions = [.. X64Processor.Instructions()];
                code = new byte[instructions.Length * Slot];
                for (int i = 0; i < instructions.Length; i++)
                    X64LineCode.Of(instructions[i], OperatingSystem.IsWindows()).CopyTo(code.AsSpan(i * Slot, Slot));
                break;
            case Architecture.Arm64:
                instructions = [.. Arm64Processor.Instructions()];
                code = new byte[3 * Slot];
                Arm64LineCode.WriteBack.CopyTo(code.AsSpan(0, Slot));
                Arm64LineCode.Fence.CopyTo(code.AsSpan(Slot, Slot));
                Arm64LineCode.LineSize.CopyTo(code.AsSpan(2 * Slot, Slot));
                break;
        }

        void* page = instructions.Length == 0 ? null : publisher(code);
        return page is null ? new LineCode([], null) : new LineCode(instructions, (byte*)page);
    }
}
