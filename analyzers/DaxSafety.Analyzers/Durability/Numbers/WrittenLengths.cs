using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What a write tells of the number of its bytes, and that number of the write.</summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>Nothing is written before the start of a mapping, and a write of a number of bytes writes some.</summary>
    private long LeastWritten(Path path, int entity)
    {
        var least = long.MinValue;
        foreach (var entry in path.Pending)
            foreach (var place in _obligations[entry.Key].Target.Refs)
            {
                if (place is { OffsetEntity: > EntityTable.Untracked, Offset: <= 0 } && IsOrScales(place.OffsetEntity, entity))
                    least = Math.Max(least, 0);
                if (place is { LengthEntity: > EntityTable.Untracked, Length: <= 0 } && IsOrScales(place.LengthEntity, entity))
                    least = Math.Max(least, 1);
            }
        return least;
    }

    /// <summary>A write of as many bytes as turn out to be none has written nothing: <c>data.CopyTo(view); if (data.IsEmpty) return;</c></summary>
    private void ForgetWritesOf(Path path, int none)
    {
        // What a step yields anew in each round is another number by now.
        if (path.Pending.IsEmpty || !(_body.LoopHeads.Count == 0 || StaysTheSame(none)))
            return;
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key] is { Debt: Debt.Bytes, Target.Single: { LengthEntity: > EntityTable.Untracked, Length: <= 0 } written } && IsOrScales(written.LengthEntity, none))
                path.Pending = path.Pending.Remove(entry.Key);
    }

    /// <summary>It is one number wherever the body names it: no loop yields or picks another in its place.</summary>
    private bool StaysTheSame(int number) => _entities[number] switch
    {
        { Kind: EntityKind.Computed, Payload: ValueTuple<string, long, long, int> ("+" or "-", _, _, _) } sum =>
            StaysTheSame(sum.A) && StaysTheSame((int)sum.B),
        { Kind: EntityKind.Field } part => part.A != MemberNumbers.Element && !IsPick(part.A) && StaysTheSame((int)part.B),
        { Kind: EntityKind.Result } made => !IsRepeated(_body.Sites[made.A].Syntax),
        var other => other.IsRooted,
    };

    private static bool IsRepeated(SyntaxNode step)
    {
        var node = step.Parent;
        while (node is not (null or MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax or LocalFunctionStatementSyntax))
        {
            if (node is CommonForEachStatementSyntax or ForStatementSyntax or WhileStatementSyntax or DoStatementSyntax
                || (node is BlockSyntax block && block.Statements.Any(SyntaxKind.LabeledStatement)))
                return true;
            node = node.Parent;
        }
        return false;
    }

    private bool IsOrScales(int scaled, int entity) => scaled == entity
        || (_entities[scaled] is { Kind: EntityKind.Computed, B: EntityTable.Zero, Payload: ValueTuple<string, long, long, int> ("*", 0, > 0, _), A: var number } && number == entity);
}
