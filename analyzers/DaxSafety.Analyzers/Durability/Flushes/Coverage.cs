using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What one flush means for one written range.</summary>
internal enum Coverage : byte
{
    /// <summary>It is about something else.</summary>
    None,

    /// <summary>It covers the write, or nobody can show that it does not.</summary>
    Whole,

    /// <summary>Both ranges are known and the flush covers a part at one end of the write.</summary>
    Rest,

    /// <summary>Both ranges are known and they do not meet, or the flush leaves both ends.</summary>
    Elsewhere,
}

/// <summary>Which flush reaches which write: by identity, by range, and across views of one file.</summary>
internal sealed partial class BodyAnalysis
{
    private Coverage Cover(Value written, Value flushed, FlushFact flush)
    {
        // The same set of candidates, chosen in the same way.
        if (written.Refs.Length > 1 && written.Refs.Length == flushed.Refs.Count(place => place.Entity > EntityTable.Untracked)
            && written.Refs.All(place => flushed.MayBe(place.Entity)))
            return Coverage.Whole;
        if (written.Refs.Length > 1 && flushed.Single is { } one && written.MayBe(one.Entity))
            return Coverage.Rest;
        if (written.Single is not { } write)
            return Coverage.None;
        if (flushed.Single is { } range)
            return range.Entity == write.Entity ? CoverRange(write, range, flush) : CoverAcross(write, range, flush);
        // One candidate of several: it may be another view that was flushed. Null is not a candidate: it would have thrown.
        var candidates = flushed.Refs.Where(place => place.Entity != EntityTable.Null).ToList();
        return candidates.Count == 1 && candidates[0].Entity == write.Entity ? CoverRange(write, candidates[0], flush) : Coverage.None;
    }

    /// <summary>Ranges in the same view. Only what both sides state exactly can be found wanting.</summary>
    private static Coverage CoverRange(Ref write, Ref flush, FlushFact fact)
    {
        if (!write.OffsetKnown || !flush.OffsetKnown || write.OffsetEntity != flush.OffsetEntity)
            return Coverage.Whole;
        if (!flush.LengthKnown)
            return IsBefore(write, flush.OffsetEntity == 0 ? flush.Offset / PageSize * PageSize : flush.Offset - PageSize) ? Coverage.Elsewhere : Coverage.Whole;
        var (start, end) = (flush.Offset, unchecked(flush.Offset + flush.Length));
        if (fact.Kind is FlushKind.View or FlushKind.FirstOfTwo && flush.OffsetEntity == 0 && flush.LengthEntity == 0)
            (start, end) = (start / PageSize * PageSize, unchecked((end + PageSize - 1) / PageSize * PageSize));
        if (!write.LengthKnown)
            return flush.LengthEntity == 0 && (write.Offset < start || write.Offset >= end) ? Coverage.Elsewhere : Coverage.Whole;
        if (write.LengthEntity != flush.LengthEntity)
        {
            // Lengths in different symbols: only a start outside of a constant range is certain.
            return flush.LengthEntity == 0 && (write.Offset < start || write.Offset >= end) ? Coverage.Elsewhere
                : write.Offset < start && write.LengthEntity == 0 ? Coverage.Elsewhere : Coverage.Whole;
        }
        var writeEnd = unchecked(write.Offset + write.Length);
        if (write.Offset >= start && writeEnd <= end)
            return Coverage.Whole;
        if (writeEnd <= start || write.Offset >= end || write.LengthEntity != 0)
            return Coverage.Elsewhere;
        return write.Offset >= start || writeEnd <= end ? Coverage.Rest : Coverage.Elsewhere;
    }

    /// <summary>However far a flush goes that starts there, it leaves out the write.</summary>
    private static bool IsBefore(Ref write, long start) => write is { LengthKnown: true, LengthEntity: 0 } && unchecked(write.Offset + write.Length) <= start;

    /// <summary>A flush of another view of the same mapping counts when its range certainly covers the write.</summary>
    private Coverage CoverAcross(Ref write, Ref flush, FlushFact fact)
    {
        if (NameOneMemory(write.Entity, flush.Entity))
            return CoverRange(write, flush, fact);
        if (_entities[write.Entity].Mapping is not { Role: MappingRole.View } mine)
            return Coverage.None;
        if (_entities[flush.Entity].Mapping is { Role: MappingRole.Map })
            return flush.OffsetKnown && !mine.IsOrphaned && mine.Parents.Any(parent => parent.Single?.Entity == flush.Entity) ? Coverage.Whole : Coverage.None;
        if (_entities[flush.Entity].Mapping is not { Role: MappingRole.View } theirs)
            return Coverage.None;
        if (!ShareParent(mine, theirs) || flush.LengthKnown)
            return Coverage.None;
        if (IsOfAll(theirs))
            return Coverage.Whole;
        if (mine.Offset?.Single is not { } from || theirs.Offset?.Single is not { } start || from.Entity != start.Entity)
            return Coverage.None;
        var isExact = write is { OffsetKnown: true, OffsetEntity: 0, LengthKnown: true, LengthEntity: 0 };
        var (first, length) = isExact ? (from.Offset + write.Offset, write.Length) : (from.Offset, mine.Size?.AsConstant ?? 0);
        if (first < start.Offset)
            return Coverage.None;
        if (theirs.Size?.AsConstant is 0 || (Equals(mine.Size, theirs.Size) && from == start))
            return Coverage.Whole;
        return length > 0 && theirs.Size?.AsConstant is { } size && first + length <= start.Offset + size ? Coverage.Whole : Coverage.None;
    }

    private static bool ShareParent(Mapping a, Mapping b) =>
        !a.IsOrphaned && !b.IsOrphaned && a.Parents.Any(x => b.Parents.Any(y => x.Single is { } p && y.Single is { } q && p.Entity == q.Entity && p.Entity > EntityTable.Untracked));

    /// <summary>What is left to flush of a write that a flush covered in part.</summary>
    private void Split(Path path, Obligation obligation, Status status, Value target, FlushFact flush, int site)
    {
        Value rest;
        if (obligation.Target.Refs.Length > 1)
        {
            // The write went to one of several views; this flush answers for one of them.
            rest = Value.OfRefs(obligation.Target.Refs.Where(place => !target.MayBe(place.Entity)));
        }
        else
        {
            var write = obligation.Target.Refs[0];
            var range = target.Targets.First();
            var end = unchecked(range.Offset + range.Length);
            rest = Value.Of(write.Offset >= range.Offset
                ? write with { Offset = end, Length = unchecked(write.Offset + write.Length - end) }
                : write with { Length = unchecked(range.Offset - write.Offset) });
        }
        var remaining = _obligations.Intern(obligation.Site, rest, obligation.Debt);
        remaining.Inner ??= obligation.Inner;
        path.Pending = path.Pending.Remove(obligation.Id);
        if (obligation.Target.Refs.Length == 1)
            _cutShort.Add(site);
        var attempts = obligation.Target.Refs.Length > 1
            ? status.Attempts
            : _obligations.With(status.Attempts, new Attempt(site, Shortfall.WrongRange, RangeText(obligation.Target.Refs[0])));
        path.Pending = path.Pending.Set(remaining.Id, new Status(status.Progress, attempts));
    }

    /// <summary>The flushes that cover some write, those that leave out a part of one, and those of callees that write themselves.</summary>
    private readonly HashSet<int> _covering = new();
    private readonly HashSet<int> _cutShort = new();
    private readonly HashSet<int> _meantInside = new();

    /// <summary>It ends, to the byte, where the write begins: it was made for what was written together, and is too short.</summary>
    private static bool EndsAt(Value written, FlushFact flush) => flush.Kind is FlushKind.Persist or FlushKind.WriteBack
        && written.Single is { OffsetKnown: true } write && flush.Target.Single is { OffsetKnown: true, LengthEntity: 0 } range
        && write.OffsetEntity == range.OffsetEntity && write.Offset == unchecked(range.Offset + range.Length);

    /// <summary>
    /// A flush that ends inside of a write or at its start, or that covers nothing of what was written: no other write can be what it was meant for.
    /// </summary>
    public bool MissesItsWrite(int site) => !_meantInside.Contains(site) && (_cutShort.Contains(site) || !_covering.Contains(site));

    /// <summary>The written range, where it is known.</summary>
    private static string RangeText(Ref place) => place switch
    {
        { OffsetKnown: false } or { OffsetEntity: not 0 } => "",
        { LengthEntity: 0, Length: 1 } => $"byte {place.Offset}",
        { LengthEntity: 0 } => $"bytes {place.Offset} to {place.Offset + place.Length - 1}",
        _ => $"from byte {place.Offset}",
    };

    /// <summary>
    /// Whether a flush of the file may reach the view. A file nobody knows more about may be the view's: silence is right
    /// where a report would be a guess.
    /// </summary>
    private bool MayBacks(Value file, Value written) => written.Refs.All(place => Related(file, place.Entity) != Relation.Different);

    private bool CertainlyBacks(Value file, Value written) => written.Refs.All(place => Related(file, place.Entity) == Relation.Same);

    private enum Relation
    {
        Unknown,
        Same,
        Different,
    }

    private Relation Related(Value file, int view)
    {
        var roots = new HashSet<int>();
        CollectRoots(view, roots, 0);
        var fileRoots = new HashSet<int>();
        foreach (var place in file.Targets)
            CollectRoots(place.Entity, fileRoots, 0);
        if (fileRoots.Overlaps(roots))
            return Relation.Same;
        return CertainlyDifferent(fileRoots, roots) || IsOpenedApart(fileRoots, roots) ? Relation.Different : Relation.Unknown;
    }

    /// <summary>Both are known down to their files, or the files' paths, and those are different constants, parameters or fields.</summary>
    private bool CertainlyDifferent(HashSet<int> a, HashSet<int> b)
    {
        var filesA = a.Where(IsKnownFile).ToList();
        var filesB = b.Where(IsKnownFile).ToList();
        return filesA.Count > 0 && filesB.Count > 0 && filesA.All(x => filesB.All(y => FilesDiffer(_entities[x], _entities[y])));
    }

    /// <summary>The file was emptied when it was opened, or is written at its end, and the mapping is of something that was there before: a log beside it.</summary>
    private bool IsOpenedApart(HashSet<int> files, HashSet<int> roots)
    {
        var known = files.Any(entity => _entities[entity] is { Kind: EntityKind.FileAt, A: var path } && IsGiven(path));
        return files.Any(entity => _entities[entity] is { IsFresh: true, Escaped: false, Mapping: { Role: MappingRole.File, Unmapped: true } })
            && roots.All(root => _entities[root] switch
            {
                { Mapping.Parents.Count: > 0 } => true,
                { Kind: EntityKind.FileAt, A: var path } => known && IsGiven(path),
                _ => _entities[root].IsRooted,
            });
    }

    private bool IsGiven(int path) => _entities[path] is { IsRooted: true } or { Kind: EntityKind.Constant };

    private bool IsKnownFile(int entity) => _entities[entity].Kind is EntityKind.FileAt or EntityKind.Parameter && !_sections.Contains(entity);

    private readonly HashSet<int> _sections = new();

    /// <summary>Nobody passes one file as two parameters of one type; its stream and its handle perhaps.</summary>
    private bool FilesDiffer(Entity a, Entity b) => a.Kind == EntityKind.FileAt && b.Kind == EntityKind.FileAt ? PathsDiffer(a.A, b.A)
        : a.Kind == b.Kind && a != b && TypeOfParameter(a.A) is { } type && SymbolEqualityComparer.Default.Equals(type, TypeOfParameter(b.A));

    private bool PathsDiffer(int a, int b)
    {
        var (x, y) = (_entities[a].Kind, _entities[b].Kind);
        return a != b && ((x == EntityKind.Constant && y == EntityKind.Constant)
            || (x is EntityKind.Parameter or EntityKind.Field && y is EntityKind.Parameter or EntityKind.Field));
    }

    /// <summary>The thing itself and everything it was made from, up to the path of the file.</summary>
    private void CollectRoots(int entity, HashSet<int> roots, int depth)
    {
        if (entity <= EntityTable.Untracked || depth > 5 || !roots.Add(entity))
            return;
        if (_entities[entity].Mapping is not { } mapping)
            return;
        foreach (var parent in mapping.Parents)
            foreach (var place in parent.Targets)
                CollectRoots(place.Entity, roots, depth + 1);
    }

    /// <summary>Says where a view starts when its flush misses the tail of the written range; null when it does not.</summary>
    private string? TailOf(Value written, FlushFact flush) =>
        written.Single is { } place && flush.Target.Single?.Entity == place.Entity ? TailLeftBy(flush, place.Entity) : null;
}
