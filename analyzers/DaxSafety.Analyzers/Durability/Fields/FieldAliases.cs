using System.Collections.Concurrent;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Which fields may hold the same: what each has taken from which others, and which have been seen to hold one thing. Two that have something in common that
/// they come from may be the same; two that only hand what they hold to a third (a writer for any memory) are not. Filled by one thread and then only read.
/// </summary>
internal sealed class FieldAliases
{
    private readonly Dictionary<int, HashSet<int>> _sources = new();
    private readonly HashSet<int> _doubtful = new();
    private readonly ConcurrentDictionary<int, HashSet<int>> _origins = new();
    private int _things;

    /// <summary>Something that a body has seen in several fields: a source that is no field.</summary>
    public int NewThing() => --_things;

    /// <summary>Something that a field holds was taken from another, or is this thing.</summary>
    public void Take(int field, int source)
    {
        if (!_sources.TryGetValue(field, out var sources))
            _sources[field] = sources = new HashSet<int>();
        sources.Add(source);
        _origins.Clear();
    }

    /// <summary>Something is stored in it that owes nothing, or that nobody knows.</summary>
    public void Doubt(int field) => _doubtful.Add(field);

    /// <summary>
    /// Whether there is doubt about it, or about what it is taken from. What those hold besides that have taken it from here says nothing of it: a page's
    /// span is the view's at one time and an array's at another.
    /// </summary>
    public bool IsDoubtful(int field) => OriginsOf(field).Overlaps(_doubtful);

    /// <summary>The field itself, and all that may hold the same.</summary>
    public IEnumerable<int> Of(int field) => In(_sources.Keys.Concat(OriginsOf(field)).Distinct(), field).Where(other => other >= 0);

    /// <summary>Whether one of the fields may hold the same.</summary>
    public bool Any(IEnumerable<int> fields, int field) => In(fields, field).Any();

    /// <summary>Those of the fields that may hold the same.</summary>
    public IEnumerable<int> In(IEnumerable<int> fields, int field)
    {
        var origins = OriginsOf(field);
        return fields.Where(other => OriginsOf(other).Overlaps(origins));
    }

    /// <summary>The field itself, and what it has taken what it holds from.</summary>
    private HashSet<int> OriginsOf(int field) => _origins.TryGetValue(field, out var known) ? known : _origins[field] = FindOrigins(field);

    private HashSet<int> FindOrigins(int field)
    {
        var seen = new HashSet<int> { field };
        var queue = new Queue<int>(seen);
        while (queue.Count > 0)
            if (_sources.TryGetValue(queue.Dequeue(), out var sources))
                foreach (var source in sources)
                    if (seen.Add(source))
                        queue.Enqueue(source);
        return seen;
    }
}
