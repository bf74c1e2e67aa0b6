using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a new object holds before its constructor runs: the initializers of its fields, which may use a primary constructor's parameters.</summary>
internal sealed partial class BodyLowering
{
    private void EmitInitializers(IMethodSymbol constructor, IOperation creation, int instance, int[] arguments)
    {
        if (IsPrimary(constructor))
        {
            foreach (var parameter in constructor.Parameters)
            {
                if (arguments[parameter.Ordinal] < 0)
                    continue;
                if (_context.Types.CanCarryMapping(parameter.Type))
                    _steps.Add(new Instruction(OpCode.StoreField, -1, instance, FieldNumber(parameter), arguments[parameter.Ordinal]));
                if (PropertyFrom(parameter, constructor.ContainingType) is { } property)
                    _steps.Add(new Instruction(OpCode.StoreField, -1, instance, FieldNumber(property), arguments[parameter.Ordinal]));
            }
        }
        foreach (var target in _context.InitializersOf(constructor.ContainingType, _cancel))
        {
            if (target.Symbol!.IsStatic)
                continue;
            AddCallee(target);
            var call = new CallSite
            {
                Method = constructor,
                Effects = ImmutableArray<Effect>.Empty,
                Receiver = instance,
                Arguments = Array.Empty<int>(),
                Targets = ImmutableArray.Create(target),
                IsConstruction = true,
            };
            _steps.Into(OpCode.Call, site: AddSite(creation), payload: call);
        }
    }

    /// <summary>The property that a record makes of a parameter of its own.</summary>
    private static IPropertySymbol? PropertyFrom(IParameterSymbol parameter, INamedTypeSymbol type) => type.IsRecord
        ? type.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault(property =>
            property.OriginalDefinition.DeclaringSyntaxReferences.Any(declared => parameter.OriginalDefinition.DeclaringSyntaxReferences.Any(other => other.Span == declared.Span && other.SyntaxTree == declared.SyntaxTree)))
        : null;

    private bool IsPrimary(IMethodSymbol constructor) =>
        constructor.OriginalDefinition.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(_cancel) is TypeDeclarationSyntax);
}
