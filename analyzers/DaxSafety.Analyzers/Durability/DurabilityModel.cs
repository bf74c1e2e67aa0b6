using System.Collections.Concurrent;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Everything that is known about the durability of one compilation under one set of options, made on demand. Thread safe.</summary>
internal sealed class DurabilityModel
{
    private readonly SummaryStore _summaries;
    private readonly FieldOriginStore _origins;
    private readonly ConcurrentDictionary<(int Field, int Layer), FieldVerdict> _verdicts = new();
    private readonly ConcurrentDictionary<INamedTypeSymbol, FieldLedger> _ledgers = new(SymbolEqualityComparer.Default);

    public DurabilityModel(DurabilityContext context)
    {
        Context = context;
        _origins = new FieldOriginStore(context);
        _summaries = new SummaryStore(context, _origins);
        FileFlushes = new FileFlushReach(context.Lowering);
    }

    public FileFlushReach FileFlushes { get; }

    public DurabilityContext Context { get; }

    /// <summary>The body of a member with the lambdas and local functions in it, analysed where they are concerned with mappings.</summary>
    public IEnumerable<AnalyzedBody> WithNested(ISymbol owner, CancellationToken cancel)
    {
        var target = new CallTarget(owner.OriginalDefinition);
        return _summaries.MayBeConcerned(target, cancel) && Context.Lowering.BodyOf(owner, cancel) is { } body ? WithNested(target, body, cancel) : Enumerable.Empty<AnalyzedBody>();
    }

    private IEnumerable<AnalyzedBody> WithNested(CallTarget target, LoweredBody body, CancellationToken cancel)
    {
        if (_summaries.IfConcerned(target, cancel) is { } analyzed)
            yield return analyzed;
        foreach (var nested in body.Nested)
            foreach (var inner in WithNested(new CallTarget(nested), nested, cancel))
                yield return inner;
    }

    /// <summary>The body of a callee, analysed; null when it has none here.</summary>
    public AnalyzedBody? BodyOf(CallTarget callee, CancellationToken cancel) => _summaries.Of(callee, cancel);

    /// <summary>Whether anybody flushes what a field holds; for a private field its own type answers, else only the whole compilation can.</summary>
    public FieldVerdict VerdictOn(int field, CancellationToken cancel, int layer = 0) => _verdicts.TryGetValue((field, layer), out var known) ? known : _verdicts[(field, layer)] = Judge(field, layer, cancel);

    private FieldVerdict Judge(int field, int layer, CancellationToken cancel)
    {
        if (Context.Lowering.Members.SymbolOf(field) is INamedTypeSymbol)
            return FieldVerdict.AskAll;
        if (Context.Lowering.Members.SymbolOf(field) is not { ContainingType: { } type } symbol || !Context.Lowering.IsOwn(symbol))
            return FieldVerdict.Flushed;
        var ledger = LedgerOf(type.OriginalDefinition, cancel);
        if (ledger.IsFlushed(field, layer))
            return FieldVerdict.Flushed;
        var isOwnBusiness = symbol.DeclaredAccessibility == Accessibility.Private && !ledger.IsExposed(field) && !ledger.IsShared(field) && !ledger.IsMadeFromShared(field) && _origins.Of(field, cancel) is not null;
        return isOwnBusiness ? FieldVerdict.NeverFlushed : FieldVerdict.AskAll;
    }

    /// <summary>Whether a call that is no durable flush is taken for one of what the field holds, and should be reported in place of the writes.</summary>
    public bool IsFlushedWeakly(int field, bool byDisposal, CancellationToken cancel) =>
        Context.Lowering.Members.SymbolOf(field) is { ContainingType: { } type } && LedgerOf(type.OriginalDefinition, cancel).IsFlushedWeakly(field, byDisposal);

    public bool IsViewFlushedWeakly(int field, CancellationToken cancel) =>
        Context.Lowering.Members.SymbolOf(field) is { ContainingType: { } type } && LedgerOf(type.OriginalDefinition, cancel).IsViewFlushedWeakly(field);

    public bool IsFlushedByName(int field, CancellationToken cancel) =>
        Context.Lowering.Members.SymbolOf(field) is { ContainingType: { } type } && LedgerOf(type.OriginalDefinition, cancel).IsFlushedByName(field);

    public bool IsWritten(int field, CancellationToken cancel) =>
        Context.Lowering.Members.SymbolOf(field) is { ContainingType: { } type } && LedgerOf(type.OriginalDefinition, cancel).IsWritten(field);

    /// <summary>The fields of the same type whose views were made from what the field holds, or from a map that was.</summary>
    public IEnumerable<int> ViewsMadeFrom(int field, CancellationToken cancel)
    {
        if (Context.Lowering.Members.SymbolOf(field) is not { ContainingType: { } type })
            yield break;
        foreach (var member in type.OriginalDefinition.GetMembers())
            if (member is IFieldSymbol { AssociatedSymbol: null } or IPropertySymbol && Context.Lowering.Members.Of(member) is var other
                && _origins.Of(other, cancel) is { Template.Role: MappingRole.View } && _origins.FilesOf(other, cancel).Contains(field))
                yield return other;
    }

    public FieldLedger NewLedger(CancellationToken cancel) => new(_origins, Context, cancel);

    /// <summary>The types that hold a file's mappings in these fields flush what is in them, never a file, and hand the file to nobody who could.</summary>
    public bool OnlyContentsAreFlushed(IReadOnlyCollection<int> fields, CancellationToken cancel)
    {
        var areFlushed = false;
        foreach (var field in fields)
        {
            if (Context.Lowering.Members.SymbolOf(field) is not { ContainingType: { } type } symbol || !Context.Lowering.IsOwn(symbol))
                return false;
            var ledger = LedgerOf(type.OriginalDefinition, cancel);
            var isFile = _origins.Of(field, cancel)?.Template is { Role: MappingRole.File } || Context.MappingOf(symbol) is { Role: MappingRole.File };
            if (ledger.MayFlushFiles || (isFile && (symbol.DeclaredAccessibility != Accessibility.Private || ledger.IsExposed(field))))
                return false;
            areFlushed |= Context.Options.ViewFlushIsDurable && ledger.IsFlushed(field);
        }
        return areFlushed && fields.Select(field => Context.Lowering.Members.SymbolOf(field)!.ContainingType.OriginalDefinition).Distinct<INamedTypeSymbol>(SymbolEqualityComparer.Default)
            .All(type => !TypeMembers.BodiesOf(type).Any(method => Context.Lowering.BodyOf(method, cancel) is { } body && FileFlushes.MayFlush(body, cancel)));
    }

    /// <summary>The name of a mapping that the member's object holds and that is written, by its type or by whoever gets hold of it; null when there is none for certain.</summary>
    public string? MappingLeftTo(IMethodSymbol member, CancellationToken cancel)
    {
        for (var type = member.ContainingType; type is not null && Context.Lowering.IsOwn(type); type = type.BaseType)
        {
            foreach (var held in TypeMembers.HoldersOf(type.OriginalDefinition))
            {
                if (held.IsStatic)
                    continue;
                var field = Context.Lowering.Members.Of(held);
                var mapping = _origins.Of(field, cancel)?.Template ?? Context.MappingOf(held);
                if (mapping is { Role: MappingRole.View, OwesNothing: false, UnknownBacking: false, CopyOnWrite: false }
                    && LedgerOf(type.OriginalDefinition, cancel).IsWritten(field))
                    return held.Name;
            }
        }
        return null;
    }

    /// <summary>What the members of a type, and of the types around and nested in it, do to their fields.</summary>
    private FieldLedger LedgerOf(INamedTypeSymbol type, CancellationToken cancel)
    {
        while (type.ContainingType is { } outer)
            type = outer;
        if (_ledgers.TryGetValue(type, out var known))
            return known;
        var ledger = new FieldLedger(_origins, Context, CancellationToken.None);
        foreach (var member in type.GetMembers())
            if (member is IMethodSymbol { IsAbstract: true } promised)
                ledger.EnterPromise(promised);
        foreach (var method in TypeMembers.BodiesOf(type))
        {
            if (!Context.Lowering.Matters(method) || _summaries.Of(method, cancel) is not { } analyzed)
                continue;
            ledger.Enter(analyzed);
            foreach (var nested in analyzed.Body.Nested)
                foreach (var inner in WithNested(new CallTarget(nested), nested, cancel))
                    ledger.Enter(inner);
        }
        return _ledgers.GetOrAdd(type, ledger);
    }
}

/// <summary>Whether a field's mapping is ever flushed.</summary>
internal enum FieldVerdict : byte
{
    Flushed,
    NeverFlushed,

    /// <summary>Other types can reach it: the answer has to wait until every body has been seen.</summary>
    AskAll,
}

/// <summary>The bodies of a type, those of its nested types included, and what it holds.</summary>
internal static class TypeMembers
{
    /// <summary>What holds something for the type or its objects: fields, properties, and what constructors are given, of which a primary one's is kept.</summary>
    public static IEnumerable<ISymbol> HoldersOf(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            if (member is IFieldSymbol { AssociatedSymbol: null } or IPropertySymbol)
                yield return member;
            else if (member is IMethodSymbol { MethodKind: MethodKind.Constructor } constructor)
                foreach (var parameter in constructor.Parameters)
                    yield return parameter;
        }
    }

    public static IEnumerable<IMethodSymbol> BodiesOf(INamedTypeSymbol type)
    {
        foreach (var member in type.GetMembers())
        {
            if (member is IMethodSymbol { IsAbstract: false, IsExtern: false } method)
                yield return method;
            else if (member is INamedTypeSymbol nested)
                foreach (var inner in BodiesOf(nested))
                    yield return inner;
        }
    }
}
