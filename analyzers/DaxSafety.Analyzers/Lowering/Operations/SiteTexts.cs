using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What a site remembers of the source: the names and ranges that messages and fixes repeat.</summary>
internal sealed partial class BodyLowering
{
    private int AddWriteSite(IOperation operation, Place place)
    {
        var target = operation switch
        {
            IAssignmentOperation assignment => assignment.Target,
            IIncrementOrDecrementOperation step => step.Target,
            _ => operation,
        };
        _sites.Add(new Site(operation.Syntax, RootName(target)));
        return _sites.Count - 1;
    }

    private int AddCallSite(IOperation operation, CallSite call)
    {
        var invocation = operation as IInvocationOperation;
        var receiver = invocation is null ? null : Written(invocation, call) ?? invocation.Instance
            ?? (call.Method.IsExtensionMethod && invocation.Arguments.Length > 0 ? invocation.Arguments[0].Value : null);
        string? offset = null;
        string? length = null;
        if (invocation is not null)
        {
            foreach (var effect in call.Effects)
            {
                if (effect.Kind != EffectKind.Write || effect["offset"] is not { } start || effect["length"] is not { } extent)
                    continue;
                offset = Text(start, invocation);
                length = offset is null ? null : Text(extent, invocation);
                break;
            }
        }
        _sites.Add(new Site(operation.Syntax, receiver is null or { IsImplicit: true, Kind: OperationKind.InstanceReference } ? null : RootName(receiver), length is null ? null : offset, length));
        return _sites.Count - 1;
    }

    /// <summary>The argument that a table says the call writes to; null when it is the receiver.</summary>
    private static IOperation? Written(IInvocationOperation invocation, CallSite call)
    {
        foreach (var effect in call.Effects)
            if (effect is { Kind: EffectKind.Write, Target: { Kind: OperandKind.Parameter, Ordinal: var ordinal } })
                return Argument(invocation, ordinal);
        return null;
    }

    /// <summary>The name at the root of an expression, below what only derives an address from another.</summary>
    private string? RootName(IOperation operation)
    {
        while (Source(Unconverted(operation)) is { } source)
            operation = source;
        return RootName(operation.Syntax);
    }

    private IOperation? Source(IOperation operation)
    {
        if (operation is not IInvocationOperation invocation)
            return null;
        foreach (var effect in _context.Knowledge.EffectsOf(invocation.TargetMethod))
            if (effect.Kind == EffectKind.Derive && effect["from"]?.AsOperand is { } from)
                return from.Kind == OperandKind.This ? invocation.Instance : from.Kind == OperandKind.Parameter ? Argument(invocation, from.Ordinal) : null;
        return null;
    }

    /// <summary>The plain name at the root of an expression: what a reader would call the mapping.</summary>
    private static string? RootName(SyntaxNode? syntax)
    {
        while (true)
        {
            switch (syntax)
            {
                case IdentifierNameSyntax name:
                    return name.Identifier.Text;
                case MemberAccessExpressionSyntax { RawKind: (int)SyntaxKind.SimpleMemberAccessExpression } access when IsPlain(access):
                    return access.ToString();
                case MemberAccessExpressionSyntax access:
                    syntax = access.Expression;
                    break;
                case ElementAccessExpressionSyntax element:
                    syntax = element.Expression;
                    break;
                case InvocationExpressionSyntax invocation:
                    syntax = invocation.Expression;
                    break;
                case PrefixUnaryExpressionSyntax prefix:
                    syntax = prefix.Operand;
                    break;
                case PostfixUnaryExpressionSyntax postfix:
                    syntax = postfix.Operand;
                    break;
                case ParenthesizedExpressionSyntax parenthesized:
                    syntax = parenthesized.Expression;
                    break;
                case CastExpressionSyntax cast:
                    syntax = cast.Expression;
                    break;
                case BinaryExpressionSyntax binary:
                    syntax = binary.Left;
                    break;
                case AssignmentExpressionSyntax assignment:
                    syntax = assignment.Left;
                    break;
                case RefExpressionSyntax reference:
                    syntax = reference.Expression;
                    break;
                default:
                    return null;
            }
        }
    }

    /// <summary>A chain of names: reading it again is free of side effects as far as a reader can see.</summary>
    private static bool IsPlain(ExpressionSyntax expression) => expression switch
    {
        IdentifierNameSyntax or ThisExpressionSyntax or LiteralExpressionSyntax => true,
        MemberAccessExpressionSyntax access => access.IsKind(SyntaxKind.SimpleMemberAccessExpression) && IsPlain(access.Expression),
        BinaryExpressionSyntax binary => IsPlain(binary.Left) && IsPlain(binary.Right)
            && binary.Kind() is SyntaxKind.AddExpression or SyntaxKind.SubtractExpression or SyntaxKind.MultiplyExpression,
        ParenthesizedExpressionSyntax parenthesized => IsPlain(parenthesized.Expression),
        SizeOfExpressionSyntax => true,
        CastExpressionSyntax { Type: PredefinedTypeSyntax } cast => IsPlain(cast.Expression),
        _ => false,
    };

    /// <summary>A table's byte expression in the words of the call, or null when it cannot be repeated.</summary>
    private static string? Text(ByteExpression expression, IInvocationOperation invocation)
    {
        var terms = new List<string>();
        foreach (var term in expression.Terms)
        {
            if (Text(term, invocation) is not { } text)
                return null;
            terms.Add(text);
        }
        return string.Join(" + ", terms);
    }

    private static string? Text(ByteTerm term, IInvocationOperation invocation)
    {
        var factors = new List<string>();
        if (term.Factor != 1 || (term.Value.Kind == OperandKind.None && term.SizeOf is null))
            factors.Add(term.Factor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (term.LengthOf.Kind != OperandKind.None)
            return null;
        if (term.Value.Kind == OperandKind.Parameter)
        {
            if (Argument(invocation, term.Value.Ordinal) is not { Syntax: ExpressionSyntax syntax } || !IsPlain(syntax))
                return null;
            factors.Add(syntax is BinaryExpressionSyntax && (term.SizeOf is not null || term.Factor != 1) ? $"({syntax})" : syntax.ToString());
        }
        else if (term.Value.Kind != OperandKind.None)
        {
            return null;
        }
        if (term.SizeOf is { } name)
        {
            var type = TypeNamed(name, invocation.TargetMethod);
            if (TypeFacts.SizeOf(type) == 0 || type!.SpecialType == SpecialType.None)
                return null;
            factors.Add($"sizeof({type.ToDisplayString(SymbolDisplayFormat.CSharpShortErrorMessageFormat)})");
        }
        return string.Join(" * ", factors);
    }

    private static IOperation? Argument(IInvocationOperation invocation, int ordinal)
    {
        foreach (var argument in invocation.Arguments)
            if (argument.Parameter?.Ordinal == ordinal && !argument.IsImplicit)
                return argument.Value;
        return null;
    }

    /// <summary>The type that <c>sizeof(name)</c> in a table means for one call: a type argument, or a parameter's (element) type.</summary>
    public static ITypeSymbol? TypeNamed(string name, IMethodSymbol method)
    {
        for (var i = 0; i < method.TypeParameters.Length; i++)
            if (method.TypeParameters[i].Name == name)
                return method.TypeArguments[i];
        for (var type = method.ContainingType; type is not null; type = type.ContainingType)
            for (var i = 0; i < type.TypeParameters.Length; i++)
                if (type.TypeParameters[i].Name == name)
                    return type.TypeArguments[i];
        foreach (var parameter in method.Parameters)
            if (parameter.Name == name)
                return TypeFacts.ElementOf(parameter.Type);
        return null;
    }
}
