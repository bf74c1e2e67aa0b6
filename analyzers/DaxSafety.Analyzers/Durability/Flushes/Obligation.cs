using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>How far the bytes of one write have come on one set of paths. Several bits stand for several paths.</summary>
[Flags]
internal enum Progress : byte
{
    None = 0,

    /// <summary>In the CPU's or the system's cache.</summary>
    Dirty = 1,

    /// <summary>Cache lines on their way, not fenced.</summary>
    WrittenBack = 2,

    /// <summary>The view was flushed where that is only the first of two steps.</summary>
    ViewFlushed = 4,
}

/// <summary>What a flush attempted and did not achieve.</summary>
internal enum Shortfall : byte
{
    /// <summary>It is not durable (DAX1003).</summary>
    NotDurable,

    /// <summary>It is a write-back of the page cache (DAX1005).</summary>
    PageCache,

    /// <summary>It covers another range (DAX1006).</summary>
    WrongRange,

    /// <summary>It misses the tail of the view (DAX1010).</summary>
    MissesTail,

    /// <summary>No fence follows (DAX1004).</summary>
    NotFenced,
}

/// <summary>One flush that fell short: where, how, and what is to be said about it.</summary>
internal sealed record Attempt(int Site, Shortfall Shortfall, string Detail)
{
    /// <summary>A callee did it to a field of its own: there it is reported.</summary>
    public bool IsReportedInside { get; init; }

    /// <summary>A flag decides whether the call is enough: it is where it is true.</summary>
    public bool IsDecided { get; init; }

    /// <summary>The end of a view, and not a call that is there for nothing but the flush.</summary>
    public bool IsDisposal { get; init; } = Detail == "dispose";
}

/// <summary>How far one obligation has come, and which flushes fell short of it.</summary>
internal readonly struct Status(Progress progress, int attempts) : IEquatable<Status>
{
    public readonly Progress Progress = progress;

    /// <summary>A set of attempts, by its number in the <see cref="ObligationTable"/>.</summary>
    public readonly int Attempts = attempts;

    public bool Equals(Status other) => other.Progress == Progress && other.Attempts == Attempts;

    public override bool Equals(object? obj) => obj is Status other && Equals(other);

    public override int GetHashCode() => (int)Progress * 31 + Attempts;
}

/// <summary>What is owed.</summary>
internal enum Debt : byte
{
    /// <summary>Bytes were written and need their flush.</summary>
    Bytes,

    /// <summary>Nothing was written here; cache lines were written back and need their fence.</summary>
    Fence,

    /// <summary>A file is new or longer than before, and needs a flush of the file or of its directory (DAX1008).</summary>
    File,
}

/// <summary>Something that somebody must make durable.</summary>
/// <param name="Id">Its number in the table.</param>
/// <param name="Site">The step that wrote.</param>
/// <param name="Target">Where: the candidates of the written address, with the range in each; or the file.</param>
/// <param name="Debt">What of it.</param>
internal sealed record Obligation(int Id, int Site, Value Target, Debt Debt)
{
    /// <summary>Of a file: it may be new, and not only longer.</summary>
    public bool IsOfNewFile { get; set; }

    /// <summary>Of a file: it has been mapped since.</summary>
    public bool IsMapped { get; set; }

    /// <summary>Where the bytes were really written, when a callee did it.</summary>
    public Site? Inner { get; set; }

    /// <summary>A callee wrote to a mapping that its own type holds: the callee's type answers for it.</summary>
    public bool IsReportedInside { get; set; }

    /// <summary>As <see cref="IsReportedInside"/>, and whether it is flushed on every path is the callee's question too: it flushes it on some.</summary>
    public bool IsJudgedInside { get; set; }

    /// <summary>A callee wrote it that says [LeavesDirty]: it is not its type's business but its caller's.</summary>
    public bool IsCallersByContract { get; set; }

    /// <summary>An object's own member says that it leaves it dirty: whatever the object turns out to be, it is a mapping.</summary>
    public bool IsByContract { get; set; }

    /// <summary>Where a lambda or local function of this body did it, to a captured variable: that is where a reader looks for it.</summary>
    public Site? Captured { get; set; }
}

/// <summary>A flush that a body performs on everything it was given, on the way to every exit.</summary>
internal enum FlushKind : byte
{
    /// <summary>Something that looks like one and makes nothing durable.</summary>
    Weak,

    /// <summary>It is durable only with the file's after it, whatever system the project targets.</summary>
    FirstOfTwo,

    WriteBack,
    Fence,
    View,
    File,
    Persist,

    /// <summary>Of the entries of some directory.</summary>
    Directory,

    /// <summary>By a contract: everything that can be reached from the target is durable.</summary>
    Everything,

    /// <summary>By code that nobody can see, which was handed the thing.</summary>
    Unseen,
}

/// <param name="Kind">What it is worth.</param>
/// <param name="Target">What is flushed, with the range.</param>
/// <param name="MissesTail">The base library's view flush.</param>
internal sealed record FlushFact(FlushKind Kind, Value Target, bool MissesTail)
{
    /// <summary>The call flushes whatever its target is: that somebody flushes a stream does not make it a mapping.</summary>
    public bool OfAnything { get; init; }

    /// <summary>What is wrong with a weak one.</summary>
    public string Weakness { get; init; } = "";

    /// <summary>A weak one that a flag makes weak.</summary>
    public bool IsDecided { get; init; }

    /// <summary>A weak one that is meant for a file, and not for memory.</summary>
    public bool OfFile { get; init; }

    /// <summary>Done by a writer after each write: where it is only a first step, nobody meant it for more.</summary>
    public bool IsByItself { get; init; }

    /// <summary>It fails when it starts inside a page.</summary>
    public bool FromPageOnly { get; init; }

    /// <summary>Done before a delegate ran that the body was given: what that one writes is not flushed by it.</summary>
    public bool IsBeforeGiven { get; init; }

    /// <summary>Done when the body that opened the file had not mapped it yet.</summary>
    public bool IsBeforeMap { get; init; }

    /// <summary>Done after all that the body has written by then.</summary>
    public bool IsLast { get; init; }
}

/// <summary>Numbers for obligations, attempts and flush facts, for one analysis.</summary>
internal sealed class ObligationTable
{
    private const int MostRangesOfOneSite = 6;

    private readonly List<Obligation> _obligations = new();
    private readonly Dictionary<(int Site, Value Target, Debt Debt), Obligation> _index = new();
    private readonly Dictionary<(int Site, int Entity), int> _rangesOfSite = new();
    private readonly Dictionary<int, List<Obligation>> _ofSite = new();
    private readonly List<Attempt[]> _attempts = new() { Array.Empty<Attempt>() };
    private readonly Dictionary<string, int> _attemptIndex = new() { [""] = 0 };
    private readonly List<FlushFact> _flushes = new();
    private readonly Dictionary<FlushFact, int> _flushIndex = new();

    public Obligation this[int id] => _obligations[id];

    public IReadOnlyList<FlushFact> Flushes => _flushes;

    public int Count => _obligations.Count;

    public Obligation Intern(int site, Value target, Debt debt)
    {
        if (_index.TryGetValue((site, target, debt), out var known))
            return known;
        // A loop that moves a pointer would write a new range in every round.
        var ranges = (site, target.Refs[0].Entity);
        _rangesOfSite[ranges] = _rangesOfSite.TryGetValue(ranges, out var count) ? count + 1 : 1;
        if (count >= MostRangesOfOneSite)
        {
            target = Value.OfRefs(target.Refs.Select(place => place.Somewhere()));
            if (_index.TryGetValue((site, target, debt), out known))
                return known;
        }
        var obligation = new Obligation(_obligations.Count, site, target, debt);
        _obligations.Add(obligation);
        _index.Add((site, target, debt), obligation);
        if (!_ofSite.TryGetValue(site, out var ofSite))
            _ofSite[site] = ofSite = new List<Obligation>();
        ofSite.Add(obligation);
        return obligation;
    }

    /// <summary>Everything that one step has come to owe so far.</summary>
    public List<Obligation> OfSite(int site) => _ofSite.TryGetValue(site, out var obligations) ? obligations : Nothing;

    private static readonly List<Obligation> Nothing = new();

    public int Intern(FlushFact flush)
    {
        if (!_flushIndex.TryGetValue(flush, out var number))
        {
            number = _flushes.Count;
            _flushes.Add(flush);
            _flushIndex.Add(flush, number);
        }
        return number;
    }

    public Attempt[] AttemptsOf(int set) => _attempts[set];

    public int With(int set, Attempt attempt)
    {
        var present = _attempts[set];
        return present.Contains(attempt) ? set : Intern(present.Append(attempt));
    }

    public int Without(int set, Shortfall shortfall) =>
        _attempts[set].Any(attempt => attempt.Shortfall == shortfall) ? Intern(_attempts[set].Where(attempt => attempt.Shortfall != shortfall)) : set;

    public int Merge(int a, int b)
    {
        if (a == b || b == 0)
            return a;
        return a == 0 ? b : Intern(_attempts[a].Concat(_attempts[b]).Distinct());
    }

    private int Intern(IEnumerable<Attempt> attempts)
    {
        var sorted = attempts.OrderBy(attempt => attempt.Site).ThenBy(attempt => attempt.Shortfall).ThenBy(attempt => attempt.Detail, StringComparer.Ordinal).ToArray();
        var key = string.Join("|", sorted.Select(attempt => $"{attempt.Site},{(int)attempt.Shortfall},{attempt.Detail},{attempt.IsReportedInside}"));
        if (!_attemptIndex.TryGetValue(key, out var number))
        {
            number = _attempts.Count;
            _attempts.Add(sorted);
            _attemptIndex.Add(key, number);
        }
        return number;
    }
}
