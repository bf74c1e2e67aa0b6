using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.Arm;

namespace DaxSafety.Tracking;

/// <summary>
/// The bits of the dirty tree and the protocol that touches them: an implicit 512-way radix tree. Bit n of level k says
/// that something among its 512 children at level k-1 may be dirty; a bit of level 0 is one 64-byte line. A node is the 64
/// bytes that hold 512 bits, so a child's address is computed, never loaded: that is why a mark costs no pointer chase.
/// </summary>
/// <remarks>
/// The rule everything rests on: a set bit below is visible from the root, except between a mark's first and last step.
/// Markers set bottom-up and check every level; takers clear top-down. A summary may be set over nothing (the next take
/// clears it), never the other way round. What happens around a take (who waits, what is put back) is
/// <see cref="DirtyDrains"/>.
/// </remarks>
internal sealed unsafe partial class DirtyLevels : IDisposable
{
    internal const int FanoutShift = 9;
    internal const int NodeWords = 8;

    /// <summary>A root of up to 4096 bits is scanned in a few nanoseconds; one level fewer is checked at every mark.</summary>
    private const long MaxRootBits = 4096;

    private readonly BitmapMemory _memory;
    private readonly ulong* _lines;
    private readonly ulong* _nodes;
    private readonly ulong* _regions;
    private readonly ulong* _top;
    private readonly bool _mustCommit;

    internal DirtyLevels(long lineCount, bool forceCommit = false)
    {
        LineCount = lineCount;
        long nodes = Parents(lineCount), regions = Parents(nodes), tops = Parents(regions);
        HasTop = regions > MaxRootBits;
        long topBytes = HasTop ? Bytes(tops) : 0, regionBytes = Bytes(regions), nodeBytes = Bytes(nodes);
        _memory = BitmapMemory.Reserve(Bytes(lineCount), topBytes + regionBytes + nodeBytes, forceCommit);
        _mustCommit = _memory.MustCommit;
        _lines = (ulong*)_memory.Leaves;
        _top = HasTop ? (ulong*)_memory.Summaries : null;
        _regions = (ulong*)(_memory.Summaries + topBytes);
        _nodes = (ulong*)(_memory.Summaries + topBytes + regionBytes);
        RootBits = HasTop ? tops : regions;
    }

    internal long LineCount { get; }

    internal bool HasTop { get; }

    internal int RootLevel => HasTop ? 3 : 2;

    internal long RootBits { get; }

    internal ulong* Level(int level) => level switch { 0 => _lines, 1 => _nodes, 2 => _regions, _ => _top };

    /// <summary>Bytes of address space reserved for all levels.</summary>
    internal long ReservedBytes => _memory.ReservedBytes;

    private static long Parents(long bits) => (bits + 511) >> FanoutShift;

    private static long Bytes(long bits) => Parents(bits) * (NodeWords * sizeof(ulong));

    /// <summary>Marks one line; any number of threads at once. The store it stands for must precede it in program order.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkShared(long line) => MarkWordShared(line >> 6, 1UL << (int)line);

    /// <summary>Marks lines of one leaf word (4 KiB of data).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkWordShared(long word, ulong bits)
    {
        if (_mustCommit)
            _memory.CommitLeaf(word);
        StoresBeforeMark();
        Interlocked.Or(ref _lines[word], bits);
        // Every level is looked at, even if the word was not zero before: whoever set it may not have got to the summaries
        // yet, and our own persist may come before he does.
        SummariseShared(word >> 3);
        GC.KeepAlive(this);
    }

    /// <summary>Makes node <paramref name="node"/> of level 0 visible from the root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SummariseShared(long node)
    {
        if ((Volatile.Read(ref _nodes[node >> 6]) & (1UL << (int)node)) == 0)
            Interlocked.Or(ref _nodes[node >> 6], 1UL << (int)node);
        SummariseNodeShared(node >> FanoutShift);
    }

    /// <summary>Makes node <paramref name="region"/> of level 1 visible from the root.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void SummariseNodeShared(long region)
    {
        if ((Volatile.Read(ref _regions[region >> 6]) & (1UL << (int)region)) == 0)
            Interlocked.Or(ref _regions[region >> 6], 1UL << (int)region);
        if (_top == null)
            return;
        long top = region >> FanoutShift;
        if ((Volatile.Read(ref _top[top >> 6]) & (1UL << (int)top)) == 0)
            Interlocked.Or(ref _top[top >> 6], 1UL << (int)top);
    }

    /// <summary>Marks one line when no other thread touches the tree: a bit that is set implies its summaries are.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void MarkExclusive(long line)
    {
        // The leaf may not be committed yet where commit is explicit, so it must not even be read before.
        if (_mustCommit)
            _memory.CommitLeaf(line >> 6);
        ulong word = _lines[line >> 6], bit = 1UL << (int)line;
        if ((word & bit) != 0)
            return;
        _lines[line >> 6] = word | bit;
        if (word == 0)
            SummariseExclusive(line >> FanoutShift);
        GC.KeepAlive(this);
    }

    internal void MarkWordExclusive(long word, ulong bits)
    {
        if (_mustCommit)
            _memory.CommitLeaf(word);
        _lines[word] |= bits;
        SummariseExclusive(word >> 3);
        GC.KeepAlive(this);
    }

    internal void SummariseExclusive(long node)
    {
        _nodes[node >> 6] |= 1UL << (int)node;
        long region = node >> FanoutShift;
        _regions[region >> 6] |= 1UL << (int)region;
        if (_top != null)
            _top[region >> (FanoutShift + 6)] |= 1UL << (int)(region >> FanoutShift);
    }

    internal void CommitLeaf(long word)
    {
        if (_mustCommit)
            _memory.CommitLeaf(word);
    }

    /// <summary>
    /// Keeps the program's stores before the mark that follows. On x64 the interlocked OR does; on ARM64 a release orders
    /// the stores but says nothing about a cache clean on another core, so a full barrier is needed.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void StoresBeforeMark()
    {
        if (ArmBase.IsSupported)
            Interlocked.MemoryBarrier();
    }

    /// <summary>Whether anything is marked, as far as the root shows.</summary>
    internal bool IsEmpty
    {
        get
        {
            ulong* root = HasTop ? _top : _regions;
            long words = (RootBits + 63) >> 6;
            ulong any = 0;
            for (long i = 0; i < words; i++)
                any |= Volatile.Read(ref root[i]);
            GC.KeepAlive(this);
            return any == 0;
        }
    }

    internal bool IsDirty(long line)
    {
        bool dirty = Has(RootLevel, line) && (RootLevel < 3 || Has(2, line)) && Has(1, line) && Has(0, line);
        GC.KeepAlive(this);
        return dirty;
    }

    private bool Has(int level, long line)
    {
        long bit = line >> (FanoutShift * level);
        return (Volatile.Read(ref Level(level)[bit >> 6]) & (1UL << (int)bit)) != 0;
    }

    public void Dispose() => _memory.Decommit();
}
