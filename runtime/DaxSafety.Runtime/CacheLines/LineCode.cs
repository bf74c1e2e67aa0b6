using System.Runtime.InteropServices;

namespace DaxSafety;

/// <summary>
/// The functions that this processor can run on cache lines, published as machine code once, when first asked for. Every
/// instruction the processor has is there, so that each can be tested; <see cref="Best"/> is the one that is used.
/// </summary>
internal static unsafe class LineCode
{
    /// <summary>Bytes between the starts of two functions in the code page.</summary>
    private const int Slot = 128;

    private static readonly Published s_published = Publish(ExecutableCode.TryPublish);

    public static WriteBackInstruction Best => s_published.Instructions.FirstOrDefault();

    /// <summary>What can be called, the best first.</summary>
    public static IReadOnlyList<WriteBackInstruction> Available => s_published.Instructions;

    /// <summary>The function <c>void (void* address, nuint length)</c> of an instruction, or null when it is not available.</summary>
    public static void* FunctionOf(WriteBackInstruction instruction)
    {
        int slot = Array.IndexOf(s_published.Instructions, instruction);
        return slot < 0 ? null : s_published.Page + slot * Slot;
    }

    /// <summary>What would be available were this the way to publish code.</summary>
    internal static Published Publish(Publisher publisher)
    {
        WriteBackInstruction[] instructions = OnThisProcessor();
        if (instructions.Length == 0)
            return new Published([], null);
        byte[] page = new byte[instructions.Length * Slot];
        for (int i = 0; i < instructions.Length; i++)
            X64LineCode.Of(instructions[i], OperatingSystem.IsWindows()).CopyTo(page.AsSpan(i * Slot, Slot));
        void* code = publisher(page);
        return code is null ? new Published([], null) : new Published(instructions, (byte*)code);
    }

    private static WriteBackInstruction[] OnThisProcessor()
        => RuntimeInformation.ProcessArchitecture == Architecture.X64 ? [.. X64Processor.Instructions()] : [];

    /// <summary>Makes code callable, or returns null where the system refuses.</summary>
    internal delegate void* Publisher(ReadOnlySpan<byte> code);

    internal sealed class Published(WriteBackInstruction[] instructions, byte* page)
    {
        public WriteBackInstruction[] Instructions { get; } = instructions;

        public byte* Page { get; } = page;
    }
}
