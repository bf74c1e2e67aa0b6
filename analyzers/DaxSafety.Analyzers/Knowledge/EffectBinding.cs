using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// Binds the words of one row to one symbol. A word that the symbol lacks leaves out its operand, or with the target the
/// whole effect: that is how one <c>(*)</c> row fits overloads of different shapes. Which words were missing is kept for
/// whoever checks a table.
/// </summary>
internal sealed class EffectBinding
{
    private readonly ISymbol _member;
    private readonly ImmutableArray<IParameterSymbol> _parameters;
    private readonly bool _isNative;
    private readonly List<RowName> _missing = new();

    private EffectBinding(EffectRow row, ISymbol member)
    {
        _member = member;
        _parameters = ParametersOf(member);
        _isNative = row.Member.Library is not null;
        Effects = row.Effects.Select(Bind).Where(effect => effect is not null).ToImmutableArray()!;
    }

    public ImmutableArray<Effect> Effects { get; }

    /// <summary>The words of the row that name nothing here.</summary>
    public IReadOnlyList<RowName> Missing => _missing;

    public static EffectBinding Of(EffectRow row, ISymbol member) => new(row, member);

    public static ImmutableArray<IParameterSymbol> ParametersOf(ISymbol member) => member switch
    {
        IMethodSymbol method => method.Parameters,
        IPropertySymbol property => property.Parameters,
        _ => ImmutableArray<IParameterSymbol>.Empty,
    };

    private Effect? Bind(RowEffect effect)
    {
        var target = Operand.None;
        if (effect.Target is { } name)
        {
            target = Find(name);
            if (target.Kind == OperandKind.None)
                return Lack<Effect>(name);
        }

        var operands = effect.Operands
            .Select(operand => (operand.Name, Value: Bind(operand.Terms)))
            .Where(operand => operand.Value is not null)
            .Select(operand => new NamedOperand(operand.Name, operand.Value!))
            .ToImmutableArray();
        return IsPointless(effect, operands) ? null : new Effect(effect.Kind, target, operands, effect.Flags);
    }

    /// <summary>A <c>create(this, mode: mode)</c> where there is no mode, a <c>grow(path, length: capacity)</c> where no capacity is given: not this overload.</summary>
    private static bool IsPointless(RowEffect effect, ImmutableArray<NamedOperand> bound)
    {
        var essential = EffectWord.Of(effect.Kind).Essential;
        return effect.Operands.Any(operand => essential.Contains(operand.Name)) && !bound.Any(operand => essential.Contains(operand.Name));
    }

    /// <summary>A sum of which a part is missing is missing as a whole: half a length is a wrong length.</summary>
    private ByteExpression? Bind(ImmutableArray<RowTerm> terms)
    {
        var bound = ImmutableArray.CreateBuilder<ByteTerm>(terms.Length);
        foreach (var term in terms)
        {
            var value = term.Value is { } valueName ? Find(valueName) : Operand.None;
            var length = term.LengthOf is { } lengthName ? Find(lengthName) : Operand.None;
            if (term.Value is not null && value.Kind == OperandKind.None)
                return Lack<ByteExpression>(term.Value);
            if (term.LengthOf is not null && length.Kind == OperandKind.None)
                return Lack<ByteExpression>(term.LengthOf);

            var size = term.SizeOf is { } sizeName ? TypeNamed(sizeName) : null;
            if (term.SizeOf is not null && size is null)
                return Lack<ByteExpression>(term.SizeOf);
            bound.Add(new ByteTerm(term.Factor, value, size, length));
        }

        return new ByteExpression(bound.ToImmutable());
    }

    private Operand Find(RowName name)
    {
        if (_isNative && int.TryParse(name.Word, out var position))
            return position < _parameters.Length ? Operand.Parameter(position) : Operand.None;
        return name.Word switch
        {
            "this" when HasReceiver => Operand.This,
            "return" when HasResult => Operand.Return,
            _ => _parameters.FirstOrDefault(parameter => parameter.Name == name.Word) is { } parameter
                ? Operand.Parameter(parameter.Ordinal)
                : Operand.None,
        };
    }

    private bool HasReceiver => _member is INamedTypeSymbol || !_member.IsStatic;

    private bool HasResult => _member switch
    {
        IMethodSymbol method => !method.ReturnsVoid && method.MethodKind != MethodKind.Constructor,
        IPropertySymbol or IFieldSymbol => true,
        _ => false,
    };

    /// <summary>A type parameter of the member or of the types around it, or a parameter whose type is meant.</summary>
    private string? TypeNamed(RowName name)
    {
        if (_isNative && int.TryParse(name.Word, out var position))
            return position < _parameters.Length ? _parameters[position].Name : null;
        if (_parameters.Any(parameter => parameter.Name == name.Word))
            return name.Word;
        if (_member is IMethodSymbol method && method.TypeParameters.Any(parameter => parameter.Name == name.Word))
            return name.Word;
        for (var type = _member.ContainingType; type is not null; type = type.ContainingType)
            if (type.TypeParameters.Any(parameter => parameter.Name == name.Word))
                return name.Word;
        return null;
    }

    private T? Lack<T>(RowName name)
        where T : class
    {
        _missing.Add(name);
        return null;
    }
}
