using System.Runtime.InteropServices;

namespace DaxSafety.Tests;

/// <summary>Native memory at a chosen misalignment between two zones of guard bytes that a test finds broken when something wrote outside.</summary>
internal sealed unsafe class GuardedBuffer : IDisposable
{
    private const int Zone = 256;
    private const byte Guard = 0xC3;

    private readonly byte* _memory;
    private readonly int _before;

    public GuardedBuffer(int length, int misalignment)
    {
        Length = length;
        _before = Zone + misalignment;
        _memory = (byte*)NativeMemory.AlignedAlloc((nuint)(_before + length + Zone), 64);
        All.Fill(Guard);
        Bytes.Clear();
    }

    public int Length { get; }

    public byte* Address => _memory + _before;

    public Span<byte> Bytes => new(Address, Length);

    public bool IsIntact => !All[.._before].ContainsAnyExcept(Guard) && !All[(_before + Length)..].ContainsAnyExcept(Guard);

    private Span<byte> All => new(_memory, _before + Length + Zone);

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
