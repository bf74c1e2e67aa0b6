using System.Collections.Concurrent;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Whether a body meets mappings by itself: it makes, flushes or renames something of the kind, names a variable or field that is
/// one, or has promised something about one. A body that only writes through what it is handed does not. Thread safe.
/// </summary>
internal sealed class Concern
{
    private readonly DurabilityContext _context;
    private readonly IFieldOrigins _origins;
    private readonly OutlineReach _mentioned;

    public Concern(DurabilityContext context, IFieldOrigins origins)
    {
        _context = context;
        _origins = origins;
        _mentioned = new OutlineReach(context, MayName);
    }

    public bool Names(LoweredBody body, CancellationToken cancel)
    {
        if (body.Failure is not null || (body.Symbol is { } symbol && HasContract(symbol)))
            return true;
        foreach (var slot in body.Slots)
            if (_context.IsMapping(slot.Symbol) || IsHandle(slot.Kind == SlotKind.This ? body.Symbol?.ContainingType : TypeFacts.TypeOf(slot.Symbol), cancel))
                return true;
        foreach (var node in body.Nodes)
            foreach (var step in node.Content.Instructions)
                if (Names(step, cancel))
                    return true;
        return false;
    }

    private bool Names(in Instruction step, CancellationToken cancel) => step.Code switch
    {
        OpCode.Call => Names((CallSite)step.Payload!),
        OpCode.Closure => step.Payload is ClosureInfo { Described: { } described } && Names(described),
        OpCode.LoadField or OpCode.StoreField => step.B != MemberNumbers.Element && _context.Lowering.Members.SymbolOf(step.B) is { } member && Names(member, step.B, cancel),
        _ => false,
    };

    private bool Names(ISymbol member, int number, CancellationToken cancel) =>
        _context.IsMapping(member) || _origins.Of(number, cancel) is not null || _origins.KnowsInner(number, cancel) || IsHandle(TypeFacts.TypeOf(member), cancel);

    private bool Names(CallSite call) => call.Effects.Any(effect => effect.IsAboutMappings) || HasContract(call.Method);

    /// <summary>Whether a body, or one nested in it, may meet mappings by itself or through what it calls, from outlines alone: never less than there is.</summary>
    public bool MayMeet(CallTarget target, CancellationToken cancel) =>
        // What is nested is only asked about when what it stands in may.
        target.Symbol is null || _mentioned.From(target, cancel);

    /// <summary>Whether a body with this outline, or one nested in it, may be one that <see cref="Names(LoweredBody, CancellationToken)"/> says of.</summary>
    public bool MayName(BodyOutline outline, CancellationToken cancel) => outline.NamesMapping || outline.Mentions.Any(mention => MayName(mention, cancel));

    private bool MayName(ISymbol mention, CancellationToken cancel)
    {
        if (!_mentions.TryGetValue(mention, out var known))
            _mentions[mention] = known = mention is ITypeSymbol type
                ? _context.IsMapping(type) || IsHandle(type, cancel)
                : Names(mention, _context.Lowering.Members.Of(mention), cancel);
        return known;
    }

    private readonly ConcurrentDictionary<ISymbol, bool> _mentions = new(SymbolEqualityComparer.Default);

    private bool HasContract(IMethodSymbol method) => !_context.Lowering.Contracts.OfMethod(method).IsEmpty;

    private bool IsHandle(ITypeSymbol? type, CancellationToken cancel) => OwnHandles.Of(type, _context).Any(handle => _origins.Of(handle, cancel) is not null);
}
