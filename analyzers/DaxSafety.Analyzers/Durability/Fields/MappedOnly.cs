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
    public static bool IsFlushedBy(SyntaxNode flush, INamedTypeSymbol? type)
    {
        if (type is null || flush is not InvocationExpressionSyntax call || NameOf(call.Expression switch
            {
                MemberAccessExpressionSyntax access => access.Expression,
                MemberBindingExpressionSyntax => (call.Parent as ConditionalAccessExpressionSyntax)?.Expression,
                _ => null,
            }) is not { } name)
            return false;
        var nodes = type.DeclaringSyntaxReferences.SelectMany(reference => reference.GetSyntax().DescendantNodes()).ToList();
        var locals = nodes.OfType<VariableDeclaratorSyntax>().Where(IsLocal).ToLookup(local => local.Identifier.ValueText);
        // `var file = _file;` is the file, too.
        var names = new HashSet<(string, SyntaxNode?)> { Meant(name, flush) };
        var given = locals.SelectMany(declared => declared)
            .Select(local => (To: Meant(local.Identifier.ValueText, local), From: NameOf(local.Initializer?.Value) is { } from ? Meant(from, local) : default))
            .Where(local => local.From.Name is not null).ToList();
        for (var isNew = true; isNew;)
        {
            isNew = false;
            foreach (var (to, from) in given)
                isNew |= (names.Contains(to) && names.Add(from)) || (names.Contains(from) && names.Add(to));
        }
        return nodes.OfType<IdentifierNameSyntax>().All(use => !names.Contains(Meant(use.Identifier.ValueText, use)) || WritesNothing(use));

        (string Name, SyntaxNode? Block) Meant(string used, SyntaxNode at) =>
            (used, locals[used].Select(local => local.FirstAncestorOrSelf<BlockSyntax>()).FirstOrDefault(block => block?.Span.Contains(at.Span) == true));
    }

    private static bool IsLocal(VariableDeclaratorSyntax declared) => declared.Parent?.Parent is LocalDeclarationStatementSyntax;

    private static string? NameOf(ExpressionSyntax? file) => file switch
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
            EqualsValueClauseSyntax { Parent: VariableDeclaratorSyntax declared } => IsLocal(declared),
            ArgumentSyntax { Parent.Parent: InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: nameof(System.IO.MemoryMappedFiles.MemoryMappedFile.CreateFromFile) } } } => true,
            _ => false,
        };
    }

    private static bool IsHarmless(string member) => member is "SetLength" or "Length" or "Name" or "SafeFileHandle" or "Close" || member.StartsWith("Flush", StringComparison.Ordinal) || member.StartsWith("Dispose", StringComparison.Ordinal);
}
