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
                if (parameter.RefKind != RefKind.None || _context.Types.CanCarryMapping(parameter.Type))
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

    private const int MostDefaults = 8;

    private int LowerEmptyAccount(INamedTypeSymbol account, IOperation operation)
    {
        var instance = _steps.Into(OpCode.Allocate, site: AddSite(operation));
        if (account.InstanceConstructors.FirstOrDefault(constructor => constructor is { IsImplicitlyDeclared: true, Parameters.IsEmpty: true }) is { } constructor)
            EmitDefaults(constructor, instance, Array.Empty<int>());
        return instance;
    }

    /// <summary>A value that is assigned or passed: of a structure that keeps account, a copy.</summary>
    private int LowerValue(IOperation value) =>
        value.Type is { TypeKind: TypeKind.Struct } && IsPlace(value) && _context.KeepsAccount(value.Type) ? LowerCopy(value, value) : Lower(value);

    /// <summary>The flags and counters of a new object start as their initializers say, else as 0, as far as its constructor is followed, which may set them.</summary>
    private void EmitDefaults(IMethodSymbol constructor, int instance, int[] arguments)
    {
        var isPrimary = IsPrimary(constructor);
        if (!constructor.IsImplicitlyDeclared && !isPrimary && TargetsOf(constructor, isVirtual: false, receiverIsAddress: false).IsEmpty)
            return;
        foreach (var member in constructor.ContainingType.OriginalDefinition.GetMembers().Where(IsFixedNumber).Take(MostDefaults))
            if (_context.ValueOf(member, _cancel) is { } value && StartOf(value, isPrimary ? arguments : Array.Empty<int>()) is >= 0 and var start)
                _steps.Add(new Instruction(OpCode.StoreField, -1, instance, FieldNumber(member), start));
        var numbers = constructor.ContainingType.OriginalDefinition.GetMembers().Where(IsNumberWithoutInitializer).Take(MostDefaults + 1).ToList();
        if (numbers.Count is 0 or > MostDefaults)
            return;
        var zero = _steps.Into(OpCode.Constant, payload: 0L);
        foreach (var member in numbers)
            _steps.Add(new Instruction(OpCode.StoreField, -1, instance, FieldNumber(member), zero));
    }

    /// <summary>Options, say, of which some are set for good.</summary>
    private bool HoldsFixedNumbers(IMethodSymbol constructor) =>
        constructor is { IsImplicitlyDeclared: true, ContainingType: { IsAnonymousType: false } type } && _context.IsOwn(type) && type.OriginalDefinition.GetMembers().Any(IsFixedNumber);

    private int StartOf(IOperation initializer, int[] arguments) => initializer switch
    {
        { ConstantValue: { HasValue: true, Value: { } value } } => _steps.Into(OpCode.Constant, payload: Normalize(value)),
        IParameterReferenceOperation { Parameter.Ordinal: var ordinal } when ordinal < arguments.Length => arguments[ordinal],
        _ => Registers.None,
    };

    /// <summary>A member of an object that keeps account, which is not followed, may have set any of its flags and counters.</summary>
    private void EmitUnknowns(IMethodSymbol method, int receiver, IOperation call)
    {
        if (method.MethodKind != MethodKind.Ordinary || !_context.KeepsAccount(method.ContainingType))
            return;
        foreach (var member in method.ContainingType.OriginalDefinition.GetMembers().Where(IsNumberWithoutInitializer).Take(MostDefaults))
            _steps.Add(new Instruction(OpCode.StoreField, -1, receiver, FieldNumber(member), Known(Registers.None, call)));
    }

    private bool IsNumberWithoutInitializer(ISymbol member) => IsNumber(member) && !IsInitialized(member);

    /// <summary>Set for good: what can be set later may have been, by whoever was given the object.</summary>
    private bool IsFixedNumber(ISymbol member) => member is IFieldSymbol { IsReadOnly: true } or IPropertySymbol { SetMethod: null or { IsInitOnly: true } } && IsNumber(member) && IsInitialized(member);

    private bool IsNumber(ISymbol member) => member switch
    {
        { IsStatic: true } => false,
        IFieldSymbol { IsConst: false, IsImplicitlyDeclared: false } field => IsNumber(field.Type),
        IPropertySymbol { IsIndexer: false, IsAbstract: false, IsVirtual: false } property => IsNumber(property.Type) && !HasOwnCode(property),
        _ => false,
    };

    private static bool IsNumber(ITypeSymbol type) => type.SpecialType is SpecialType.System_Boolean or SpecialType.System_Int32 or SpecialType.System_Int64;

    private bool IsInitialized(ISymbol member) => member.DeclaringSyntaxReferences.Any(reference =>
        reference.GetSyntax(_cancel) is VariableDeclaratorSyntax { Initializer: not null } or PropertyDeclarationSyntax { Initializer: not null } or ParameterSyntax);

    /// <summary>The property that a record makes of a parameter of its own.</summary>
    private static IPropertySymbol? PropertyFrom(IParameterSymbol parameter, INamedTypeSymbol type) => type.IsRecord
        ? type.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault(property =>
            property.OriginalDefinition.DeclaringSyntaxReferences.Any(declared => parameter.OriginalDefinition.DeclaringSyntaxReferences.Any(other => other.Span == declared.Span && other.SyntaxTree == declared.SyntaxTree)))
        : null;

    private bool IsPrimary(IMethodSymbol constructor) =>
        constructor.OriginalDefinition.DeclaringSyntaxReferences.Any(reference => reference.GetSyntax(_cancel) is TypeDeclarationSyntax);
}
