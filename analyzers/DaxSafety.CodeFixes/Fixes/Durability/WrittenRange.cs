using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>The range that a diagnostic carries, if its words still mean the same where the flush will stand.</summary>
internal static class WrittenRange
{
    /// <summary><c>offset, length</c> as arguments; null when several writes share the flush, or a word of the range may have changed.</summary>
    public static string? Of(FixSite site, MappingName mapping, SyntaxNode write, IReadOnlyList<FlushPlace> places)
    {
        if (places.Count != 1 || places[0].Writes.Count != 1
            || site[DiagnosticKeys.Offset] is not { } offset || site[DiagnosticKeys.Length] is not { } length
            // An offset counts from what the call is made on, which has to be the view itself.
            || write is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } || !mapping.IsMapping(call.Expression))
            return null;
        var slot = places[0].Slot;
        return Repetition.IsStable(site.Model, SyntaxFactory.ParseExpression(offset), write, slot) && Repetition.IsStable(site.Model, SyntaxFactory.ParseExpression(length), write, slot)
            ? $"{offset}, {length}"
            : null;
    }
}
