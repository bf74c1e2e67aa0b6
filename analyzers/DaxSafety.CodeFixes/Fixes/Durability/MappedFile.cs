using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>
/// The open file that a view maps, when the code shows it: <c>CreateFromFile(file, …)</c> and <c>map.CreateViewAccessor(…)</c> in
/// variables that are assigned once.
/// </summary>
internal sealed class MappedFile
{
    private readonly MappingName _file;

    private MappedFile(MappingName file) => _file = file;

    public string FlushStatement => IsStream ? $"{_file.Text}.Flush(true);" : $"System.IO.RandomAccess.FlushToDisk({_file.Text});";

    public string Handle => IsStream ? $"{_file.Text}.SafeFileHandle" : _file.Text;

    private bool IsStream => _file.Type.Name == "FileStream";

    public static MappedFile? Of(SemanticModel model, MappingName view, SyntaxNode write)
    {
        if (SourceOf(model, view.Text, write) is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax map, Name.Identifier.ValueText: "CreateViewAccessor" or "CreateViewStream" } }
            || SourceOf(model, map.ToString(), write) is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.ValueText: "CreateFromFile" } } creation
            || creation.ArgumentList.Arguments.FirstOrDefault()?.Expression is not IdentifierNameSyntax name
            || MappingName.Bind(model, name.ToString(), write) is not { Type.Name: "FileStream" or "SafeFileHandle" } file)
            return null;
        return Slot.FunctionOf(write) is { } function && (file.IsReboundIn(function) || file.IsReleasedIn(function)) ? null : new MappedFile(file);
    }

    public bool IsUsableAfter(Slot slot) => _file.IsUsableAfter(slot);

    private static ExpressionSyntax? SourceOf(SemanticModel model, string text, SyntaxNode write)
    {
        if (SyntaxFactory.ParseExpression(text) is not IdentifierNameSyntax name
            || model.GetSpeculativeSymbolInfo(write.SpanStart, name, SpeculativeBindingOption.BindAsExpression).Symbol is not ILocalSymbol local
            || local.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax() is not VariableDeclaratorSyntax { Initializer.Value: { } value } declarator)
            return null;
        var isAssignedAgain = Slot.FunctionOf(declarator) is { } function && Jumps.OwnNodes(function)
            .Any(node => node is AssignmentExpressionSyntax assignment && assignment.Left.ToString() == text);
        return isAssignedAgain ? null : value;
    }
}
