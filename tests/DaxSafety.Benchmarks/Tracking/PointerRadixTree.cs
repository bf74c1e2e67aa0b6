namespace DaxSafety.Benchmarks.Tracking;

/// <summary>
/// The textbook peer: a 64-way radix tree of nodes that point at their children, each with one dirty bit per child, as
/// the Linux page cache has it. Same promises as the shared mode of ours: any number of writers, every summary checked after
/// the leaf is set, cleared from the top down.
/// </summary>
internal sealed class PointerRadixTree(int levels)
{
    private const int Shift = 6;

    private readonly Node _root = new();

    public void Mark(long line)
    {
        Node node = _root;
        for (int level = levels - 1; level > 0; level--)
            node = node.Child((int)(line >> (Shift * level)) & 63);
        Interlocked.Or(ref node.Dirty, 1UL << (int)line);
        for (int level = 1; level < levels; level++)
        {
            node = node.Parent!;
            ulong bit = 1UL << ((int)(line >> (Shift * level)) & 63);
            if ((Volatile.Read(ref node.Dirty) & bit) == 0)
                Interlocked.Or(ref node.Dirty, bit);
        }
    }

    public void Clear() => Clear(_root, levels - 1);

    private static void Clear(Node node, int level)
    {
        ulong dirty = Interlocked.Exchange(ref node.Dirty, 0);
        for (; level > 0 && dirty != 0; dirty &= dirty - 1)
            Clear(node.Child(System.Numerics.BitOperations.TrailingZeroCount(dirty)), level - 1);
    }

    private sealed class Node
    {
        public ulong Dirty;
        public Node? Parent;
        private readonly Node?[] _children = new Node?[64];

        public Node Child(int index) => Volatile.Read(ref _children[index]) ?? Create(index);

        private Node Create(int index)
        {
            var created = new Node { Parent = this };
            return Interlocked.CompareExchange(ref _children[index], created, null) ?? created;
        }
    }
}
