using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Writers that were told to flush after each write: <c>new StreamWriter(view) { AutoFlush = true }</c>.</summary>
internal sealed partial class BodyLowering
{
    private const string AutoFlush = nameof(StreamWriter.AutoFlush);

    private bool IsToldToFlush(IOperation writer) => BelowConversions(writer) switch
    {
        ILocalReferenceOperation local => _context.FlushesItself(local.Local, IsToldToFlush),
        IMemberReferenceOperation { Member: IFieldSymbol or IPropertySymbol } member when _context.IsOwn(member.Member) => _context.FlushesItself(member.Member.OriginalDefinition, IsToldToFlush),
        IFlowCaptureReferenceOperation { Id: var copy } when _copiedBy.TryGetValue(copy, out var copied) => _context.FlushesItself(copied.OriginalDefinition, IsToldToFlush),
        _ => false,
    };

    /// <summary>Somebody says so of the variable or member of that name, where it is declared or given its value or later, and nobody says otherwise.</summary>
    private static bool IsToldToFlush(ISymbol writer)
    {
        var told = false;
        foreach (var declaration in (writer is ILocalSymbol ? writer : writer.ContainingType).DeclaringSyntaxReferences)
        {
            var scope = declaration.GetSyntax();
            if (writer is ILocalSymbol)
                scope = scope.Ancestors().FirstOrDefault(node => node is BlockSyntax or SwitchSectionSyntax or CompilationUnitSyntax) ?? scope;
            foreach (var node in scope.DescendantNodes())
            {
                if (node is not AssignmentExpressionSyntax assignment || NameOf(assignment.Left) != AutoFlush || NameOf(WriterOf(assignment)) != writer.Name)
                    continue;
                if (assignment.Right is not LiteralExpressionSyntax { Token.Value: true })
                    return false;
                told = true;
            }
        }
        return told;
    }

    /// <summary>What <c>AutoFlush = …</c> is said of.</summary>
    private static SyntaxNode? WriterOf(AssignmentExpressionSyntax told) => told switch
    {
        { Left: MemberAccessExpressionSyntax { Expression: var writer } } => writer,
        { Parent: InitializerExpressionSyntax { Parent: BaseObjectCreationExpressionSyntax made } } => made.Parent switch
        {
            AssignmentExpressionSyntax { Left: var left } => left,
            EqualsValueClauseSyntax { Parent: var declared } => declared,
            _ => null,
        },
        _ => null,
    };

    private static string? NameOf(SyntaxNode? node) => node switch
    {
        SimpleNameSyntax name => name.Identifier.ValueText,
        MemberAccessExpressionSyntax member => member.Name.Identifier.ValueText,
        VariableDeclaratorSyntax variable => variable.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        _ => null,
    };
}
