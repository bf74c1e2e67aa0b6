using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Files as such: that one is new or longer than before is owed until it, or a directory, is flushed; and no temporary file may be renamed before.</summary>
internal sealed partial class BodyAnalysis
{
    private static readonly FlushFact DirectoryFact = new(FlushKind.Directory, Value.Untracked, MissesTail: false);

    /// <summary>Renames of files whose contents were not durable then, by their step, with what was undone.</summary>
    public Dictionary<int, HashSet<Obligation>> EarlyRenames { get; } = new();

    /// <summary>A file as a whole, or a directory, may be flushed here, or by code that nobody can see.</summary>
    public bool MayFlushFiles => _runsFileFlush || _runsUnseenCode || _body.CallsUnseenCode
        || MayFlush.Any(flush => flush.Kind is FlushKind.File or FlushKind.Directory or FlushKind.Everything);

    private void ApplyToFile(Path path, CallSite call, Effect effect, Value? result, int site)
    {
        if (effect.Kind == EffectKind.FlushDirectory)
        {
            FlushDirectory(path);
            return;
        }
        var file = FileNamedBy(path, call, effect.Target, result, alwaysPath: effect.Kind is EffectKind.Rename or EffectKind.Delete);
        if (!file.Targets.Any())
            return;
        switch (effect.Kind)
        {
            case EffectKind.Create when MayCreate(path, call, effect) && !TakesFileAsItIs(path, call):
                OweFile(path, call, file, site, isNew: true);
                if (OptionOf(path, call, effect, "mode") == OpenOrCreate)
                    NoteOpened(path, file);
                break;
            case EffectKind.Grow when Grows(path, call, file, Number(path, call, effect["length"])):
                OweFile(path, call, file, site, isNew: false);
                NoteFilled(path, file);
                break;
            case EffectKind.Rename:
                Rename(path, file, Replaces(path, call, effect), site);
                break;
            case EffectKind.Delete:
                Delete(path, file);
                break;
        }
    }

    /// <summary>The file behind an operand: an open one, or the one that a path names.</summary>
    private Value FileNamedBy(Path path, CallSite call, Operand operand, Value? result, bool alwaysPath)
    {
        if (operand.Kind == OperandKind.Return || (operand.Kind == OperandKind.This && call.Receiver < 0))
            return result ?? Value.Untracked;
        var value = Operand(path, call, operand);
        var isPath = alwaysPath || (operand.Kind == OperandKind.Parameter && IsPath(call.Method.Parameters[operand.Ordinal].Type));
        if (!isPath)
            return value;
        return value.Single is { OffsetEntity: 0, Offset: 0, Entity: > EntityTable.Untracked } named
            ? Value.OfEntity(_entities.Intern(EntityKind.FileAt, named.Entity).Id)
            : Value.Untracked;
    }

    private static bool IsPath(ITypeSymbol type) => type.SpecialType == SpecialType.System_String
        || type is IPointerTypeSymbol { PointedAtType.SpecialType: SpecialType.System_Byte or SpecialType.System_SByte or SpecialType.System_Char };

    /// <summary>The framework maps no empty file without a capacity: one that <c>OpenOrCreate</c> has just made is refused, and what is mapped was there.</summary>
    private bool TakesFileAsItIs(Path path, CallSite call) => call.IsFramework
        && call.Effects.Any(effect => effect.Kind == EffectKind.Map && (effect["capacity"] is not { } capacity || Number(path, call, capacity)?.AsConstant is 0));

    private bool MayCreate(Path path, CallSite call, Effect effect)
    {
        const long createNew = 1;
        const long create = 2;
        const long append = 6;
        if (effect["mode"] is not null)
            return OptionOf(path, call, effect, "mode") is createNew or create or OpenOrCreate or append;
        if (effect["flags"] is not { } flags)
            return true;
        const long portable = 0x20;
        var creates = effect.Has("portable") ? portable : _context.Options.TargetOs == TargetOs.MacOs ? 0x200 : 0x40;
        return Number(path, call, flags)?.AsConstant is { } bits && (bits & creates) != 0;
    }

    /// <summary>A new length is more than the old, unless it says otherwise; a mapping's capacity is the file's length more often than not.</summary>
    private bool Grows(Path path, CallSite call, Value file, Value? length)
    {
        if (call.Effects.Any(effect => effect.Kind == EffectKind.Map))
            return length?.Single is { } capacity && IsMoreThanLengthOf(file, capacity);
        return length?.AsConstant is not 0 && !(length?.Single is { Offset: <= 0 } shorter && IsLengthOf(file, shorter.Entity));
    }

    private bool IsMoreThanLengthOf(Value file, Ref capacity)
    {
        if (IsLengthOf(file, capacity.Entity))
            return capacity is { OffsetEntity: 0, Offset: > 0 };
        if (_entities[capacity.Entity] is not { Kind: EntityKind.Computed } computed)
            return false;
        var (operation, _, factor, _) = ((string, long, long, int))computed.Payload!;
        return computed.B == EntityTable.Zero && IsLengthOf(file, computed.A) && operation switch { "*" => factor > 1, "LeftShift" => factor > 0, _ => false };
    }

    private bool IsLengthOf(Value file, int number) =>
        _entities[number] is { Kind: EntityKind.Measured, A: FileLength } measured && (Related(file, (int)measured.B) == Relation.Same || file.Targets.Any(place => _entities[place.Entity] is { Kind: EntityKind.FileAt } named && named.A == measured.B));

    private bool Replaces(Path path, CallSite call, Effect effect) =>
        effect.Has("replaces") || (effect["over"] is { } over && Number(path, call, over)?.AsConstant is 1);

    private void OweFile(Path path, CallSite call, Value file, int site, bool isNew)
    {
        if (OweFile(path, file, site) is not { } obligation)
            return;
        obligation.IsOfNewFile |= isNew;
        obligation.IsMapped |= call.Effects.Any(effect => effect.Kind == EffectKind.Map);
    }

    private Obligation? OweFile(Path path, Value file, int site)
    {
        if (file.Targets.Any(place => IsEphemeral(place.Entity) || IsTemporary(place.Entity)))
            return null;
        foreach (var entry in path.Pending)
            if (IsDebtOf(entry.Key, file))
                return null;
        var obligation = _obligations.Intern(site, Value.OfRefs(file.Targets.Select(place => Ref.Whole(place.Entity))), Debt.File);
        path.Pending = path.Pending.Set(obligation.Id, new Status(Progress.Dirty, 0));
        path.Settled = path.Settled.Remove(obligation.Id);
        return obligation;
    }

    /// <summary>A file that was passed, or that the object keeps, has become longer, or a new one is returned, and it has not been mapped since.</summary>
    public bool IsToBeMapped(Obligation obligation, ExitReach reach) => obligation is { Debt: Debt.File, IsMapped: false }
        && obligation.Target.Targets.All(place => obligation.IsOfNewFile ? reach.IsReturned(_entities[place.Entity]) : _entities[place.Entity].Kind is EntityKind.Parameter or EntityKind.Field);

    private void InheritDebt(Path path, Obligation obligation, Value target, int site, Summary summary)
    {
        if (!target.Targets.Any() || OweFile(path, target, site) is not { } grown)
            return;
        grown.IsOfNewFile |= obligation.IsOfNewFile;
        grown.Inner ??= obligation.Inner ?? summary.Body.Sites[obligation.Site];
    }

    /// <summary>A path of which the constant start says that no medium is behind it.</summary>
    private bool IsWithoutMedium(Entity path) => path.Kind switch
    {
        EntityKind.Constant => path.Payload is string text && BodyLowering.IsWithoutMedium(text),
        EntityKind.Computed => IsWithoutMedium(_entities[path.A]),
        _ => false,
    };

    /// <summary>Under a name that the framework made up for a temporary file, or in the directory of those.</summary>
    private bool IsTemporary(int file)
    {
        var roots = new HashSet<int>();
        CollectRoots(file, roots, 0);
        return roots.Any(root => _entities[root] is { Kind: EntityKind.FileAt } named && _entities[named.A].Mapping is { Temporary: true });
    }

    private bool IsEphemeral(int file) => _entities[file].Mapping is { } mapping && Ancestors(mapping).Append(mapping).Any(made => made.Ephemeral);

    private bool IsDebtOf(int obligation, Value file) =>
        _obligations[obligation] is { Debt: Debt.File } debt && debt.Target.Targets.All(place => Related(file, place.Entity) == Relation.Same);

    /// <summary>A map or view was made: of a file that owes, it is known from here on that its contents matter.</summary>
    public void NoteMapped(Path path, Entity made)
    {
        if (made.Mapping is not { Role: MappingRole.Map or MappingRole.View, ReadOnly: false })
            return;
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Debt == Debt.File && IsDebtOf(entry.Key, Value.OfEntity(made.Id)))
                _obligations[entry.Key].IsMapped = true;
    }

    /// <summary>Which directory it is, or whether the descriptor is one, nobody can tell: everything counts as flushed.</summary>
    private void FlushDirectory(Path path)
    {
        MayFlush.Add(DirectoryFact);
        path.Flushed = path.Flushed.Set(_obligations.Intern(DirectoryFact), default);
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key].Debt == Debt.File)
                Settle(path, _obligations[entry.Key]);
    }

    private static bool IsNative(IMethodSymbol method) => method.IsExtern || NativeLibrary.ImportOf(method) is not null;

    /// <summary>Notes what is undone of a file that takes the place of another.</summary>
    private void Rename(Path path, Value file, bool replaces, int site)
    {
        var pending = new List<Obligation>();
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key] is { Debt: not Debt.Fence } obligation && CertainlyBacks(file, obligation.Target))
                pending.Add(obligation);
        var isMadeHere = pending.Any(obligation => obligation is { Debt: Debt.File, IsOfNewFile: true });
        foreach (var obligation in pending)
        {
            if (obligation.Debt == Debt.Bytes ? !replaces && !isMadeHere : !replaces || !obligation.IsOfNewFile || obligation.IsMapped)
                continue;
            if (!EarlyRenames.TryGetValue(site, out var undone))
                EarlyRenames[site] = undone = new HashSet<Obligation>();
            undone.Add(obligation);
        }
    }

    private void Delete(Path path, Value file)
    {
        foreach (var entry in path.Pending)
            if (!CertainlyBacks(file, _obligations[entry.Key].Target))
                continue;
            else if (_obligations[entry.Key].Debt == Debt.File)
                Settle(path, _obligations[entry.Key]);
            else
                path.Pending = path.Pending.Remove(entry.Key);
    }

    /// <summary>Whether what is mapped from a file is durably flushed here, through its views. The end of a view that was only read flushes nothing.</summary>
    public bool FlushesContentsOf(Value file) => MayFlush.Any(flush =>
        (flush.Kind == FlushKind.Persist || (flush.Kind == FlushKind.View && _context.Options.ViewFlushIsDurable))
        && flush.Target.Targets.Any(place => Related(file, place.Entity) == Relation.Same
            && (!flush.OfAnything || _entities[place.Entity].Escaped || IsWrittenThrough(place.Entity))));

    public bool IsSameFile(Value file, int other) => Related(file, other) == Relation.Same;

    /// <summary>The file itself and everything that is mapped from it.</summary>
    public IEnumerable<int> MadeFrom(Value file)
    {
        for (var entity = EntityTable.Statics + 1; entity < _entities.Count; entity++)
            if (_entities[entity].Mapping is not null && Related(file, entity) == Relation.Same)
                yield return entity;
    }
}
