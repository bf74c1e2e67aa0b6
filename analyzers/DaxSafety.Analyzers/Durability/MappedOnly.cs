using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Whether a type has a file only to map it. What it writes through the file as well, it may mean to pass on when it flushes the file's stream; else such a
/// flush can only be meant for the mapping.
/// </summary>
internal static class MappedOnly
{
    /// <param name="flush">A call on a field or parameter of the type: <c>_file.Flush()</c>.</param>
    /// <param name="type">In which it stands.</param>
    public static bool IsFlushedBy(SyntaxNode flush, INamedTypeSymbol? type) =>
        type is not null && flush is InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: { } file } } && NameOf(file) is { } name
        && type.DeclaringSyntaxReferences.All(reference => reference.GetSyntax().DescendantNodes().OfType<IdentifierNameSyntax>().All(use => use.Identifier.ValueText != name || WritesNothing(use)));

    private static string? NameOf(ExpressionSyntax file) => file switch
    {
        IdentifierNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax, Name: IdentifierNameSyntax name } => name.Identifier.ValueText,
        _ => null,
    };

    /// <summary>It is assigned, mapped, flushed, measured or closed.</summary>
    private static bool WritesNothing(IdentifierNameSyntax use)
    {
        SyntaxNode whole = use.Parent is MemberAccessExpressionSyntax { Expression: ThisExpressionSyntax } access ? access : use;
        return whole.Parent switch
        {
            MemberAccessExpressionSyntax { Name.Identifier.ValueText: var member } part when part.Expression == whole => IsHarmless(member),
            ConditionalAccessExpressionSyntax { WhenNotNull: InvocationExpressionSyntax { Expression: MemberBindingExpressionSyntax { Name.Identifier.ValueText: var member } } } => IsHarmless(member),
            AssignmentExpressionSyntax assignment => assignment.Left == whole,
            ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: nameof(System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile) } } } => true,
            _ => false,
        };
    }

    private static bool IsHarmless(string member) => member is "SetLength" or "Length" or "Name" or "SafeFileHandle" or "Close" || member.StartsWith("Flush", StringComparison.Ordinal) || member.StartsWith("Dispose", StringComparison.Ordinal);
}
