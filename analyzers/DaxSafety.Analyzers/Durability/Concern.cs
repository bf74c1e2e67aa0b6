using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
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

    public Concern(DurabilityContext context, IFieldOrigins origins)
    {
        _context = context;
        _origins = origins;
    }

    public bool Names(LoweredBody body, CancellationToken cancel)
    {
        if (body.Failure is not null || (body.Symbol is { } symbol && HasContract(symbol)))
            return true;
        foreach (var slot in body.Slots)
            if (IsMapping(slot.Symbol) || IsHandle(slot.Kind == SlotKind.This ? body.Symbol?.ContainingType : TypeOf(slot.Symbol), cancel))
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
        OpCode.LoadField or OpCode.StoreField => step.B != MemberNumbers.Element
            && _context.Lowering.Members.SymbolOf(step.B) is { } member && (IsMapping(member) || _origins.Of(step.B, cancel) is not null || _origins.KnowsInner(step.B, cancel) || IsHandle(TypeOf(member), cancel)),
        _ => false,
    };

    /// <summary>A disposal says nothing by itself: nearly every <c>using</c> and <c>foreach</c> ends in one.</summary>
    private bool Names(CallSite call) => call.Effects.Any(effect => IsAboutMappings(effect.Kind) && !effect.Has("disposal")) || HasContract(call.Method);

    private static bool IsAboutMappings(EffectKind kind) => kind is EffectKind.Map or EffectKind.View or EffectKind.FlushView or EffectKind.FlushFile
        or EffectKind.FlushWeak or EffectKind.Msync or EffectKind.Persist or EffectKind.WriteBack or EffectKind.Fence or EffectKind.Rename or EffectKind.Grow;

    private bool HasContract(IMethodSymbol method) => !_context.Lowering.Contracts.OfMethod(method).IsEmpty;

    private bool IsHandle(ITypeSymbol? type, CancellationToken cancel) => OwnHandles.Of(type, _context).Any(handle => _origins.Of(handle, cancel) is not null);

    private static ITypeSymbol? TypeOf(ISymbol? holder) => holder switch
    {
        ILocalSymbol local => local.Type,
        IParameterSymbol parameter => parameter.Type,
        IFieldSymbol field => field.Type,
        IPropertySymbol property => property.Type,
        _ => null,
    };

    private bool IsMapping(ISymbol? symbol) => _context.MappingOf(symbol) is { Role: MappingRole.View or MappingRole.Map };
}
