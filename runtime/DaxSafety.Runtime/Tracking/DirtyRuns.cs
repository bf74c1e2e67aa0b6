using System.Numerics;
using System.Runtime.CompilerServices;

namespace DaxSafety.Tracking;

/// <summary>
/// The TOWRITE list: what a take has cleared, as the longest possible byte ranges in ascending order. Reused from take to
/// take, so that an empty one allocates nothing and a busy one only until the list has its working size.
/// </summary>
internal sealed class DirtyRuns
{
    private const int MostRangesOfANode = 256;
    private const int FirstCapacity = 1024;

    /// <summary>A list of more than 1 MiB is not kept for the next take.</summary>
    private const int MostKept = DirtyDrains.MostRangesOfAStep;

    private readonly long _endOfData;
    private DirtyRange[] _ranges = [];
    private int _count;

    /// <summary>Collects ranges, cut at <paramref name="endOfData"/> (in bytes).</summary>
    internal DirtyRuns(long endOfData) => _endOfData = endOfData;

    /// <summary>How many ranges one take may collect; a walk stops there and goes on with the next.</summary>
    internal int MostRanges { get; set; } = int.MaxValue;

    internal ReadOnlySpan<DirtyRange> Ranges => _ranges.AsSpan(0, _count);

    internal long Lines { get; private set; }

    internal int Count => _count;

    /// <summary>From the first byte of the list to the last; the list must not be empty.</summary>
    internal DirtyRange Extent => DirtyRange.Between(_ranges[0].Offset, _ranges[_count - 1].End);

    internal void Reset()
    {
        _count = 0;
        Lines = 0;
        if (_ranges.Length > MostKept)
            _ranges = [];
    }

    private void Add(long word, ulong bits)
    {
        Lines += BitOperations.PopCount(bits);
        DirtyRange[] ranges = _ranges;
        long wordOffset = word << (6 + LineIndex.SizeShift);
        int count = _count;
        while (bits != 0)
        {
            int start = BitOperations.TrailingZeroCount(bits);
            int length = BitOperations.TrailingZeroCount(~(bits >> start));
            long offset = wordOffset + ((long)start << LineIndex.SizeShift);
            long bytes = (long)length << LineIndex.SizeShift;
            if (count > 0 && ranges[count - 1].End == offset)
                ranges[count - 1] = ranges[count - 1] with { Length = ranges[count - 1].Length + bytes };
            else
                ranges[count++] = new DirtyRange(offset, bytes);
            bits = start + length == 64 ? 0 : bits & (ulong.MaxValue << (start + length));
        }

        _count = count;
    }

    /// <summary>Cuts the last range where the data ends: the last line need not be whole.</summary>
    internal void Finish()
    {
        if (_count > 0 && _ranges[_count - 1].End > _endOfData)
            _ranges[_count - 1] = DirtyRange.Between(_ranges[_count - 1].Offset, _endOfData);
    }

    /// <summary>Whether one of the ranges shares a byte with <paramref name="range"/>.</summary>
    internal bool Overlap(DirtyRange range)
    {
        int low = 0, high = _count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_ranges[middle].End <= range.Offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low < _count && _ranges[low].Overlaps(range);
    }

    /// <summary>Gives the list its first room, so that a take always gets somewhere.</summary>
    internal void Prepare()
    {
        if (_ranges.Length < MostRangesOfANode)
            _ranges = new DirtyRange[Math.Max(MostRangesOfANode, Math.Min(FirstCapacity, MostRanges))];
    }

    /// <summary>
    /// False when the list is as long as it may be, or as memory lets it be. It must not throw: it is asked in the middle of a
    /// walk, whose cleared summaries would be lost.
    /// </summary>
    private bool Grow()
    {
        long wanted = Math.Max(FirstCapacity, _ranges.Length * 2L);
        if (_count + MostRangesOfANode > MostRanges || wanted > Array.MaxLength)
            return false;
        try
        {
            Array.Resize(ref _ranges, (int)wanted);
            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
    }

    /// <summary>The list as the sink of a walk; a struct, so that the walk is compiled for it.</summary>
    internal readonly struct Sink(DirtyRuns runs) : ILeafSink
    {
        public bool HasRoom
        {
            [MethodImpl(MethodImplOptions.AggressiveInlining)]
            get => runs._count + MostRangesOfANode <= runs._ranges.Length || runs.Grow();
        }

        public void Add(long word, ulong bits) => runs.Add(word, bits);
    }
}
