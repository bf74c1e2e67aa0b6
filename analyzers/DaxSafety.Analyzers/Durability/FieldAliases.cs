namespace DaxSafety.Analyzers.Durability;

/// <summary>Which fields have come to hold the same as which others, and which of them took it from which. Filled by one thread and then only read.</summary>
internal sealed class FieldAliases
{
    private readonly Dictionary<int, int> _sameAs = new();
    private readonly Dictionary<int, HashSet<int>> _sources = new();
    private readonly HashSet<int> _doubtful = new();

    /// <summary>Both have held the same thing at some time: who flushes what one of them holds may have flushed what the other does.</summary>
    public void Unite(int a, int b)
    {
        var (x, y) = (Find(a), Find(b));
        if (x != y)
            _sameAs[x] = y;
    }

    /// <summary>Something that a field holds was taken from another.</summary>
    public void Take(int field, int source)
    {
        Unite(field, source);
        if (!_sources.TryGetValue(field, out var sources))
            _sources[field] = sources = new HashSet<int>();
        sources.Add(source);
    }

    /// <summary>Something is stored in it that owes nothing, or that nobody knows.</summary>
    public void Doubt(int field) => _doubtful.Add(field);

    /// <summary>
    /// Whether there is doubt about it, or about what it is taken from. What those hold besides that have taken it from here says nothing of it: a page's
    /// span is the view's at one time and an array's at another.
    /// </summary>
    public bool IsDoubtful(int field)
    {
        var seen = new HashSet<int> { field };
        var queue = new Queue<int>(seen);
        while (queue.Count > 0)
        {
            var next = queue.Dequeue();
            if (_doubtful.Contains(next))
                return true;
            if (_sources.TryGetValue(next, out var sources))
                foreach (var source in sources)
                    if (seen.Add(source))
                        queue.Enqueue(source);
        }
        return false;
    }

    /// <summary>The field itself, and all that have come to hold the same.</summary>
    public IEnumerable<int> Of(int field) => In(_sameAs.Keys, field).Append(field).Append(Find(field));

    /// <summary>Whether one of the fields has come to hold the same.</summary>
    public bool Any(IEnumerable<int> fields, int field) => In(fields, field).Any();

    /// <summary>Those of the fields that have come to hold the same.</summary>
    public IEnumerable<int> In(IEnumerable<int> fields, int field)
    {
        var root = Find(field);
        return fields.Where(other => Find(other) == root);
    }

    private int Find(int field)
    {
        while (_sameAs.TryGetValue(field, out var next))
            field = next;
        return field;
    }
}
