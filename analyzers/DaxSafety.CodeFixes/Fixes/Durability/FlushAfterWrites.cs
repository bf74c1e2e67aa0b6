using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>The ways to make a run of writes durable behind its last, in the order of preference.</summary>
internal static class FlushAfterWrites
{
    public static IEnumerable<Offer> Offers(
        FixSite site, MappingName mapping, SyntaxNode write, IReadOnlyList<SyntaxNode> earlier, Exits exits, bool partly = false, SyntaxNode? needed = null)
    {
        var end = Wrapper.HeaderAround(write, mapping, site.Model) ?? write;
        var everyPath = site.Diagnostic.Id != RuleIds.WriteNotFlushed;
        var places = new FlushPlacement(site.Model, mapping, exits, everyPath).Cover(end, earlier, partly);
        if (places.Count == 0)
            places = new ExitPlacement(site.Model, mapping, exits).Cover(end, earlier);
        if (needed is not null && !places.Any(place => place.Writes.Contains(needed)))
            yield break;
        var calls = new FlushCalls(site, mapping, end);
        var byFramework = calls.ByFramework(places);
        var byRuntime = calls.ByRuntime(places) ?? calls.ByAddress(earlier);
        if (calls.IsFrameworkEnough && byFramework is not null)
            yield return byFramework;
        if (byRuntime is not null)
            yield return byRuntime;
        if (!calls.IsFrameworkEnough && byFramework is not null)
            yield return byFramework;
    }
}

/// <summary>What stands between a write and the view that it reaches in the end: a compression stream gives its last bytes away when it is disposed of.</summary>
internal static class Wrapper
{
    /// <summary>The head of the <c>using</c> whose variable is written to and is not the view: what follows it finds everything in the view.</summary>
    public static SyntaxNode? HeaderAround(SyntaxNode write, MappingName mapping, SemanticModel model)
    {
        if (write is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } } || mapping.IsMapping(receiver))
            return null;
        var isStream = IsStream(model.GetTypeInfo(receiver).Type);
        return write.Ancestors().OfType<UsingStatementSyntax>().Select(construct => construct.Declaration)
            .FirstOrDefault(declaration => declaration?.Variables.Any(variable => variable.Identifier.ValueText == receiver.Identifier.ValueText && (isStream || IsMadeToLeaveOpen(variable))) == true);
    }

    /// <summary>An archive or a writer: what it is made over is still there when it has written its end.</summary>
    private static bool IsMadeToLeaveOpen(VariableDeclaratorSyntax variable) => variable.Initializer?.Value is BaseObjectCreationExpressionSyntax { ArgumentList.Arguments: var arguments }
        && arguments.Any(argument => argument.Expression.IsKind(SyntaxKind.TrueLiteralExpression));

    private static bool IsStream(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (type is { Name: "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } })
                return true;
        return false;
    }
}
