namespace DaxSafety.Analyzers.Flow;

/// <summary>
/// A persistent map from small non-negative ints, after Okasaki and Gill, "Fast Mergeable Integer Maps" (1998). Two maps
/// that share structure are merged and compared at the cost of what differs, which is what keeps the meet of two long
/// methods' states cheap. Immutable, so thread safe.
/// </summary>
internal readonly struct IntMap<T> : IEquatable<IntMap<T>>
    where T : IEquatable<T>
{
    private readonly Node? _root;

    private IntMap(Node? root) => _root = root;

    public static IntMap<T> Empty => default;

    public bool IsEmpty => _root is null;

    public bool TryGet(int key, out T value)
    {
        var node = _root;
        while (node is Branch branch)
            node = (key & branch.Bit) == 0 ? branch.Left : branch.Right;
        if (node is Leaf leaf && leaf.Key == key)
        {
            value = leaf.Value;
            return true;
        }
        value = default!;
        return false;
    }

    public bool Contains(int key) => TryGet(key, out _);

    public IntMap<T> Set(int key, T value) => new(Set(_root, key, value));

    public IntMap<T> Remove(int key) => new(Remove(_root, key));

    /// <summary>Keys of both, values combined where both have one; a key that only one has is kept.</summary>
    public IntMap<T> Union(IntMap<T> other, Func<T, T, T> combine) => new(Merge(_root, other._root, keepOnlyOne: true, combine));

    /// <summary>As the other, but a value that only one has goes through <paramref name="onlyOne"/> first.</summary>
    public IntMap<T> Union(IntMap<T> other, Func<T, T, T> combine, Func<int, T, T> onlyOne)
    {
        var theirs = other;
        var merged = Union(other, combine);
        var mine = this;
        var result = merged;
        if (ReferenceEquals(merged._root, _root) && ReferenceEquals(merged._root, other._root))
            return merged;
        merged.ForEach((key, value) =>
        {
            if (!mine.Contains(key) || !theirs.Contains(key))
                result = result.Set(key, onlyOne(key, value));
        });
        return result;
    }

    /// <summary>Keys that both have, values combined.</summary>
    public IntMap<T> Intersect(IntMap<T> other, Func<T, T, T> combine) => new(Merge(_root, other._root, keepOnlyOne: false, combine));

    public void ForEach(Action<int, T> action) => ForEach(_root, action);

    public List<KeyValuePair<int, T>> ToList()
    {
        var list = new List<KeyValuePair<int, T>>();
        ForEach(_root, (key, value) => list.Add(new KeyValuePair<int, T>(key, value)));
        return list;
    }

    public bool Equals(IntMap<T> other) => Same(_root, other._root);

    public override bool Equals(object? obj) => obj is IntMap<T> other && Equals(other);

    public override int GetHashCode() => throw new NotSupportedException("An IntMap is compared, never hashed.");

    private static Node Set(Node? node, int key, T value)
    {
        switch (node)
        {
            case null:
                return new Leaf(key, value);
            case Leaf leaf:
                if (leaf.Key != key)
                    return Join(key, new Leaf(key, value), leaf.Key, leaf);
                return leaf.Value.Equals(value) ? leaf : new Leaf(key, value);
            default:
                var branch = (Branch)node;
                if (!branch.Covers(key))
                    return Join(key, new Leaf(key, value), branch.Prefix, branch);
                return (key & branch.Bit) == 0
                    ? branch.With(Set(branch.Left, key, value), branch.Right)
                    : branch.With(branch.Left, Set(branch.Right, key, value));
        }
    }

    private static Node? Remove(Node? node, int key)
    {
        switch (node)
        {
            case null:
                return null;
            case Leaf leaf:
                return leaf.Key == key ? null : leaf;
            default:
                var branch = (Branch)node;
                if (!branch.Covers(key))
                    return branch;
                return (key & branch.Bit) == 0
                    ? Combine(branch, Remove(branch.Left, key), branch.Right)
                    : Combine(branch, branch.Left, Remove(branch.Right, key));
        }
    }

    private static Node? Merge(Node? a, Node? b, bool keepOnlyOne, Func<T, T, T> combine)
    {
        if (ReferenceEquals(a, b))
            return a;
        if (a is null)
            return keepOnlyOne ? b : null;
        if (b is null)
            return keepOnlyOne ? a : null;
        if (a is Leaf leafA)
            return MergeLeaf(b, leafA, keepOnlyOne, (theirs, mine) => combine(mine, theirs));
        if (b is Leaf leafB)
            return MergeLeaf(a, leafB, keepOnlyOne, combine);
        return MergeBranches((Branch)a, (Branch)b, keepOnlyOne, combine);
    }

    private static Node? MergeLeaf(Node tree, Leaf leaf, bool keepOnlyOne, Func<T, T, T> combine)
    {
        if (new IntMap<T>(tree).TryGet(leaf.Key, out var present))
        {
            var value = combine(present, leaf.Value);
            if (keepOnlyOne)
                return Set(tree, leaf.Key, value);
            return value.Equals(leaf.Value) ? leaf : new Leaf(leaf.Key, value);
        }
        return keepOnlyOne ? Set(tree, leaf.Key, leaf.Value) : null;
    }

    private static Node? MergeBranches(Branch a, Branch b, bool keepOnlyOne, Func<T, T, T> combine)
    {
        if (a.Bit == b.Bit && a.Prefix == b.Prefix)
            return Combine(a, Merge(a.Left, b.Left, keepOnlyOne, combine), Merge(a.Right, b.Right, keepOnlyOne, combine));
        if ((uint)a.Bit > (uint)b.Bit && a.Covers(b.Prefix))
        {
            return (b.Prefix & a.Bit) == 0
                ? Combine(a, Merge(a.Left, b, keepOnlyOne, combine), keepOnlyOne ? a.Right : null)
                : Combine(a, keepOnlyOne ? a.Left : null, Merge(a.Right, b, keepOnlyOne, combine));
        }
        if ((uint)b.Bit > (uint)a.Bit && b.Covers(a.Prefix))
        {
            return (a.Prefix & b.Bit) == 0
                ? Combine(b, Merge(a, b.Left, keepOnlyOne, combine), keepOnlyOne ? b.Right : null)
                : Combine(b, keepOnlyOne ? b.Left : null, Merge(a, b.Right, keepOnlyOne, combine));
        }
        return keepOnlyOne ? Join(a.Prefix, a, b.Prefix, b) : null;
    }

    private static Node? Combine(Branch shape, Node? left, Node? right)
    {
        if (left is null)
            return right;
        return right is null ? left : shape.With(left, right);
    }

    private static Branch Join(int keyA, Node a, int keyB, Node b)
    {
        var bit = HighestBit(keyA ^ keyB);
        var prefix = keyA & ~(bit | (bit - 1));
        return (keyA & bit) == 0 ? new Branch(prefix, bit, a, b) : new Branch(prefix, bit, b, a);
    }

    private static int HighestBit(int x)
    {
        x |= x >> 1;
        x |= x >> 2;
        x |= x >> 4;
        x |= x >> 8;
        x |= x >> 16;
        return x - (x >> 1);
    }

    private static bool Same(Node? a, Node? b)
    {
        if (ReferenceEquals(a, b))
            return true;
        return (a, b) switch
        {
            (Leaf x, Leaf y) => x.Key == y.Key && x.Value.Equals(y.Value),
            (Branch x, Branch y) => x.Bit == y.Bit && x.Prefix == y.Prefix && Same(x.Left, y.Left) && Same(x.Right, y.Right),
            _ => false,
        };
    }

    private static void ForEach(Node? node, Action<int, T> action)
    {
        while (node is Branch branch)
        {
            ForEach(branch.Left, action);
            node = branch.Right;
        }
        if (node is Leaf leaf)
            action(leaf.Key, leaf.Value);
    }

    private abstract class Node;

    private sealed class Leaf(int key, T value) : Node
    {
        public readonly int Key = key;
        public readonly T Value = value;
    }

    /// <summary>Keys below agree with <see cref="Prefix"/> in every bit above <see cref="Bit"/>; the left ones have it clear.</summary>
    private sealed class Branch(int prefix, int bit, Node left, Node right) : Node
    {
        public readonly int Prefix = prefix;
        public readonly int Bit = bit;
        public readonly Node Left = left;
        public readonly Node Right = right;

        public bool Covers(int key) => (key & ~(Bit | (Bit - 1))) == Prefix;

        public Branch With(Node left, Node right) =>
            ReferenceEquals(left, Left) && ReferenceEquals(right, Right) ? this : new Branch(Prefix, Bit, left, right);
    }
}
