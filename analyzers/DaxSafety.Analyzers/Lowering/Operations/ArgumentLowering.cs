using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Arguments: what a call is given, by value, by reference and in a row, and what it assigns.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>Registers by parameter ordinal. By-ref arguments that name memory pass its address, others their value; those that the callee assigns are in <paramref name="outs"/>.</summary>
    private int[] LowerArguments(ImmutableArray<IArgumentOperation> arguments, int parameterCount, out List<(int Ordinal, Place Place, IOperation Operation)>? outs)
    {
        outs = null;
        var registers = new int[parameterCount];
        for (var i = 0; i < registers.Length; i++)
            registers[i] = Registers.None;
        foreach (var argument in arguments)
        {
            if (argument.Parameter is not { } parameter || parameter.Ordinal >= parameterCount)
            {
                Lower(argument.Value);
                continue;
            }
            // What decides whether a call flushes is tested by it.
            if (DecidesOnFlush(parameter, argument.Value) || (SymbolBehind(argument.Value) is ILocalSymbol && _context.Decides(parameter)))
                NoteTested(argument.Value, new Condition(ConditionKind.Opaque, -1, -1, false, null, "", -1));
            if (parameter.IsParams && TypeFacts.ElementOf(parameter.Type)?.TypeKind == TypeKind.Delegate)
                registers = WithDelegates(registers, parameter.Ordinal, argument.Value);
            else
                registers[parameter.Ordinal] = parameter.RefKind == RefKind.None || ReadOnlyReferences.IsValue(parameter)
                    ? LowerValue(WithoutBranches(argument.Value) ?? argument.Value)
                    : LowerByRef(argument, parameter, ref outs);
            // A file is known by its path, whatever that is: `CreateFromFile(Path.Combine(folder, "log"), …)`.
            if (registers[parameter.Ordinal] < 0 && NamesNewFile(parameter))
                registers[parameter.Ordinal] = Known(Registers.None, argument.Value);
        }
        return registers;
    }

    private bool NamesNewFile(IParameterSymbol parameter) =>
        parameter is { Type.SpecialType: SpecialType.System_String, ContainingSymbol: IMethodSymbol method }
        && _context.Knowledge.EffectsOf(method).Any(effect =>
            effect is { Kind: EffectKind.Create, Target.Kind: OperandKind.Parameter } && effect.Target.Ordinal == parameter.Ordinal);

    private bool DecidesOnFlush(IParameterSymbol parameter, IOperation value)
    {
        if (value.ConstantValue.HasValue || parameter.ContainingSymbol is not IMethodSymbol method)
            return false;
        if (parameter.Type.SpecialType == SpecialType.System_Boolean)
            return _context.Knowledge.EffectsOf(method).Any(effect => effect["when"] is not null);
        // `msync(p, n, wait ? MS_SYNC : MS_ASYNC)`
        if (!(method.IsExtern || method.IsPartialDefinition) || !IsNumberOrEnum(parameter.Type) || !_context.Knowledge.EffectsOf(method).Any(effect => effect.Kind == EffectKind.Msync))
            return false;
        if (Unconverted(value) is ILocalReferenceOperation { Local: var flags })
            _flagsOfFlushes.Add(flags);
        return true;
    }

    private static bool IsNumberOrEnum(ITypeSymbol type) => type.TypeKind == TypeKind.Enum || type.SpecialType is SpecialType.System_Int32 or SpecialType.System_UInt32;

    /// <summary>Locals that say how a flush is done.</summary>
    private readonly HashSet<ISymbol> _flagsOfFlushes = new(SymbolEqualityComparer.Default);

    /// <summary>Delegates in a row (<c>Parallel.Invoke(a, b)</c>) are given like each by itself: behind the parameters, beside the array that holds them.</summary>
    private int[] WithDelegates(int[] registers, int ordinal, IOperation array)
    {
        var (outer, given) = (_given, new List<int>());
        _given = given;
        registers[ordinal] = Lower(array);
        _given = outer;
        return registers.Concat(given).ToArray();
    }

    /// <summary>The elements of the array that is being made of a call's last arguments.</summary>
    private List<int>? _given;

    private int LowerByRef(IArgumentOperation argument, IParameterSymbol parameter, ref List<(int, Place, IOperation)>? outs)
    {
        var value = argument.Value;
        if (!IsPlace(value))
            return Lower(value);
        var place = LowerPlace(value);
        if (place.Kind == PlaceKind.Memory)
        {
            if (parameter.RefKind == RefKind.Out || place.Content >= 0)
                (outs ??= new()).Add((parameter.Ordinal, place, value));
            return AddressOf(place);
        }
        if (parameter.RefKind is not (RefKind.Ref or RefKind.Out) || place.Kind is not (PlaceKind.Variable or PlaceKind.Field))
            return CanHoldMore(parameter) ? Load(place) : Registers.None;
        var isContent = parameter.RefKind == RefKind.Ref && HoldsContent(parameter.OriginalDefinition);
        if (isContent)
            place = place with { Content = Load(place) };
        (outs ??= new()).Add((parameter.Ordinal, place, value));
        return parameter.RefKind == RefKind.Out || (isContent && !ChangesVariable(parameter.ContainingSymbol)) || !CanHoldMore(parameter) ? Registers.None
            : isContent ? place.Content : Load(place);
    }

    /// <summary>Whether the value of a variable matters to a callee that is given the variable.</summary>
    private bool CanHoldMore(IParameterSymbol parameter) =>
        parameter.Type.IsReferenceType || _context.Types.CanCarryMapping(parameter.OriginalDefinition.Type) || ChangesVariable(parameter.ContainingSymbol);

    /// <summary>A member of which a table says what it makes of the variable that it is given.</summary>
    private bool ChangesVariable(ISymbol member) => _context.Knowledge.EffectsOf(member).Any(effect => effect.Has("variable"));
}
