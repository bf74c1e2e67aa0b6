using System.Collections.Immutable;
using DaxSafety.Analyzers.Durability;
using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules.Durability;

/// <summary>DAX1009 for what the declaration alone shows: words that contradict each other or what the member overrides, and words about what cannot be mapped.</summary>
internal static class ContractDeclared
{
    private const Contract Durable = Contract.Persists | Contract.LeavesDirty;

    public static void Report(ISymbol member, DurabilityModel model, Action<Diagnostic> report, CancellationToken cancel)
    {
        if (FaultOf(member, model, cancel) is not { } fault)
            return;
        var method = member as IMethodSymbol;
        report(Diagnostic.Create(RuleCatalog.ContractNotKept, method is null ? member.Locations.FirstOrDefault() : MemberName.Of(method),
            ImmutableArray<Location>.Empty, MemberName.Text(member), fault));
    }

    private static string? FaultOf(ISymbol member, DurabilityModel model, CancellationToken cancel)
    {
        var contracts = model.Context.Lowering.Contracts;
        var own = contracts.Of(member);
        return member switch
        {
            IFieldSymbol field => (own & Contract.Mapped) != 0 && CannotBeMapped(field.Type, field.RefKind) ? NoMemory("is mapped memory ([Mapped])", field.Type) : null,
            IPropertySymbol property => Contradiction(own) ?? OfProperty(property, own),
            IMethodSymbol method => Contradiction(own) ?? OfParameters(method, contracts) ?? Weakened(method, own, contracts) ?? OfResult(method, contracts) ?? WithoutMapping(method, own, model, cancel),
            _ => null,
        };
    }

    private static string? Contradiction(Contract own) => (own & Durable) == Durable ? "says both [Persists] and [LeavesDirty]" : null;

    private static string? OfProperty(IPropertySymbol property, Contract own)
    {
        if ((own & Contract.Mapped) != 0 && CannotBeMapped(property.Type, property.RefKind))
            return NoMemory("is mapped memory ([Mapped])", property.Type);
        return (own & Durable) != 0 && !property.IsAbstract && property.ContainingType.TypeKind != TypeKind.Interface
            && PropertyShapes.IsAutomatic(property) && CannotBeMapped(property.Type, property.RefKind)
            ? $"says {Word(own)}, but only stores a value in the object"
            : null;
    }

    private static string? OfParameters(IMethodSymbol method, Contracts contracts)
    {
        foreach (var parameter in method.Parameters)
        {
            var own = contracts.Of(parameter);
            if ((own & Durable) == Durable)
                return $"says both [Persists] and [LeavesDirty] of '{parameter.Name}'";
            if ((own & Durable) != 0 && IsPlainValue(parameter.Type, parameter.RefKind))
                return $"says {Word(own)} of '{parameter.Name}', but a {parameter.Type.ToDisplayString()} names no memory";
            if ((own & Contract.Mapped) != 0 && CannotBeMapped(parameter.Type, parameter.RefKind))
                return $"says [Mapped] of '{parameter.Name}', but a {parameter.Type.ToDisplayString()} names no memory";
        }
        return null;
    }

    /// <summary>Whoever calls the general member believes its [Persists] and gets this one.</summary>
    private static string? Weakened(IMethodSymbol method, Contract own, Contracts contracts)
    {
        foreach (var general in Contracts.Generalizations(method))
        {
            var theirs = contracts.OfMethod(general);
            var name = $"'{general.ContainingType.Name}.{general.Name}', which it {(general.ContainingType.TypeKind == TypeKind.Interface ? "implements" : "overrides")}, says [Persists]";
            if ((own & Contract.LeavesDirty) != 0 && (theirs.Whole & Contract.Persists) != 0)
                return $"says [LeavesDirty], but {name}";
            foreach (var parameter in method.Parameters)
                if (contracts.Has(parameter, Contract.LeavesDirty) && (theirs.OfParameter(parameter.Ordinal) & Contract.Persists) != 0)
                    return $"says [LeavesDirty] of '{parameter.Name}', but {name}";
        }
        return null;
    }

    private static string? OfResult(IMethodSymbol method, Contracts contracts) =>
        method is { AssociatedSymbol: null, MethodKind: not (MethodKind.Constructor or MethodKind.Conversion) } && (contracts.OfMethod(method).Return & Contract.Mapped) != 0
            && (method.ReturnsVoid || CannotBeMapped(method.ReturnType, method.RefKind))
            ? NoMemory("returns mapped memory ([Mapped])", method.ReturnType)
            : null;

    /// <summary>Nothing that the body can reach by its types is mapped, and it calls nothing that could know better.</summary>
    private static string? WithoutMapping(IMethodSymbol method, Contract own, DurabilityModel model, CancellationToken cancel)
    {
        if ((own & Durable) == 0 || method.IsAbstract || method.IsVirtual || method.IsOverride || method.IsExtern || model.Context.Lowering.Matters(method)
            || Contracts.Generalizations(method).Any())
            return null;
        return model.BodyOf(new CallTarget(method.OriginalDefinition), cancel) is { Summary: { Cases.IsEmpty: false } } body && !body.Analysis.MayPersist
            ? $"says {Word(own)}, but can reach no mapped memory"
            : null;
    }

    private static string Word(Contract contract) => (contract & Contract.Persists) != 0 ? "[Persists]" : "[LeavesDirty]";

    private static string NoMemory(string what, ITypeSymbol type) => $"says that it {what}, but a {type.ToDisplayString()} names no memory";

    private static bool CannotBeMapped(ITypeSymbol type, RefKind by) => by == RefKind.None && (IsPlainValue(type, by) || type.SpecialType == SpecialType.System_String);

    /// <summary>A value that is neither an address nor a descriptor of anything: an integer can be both.</summary>
    private static bool IsPlainValue(ITypeSymbol type, RefKind by) => by == RefKind.None && (type.TypeKind == TypeKind.Enum
        || type.SpecialType is SpecialType.System_Boolean or SpecialType.System_Char or SpecialType.System_SByte or SpecialType.System_Byte or SpecialType.System_Int16
            or SpecialType.System_UInt16 or SpecialType.System_Single or SpecialType.System_Double or SpecialType.System_Decimal or SpecialType.System_DateTime);
}
