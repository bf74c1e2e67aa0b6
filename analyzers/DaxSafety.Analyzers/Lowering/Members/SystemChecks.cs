using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Which system the program runs on, asked once and kept under a name: <c>static readonly bool IsWindows = OperatingSystem.IsWindows();</c></summary>
internal sealed partial class BodyLowering
{
    private IOperation? SystemCheckBehind(IOperation operation)
    {
        if (operation.Type?.SpecialType != SpecialType.System_Boolean)
            return null;
        ISymbol? named = operation switch
        {
            IFieldReferenceOperation { Instance: null, Field: { IsReadOnly: true } field } => field,
            IPropertyReferenceOperation { Instance: null, Property: { SetMethod: null } property } => property,
            IInvocationOperation { Instance: null, Arguments.IsEmpty: true, TargetMethod: { MethodKind: MethodKind.Ordinary } method } => method,
            _ => null,
        };
        return named is not null && _context.IsOwn(named) && _context.ValueOf(named, _cancel) is IInvocationOperation check && AsksForSystem(check) ? check : null;
    }

    private bool AsksForSystem(IInvocationOperation call) =>
        _context.Knowledge.EffectsOf(call.TargetMethod).Any(effect => effect.Kind == EffectKind.RunsOn);
}
