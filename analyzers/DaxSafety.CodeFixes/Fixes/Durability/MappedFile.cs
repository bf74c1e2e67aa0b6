using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>
/// The open file that a view maps, when the code shows it: <c>CreateFromFile(file, …)</c> and <c>map.CreateViewAccessor(…)</c> in
/// variables or fields that are assigned once.
/// </summary>
internal sealed class MappedFile
{
    private readonly MappingName _file;
    private readonly string _randomAccess;

    private MappedFile(MappingName file, string randomAccess)
    {
        _file = file;
        _randomAccess = randomAccess;
    }

    public string FlushStatement => IsStream ? $"{_file.Text}.Flush(true);" : $"{_randomAccess}.FlushToDisk({_file.Text});";

    public string Handle => IsStream ? $"{_file.Text}.SafeFileHandle" : _file.Text;

    private bool IsStream => _file.Type.Name == "FileStream";

    public static MappedFile? Of(SemanticModel model, MappingName view, SyntaxNode write)
    {
        if (SourceOf(model, view.Text, write) is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax map, Name.Identifier.ValueText: "CreateViewAccessor" or "CreateViewStream" } }
            || SourceOf(model, map.ToString(), write) is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CreateFromFile" } } creation
            || creation.ArgumentList.Arguments.FirstOrDefault()?.Expression is not IdentifierNameSyntax name
            || MappingName.Bind(model, name.ToString(), write) is not { Type.Name: "FileStream" or "SafeFileHandle" } file)
            return null;
        return Slot.FunctionOf(write) is { } function && (file.IsReboundIn(function) || file.IsReleasedIn(function)) ? null : new MappedFile(file, ShortName.Of(model, write.SpanStart, "System.IO", "RandomAccess"));
    }

    public bool IsUsableAfter(Slot slot) => _file.IsUsableAfter(slot);

    private static ExpressionSyntax? SourceOf(SemanticModel model, string text, SyntaxNode write) =>
        SyntaxFactory.ParseExpression(text) is not IdentifierNameSyntax name ? null
        : model.GetSpeculativeSymbolInfo(write.SpanStart, name, SpeculativeBindingOption.BindAsExpression).Symbol switch
        {
            ILocalSymbol local => OnlyValueOf(local, local.DeclaringSyntaxReferences.Select(reference => Slot.FunctionOf(reference.GetSyntax())).OfType<SyntaxNode>().Take(1)),
            IFieldSymbol { DeclaredAccessibility: Accessibility.Private } field => OnlyValueOf(field, field.ContainingType.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax())),
            _ => null,
        };

    /// <summary>What a variable is given, if that happens in one place.</summary>
    private static ExpressionSyntax? OnlyValueOf(ISymbol variable, IEnumerable<SyntaxNode> scopes)
    {
        if (variable.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not VariableDeclaratorSyntax declarator)
            return null;
        var values = scopes.SelectMany(scope => variable is ILocalSymbol ? Jumps.OwnNodes(scope) : scope.DescendantNodes()).OfType<AssignmentExpressionSyntax>()
            .Where(assignment => assignment.Left.ToString() is var left && (left == variable.Name || left == "this." + variable.Name))
            .Select(assignment => assignment.Right).ToList();
        if (declarator.Initializer is { Value: { } value })
            values.Insert(0, value);
        return values.Count == 1 && (variable is IFieldSymbol || declarator.Initializer is not null) ? values[0] : null;
    }
}
