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
        if (node is Entry leaf && leaf.Key == key)
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
    public IntMap<T> Union(IntMap<T> other, Func<int, T, T, T> combine) => new(Merge(_root, other._root, Keep, combine));

    /// <summary>As the other, but with what becomes of values that only one has.</summary>
    public IntMap<T> Union(IntMap<T> other, Func<int, T, T, T> combine, OfOnlyOne alone) => new(Merge(_root, other._root, alone.Change, combine));

    /// <summary>Keys that both have, values combined.</summary>
    public IntMap<T> Intersect(IntMap<T> other, Func<int, T, T, T> combine) => new(Merge(_root, other._root, Drop, combine));

    /// <summary>As the other, but with what becomes of values that only one has.</summary>
    public IntMap<T> Intersect(IntMap<T> other, Func<int, T, T, T> combine, OfOnlyOne alone) => new(Merge(_root, other._root, alone.Change, combine));

    /// <summary>Whether some key that both have stands for values of which the test is true; parts that the maps share are not looked at.</summary>
    public bool AnyChange(IntMap<T> other, Func<int, T, T, bool> test) => AnyChange(_root, other._root, test);

    /// <summary>Whether each key of the other has a value here of which, with the other's, the test is true; parts that the maps share are not looked at.</summary>
    public bool Covers(IntMap<T> other, Func<int, T, T, bool> test) => Covers(_root, other._root, test);

    /// <summary>By rising keys, and without an allocation: loops over what is owed or held stand in every step.</summary>
    public Enumerator GetEnumerator() => new(_root);

    public bool Equals(IntMap<T> other) => Same(_root, other._root);

    public override bool Equals(object? obj) => obj is IntMap<T> other && Equals(other);

    public override int GetHashCode() => throw new NotSupportedException("An IntMap is compared, never hashed.");

    private static Node Set(Node? node, int key, T value)
    {
        switch (node)
        {
            case null:
                return new Entry(key, value);
            case Entry leaf:
                if (leaf.Key != key)
                    return Join(key, new Entry(key, value), leaf.Key, leaf);
                return leaf.Value.Equals(value) ? leaf : new Entry(key, value);
            default:
                var branch = (Branch)node;
                if (!branch.Covers(key))
                    return Join(key, new Entry(key, value), branch.Prefix, branch);
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
            case Entry leaf:
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

    private static readonly Func<Node, Node?> Keep = node => node;
    private static readonly Func<Node, Node?> Drop = _ => null;

    /// <param name="a">One tree.</param>
    /// <param name="b">The other; where it is the same as <paramref name="a"/>, nothing is looked at.</param>
    /// <param name="onlyOne">What becomes of a part whose keys the other tree has none of.</param>
    /// <param name="combine">The value of a key that both have.</param>
    private static Node? Merge(Node? a, Node? b, Func<Node, Node?> onlyOne, Func<int, T, T, T> combine)
    {
        if (ReferenceEquals(a, b))
            return a;
        if (a is null)
            return onlyOne(b!);
        if (b is null)
            return onlyOne(a);
        if (a is Branch x && b is Branch y && x.Bit == y.Bit && x.Prefix == y.Prefix)
            return Combine(x, Merge(x.Left, y.Left, onlyOne, combine), Merge(x.Right, y.Right, onlyOne, combine));
        if (a is Entry mine && b is Entry theirs && mine.Key == theirs.Key)
            return With(mine, combine(mine.Key, mine.Value, theirs.Value));
        if (a is Branch outer && outer.Covers(PrefixOf(b)) && (b is Entry || (uint)outer.Bit > (uint)((Branch)b).Bit))
            return (PrefixOf(b) & outer.Bit) == 0
                ? Combine(outer, Merge(outer.Left, b, onlyOne, combine), onlyOne(outer.Right))
                : Combine(outer, onlyOne(outer.Left), Merge(outer.Right, b, onlyOne, combine));
        if (b is Branch around && around.Covers(PrefixOf(a)) && (a is Entry || (uint)around.Bit > (uint)((Branch)a).Bit))
            return (PrefixOf(a) & around.Bit) == 0
                ? Combine(around, Merge(a, around.Left, onlyOne, combine), onlyOne(around.Right))
                : Combine(around, onlyOne(around.Left), Merge(a, around.Right, onlyOne, combine));
        var (left, right) = (onlyOne(a), onlyOne(b));
        return left is null ? right : right is null ? left : Join(PrefixOf(a), left, PrefixOf(b), right);
    }

    private static bool AnyChange(Node? a, Node? b, Func<int, T, T, bool> test)
    {
        if (a is null || b is null || ReferenceEquals(a, b))
            return false;
        if (a is Entry mine)
            return new IntMap<T>(b).TryGet(mine.Key, out var theirs) && test(mine.Key, mine.Value, theirs);
        if (b is Entry leaf)
            return new IntMap<T>(a).TryGet(leaf.Key, out var value) && test(leaf.Key, value, leaf.Value);
        var (x, y) = ((Branch)a, (Branch)b);
        if (x.Bit == y.Bit && x.Prefix == y.Prefix)
            return AnyChange(x.Left, y.Left, test) || AnyChange(x.Right, y.Right, test);
        if ((uint)x.Bit > (uint)y.Bit && x.Covers(y.Prefix))
            return AnyChange((y.Prefix & x.Bit) == 0 ? x.Left : x.Right, y, test);
        return (uint)y.Bit > (uint)x.Bit && y.Covers(x.Prefix) && AnyChange(x, (x.Prefix & y.Bit) == 0 ? y.Left : y.Right, test);
    }

    private static bool Covers(Node? a, Node? b, Func<int, T, T, bool> test)
    {
        if (b is null || ReferenceEquals(a, b))
            return true;
        if (b is Entry theirs)
            return new IntMap<T>(a).TryGet(theirs.Key, out var mine) && test(theirs.Key, mine, theirs.Value);
        if (a is not Branch x)
            return false;
        var y = (Branch)b;
        if (x.Bit == y.Bit && x.Prefix == y.Prefix)
            return Covers(x.Left, y.Left, test) && Covers(x.Right, y.Right, test);
        return (uint)x.Bit > (uint)y.Bit && x.Covers(y.Prefix) && Covers((y.Prefix & x.Bit) == 0 ? x.Left : x.Right, y, test);
    }

    private static int PrefixOf(Node node) => node is Entry leaf ? leaf.Key : ((Branch)node).Prefix;

    private static Entry With(Entry leaf, T value) => leaf.Value.Equals(value) ? leaf : new Entry(leaf.Key, value);

    private static Node Map(Node node, Func<int, T, T> change) => node is Branch branch
        ? branch.With(Map(branch.Left, change), Map(branch.Right, change))
        : With((Entry)node, change(((Entry)node).Key, ((Entry)node).Value));

    private static Node? Filter(Node node, Func<int, T, bool> stays) => node is Branch branch
        ? Combine(branch, Filter(branch.Left, stays), Filter(branch.Right, stays))
        : stays(((Entry)node).Key, ((Entry)node).Value) ? node : null;

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
            (Entry x, Entry y) => x.Key == y.Key && x.Value.Equals(y.Value),
            (Branch x, Branch y) => x.Bit == y.Bit && x.Prefix == y.Prefix && Same(x.Left, y.Left) && Same(x.Right, y.Right),
            _ => false,
        };
    }

    /// <summary>The entry with the least key above one; null when there is none.</summary>
    private static Entry? After(Node? node, int key)
    {
        Node? above = null;
        while (node is Branch branch)
        {
            if (!branch.Covers(key))
                return First(branch.Prefix > key ? branch : above);
            if ((key & branch.Bit) == 0)
                (above, node) = (branch.Right, branch.Left);
            else
                node = branch.Right;
        }
        return node is Entry entry && entry.Key > key ? entry : First(above);
    }

    private static Entry? First(Node? node)
    {
        while (node is Branch branch)
            node = branch.Left;
        return (Entry?)node;
    }

    internal struct Enumerator
    {
        private readonly Node? _root;

        internal Enumerator(Node? root)
        {
            _root = root;
            Current = null!;
        }

        public Entry Current { get; private set; }

        public bool MoveNext()
        {
            var next = Current is null ? First(_root) : After(_root, Current.Key);
            Current = next!;
            return next is not null;
        }
    }

    /// <summary>What becomes of the values that only one of two maps has; made once and used for many maps.</summary>
    internal sealed class OfOnlyOne
    {
        private OfOnlyOne(Func<Node, Node?> change) => Change = change;

        /// <summary>Those of which the test is true stay.</summary>
        public static OfOnlyOne Kept(Func<int, T, bool> stays) => new(node => Filter(node, stays));

        public static OfOnlyOne Changed(Func<int, T, T> change) => new(node => Map(node, change));

        internal Func<Node, Node?> Change { get; }
    }

    internal abstract class Node;

    internal sealed class Entry(int key, T value) : Node
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
