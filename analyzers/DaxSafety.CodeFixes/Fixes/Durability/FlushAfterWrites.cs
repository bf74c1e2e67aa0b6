using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>The ways to make a run of writes durable behind its last, in the order of preference.</summary>
internal static class FlushAfterWrites
{
    public static IEnumerable<Offer> Offers(FixSite site, MappingName mapping, SyntaxNode write, IReadOnlyList<SyntaxNode> earlier, Exits exits, bool partly = false)
    {
        var end = Wrapper.HeaderAround(write, mapping, site.Model) ?? write;
        var everyPath = site.Diagnostic.Id != RuleIds.WriteNotFlushed;
        var places = new FlushPlacement(site.Model, mapping, exits, everyPath).Cover(end, earlier, partly);
        if (places.Count == 0)
            places = new ExitPlacement(site.Model, mapping, exits).Cover(end, earlier);
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
    public static SyntaxNode? HeaderAround(SyntaxNode write, MappingName mapping, SemanticModel model) =>
        write is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax receiver } } && !mapping.IsMapping(receiver)
            && IsStream(model.GetTypeInfo(receiver).Type)
            ? write.Ancestors().OfType<UsingStatementSyntax>().Select(construct => construct.Declaration)
                .FirstOrDefault(declaration => declaration?.Variables.Any(variable => variable.Identifier.ValueText == receiver.Identifier.ValueText) == true)
            : null;

    private static bool IsStream(ITypeSymbol? type)
    {
        for (; type is not null; type = type.BaseType)
            if (type is { Name: "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } })
                return true;
        return false;
    }
}
