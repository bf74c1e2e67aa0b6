using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Calls that do nothing: those that are not compiled, arguments and all, such as <c>Debug.Assert(TryFlush())</c> where DEBUG is not defined, and those of
/// iterators that nobody walks through.
/// </summary>
internal sealed partial class BodyLowering
{
    private static bool IsLeftOut(IInvocationOperation call)
    {
        if (!call.TargetMethod.IsConditional)
            return false;
        var method = call.TargetMethod;
        while (method.OverriddenMethod is { } overridden)
            method = overridden;
        return !method.GetAttributes().Any(attribute => attribute is { AttributeClass.Name: nameof(ConditionalAttribute), ConstructorArguments: { Length: 1 } arguments }
            && arguments[0].Value is string symbol && IsDefined(symbol, call.Syntax.SyntaxTree));
    }

    /// <summary>An iterator of the program's own of which nobody has the result: its body never begins.</summary>
    private bool IsNeverWalked(IInvocationOperation call) => ReferenceEquals(_droppedResult, call)
        && call.TargetMethod is { IsVirtual: false, IsAbstract: false, IsOverride: false } method && IsWalked(method.ReturnType) && IsInSource(method)
        && (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(_cancel) is { } declaration
        && declaration.DescendantNodes(node => node == declaration || node is not (LocalFunctionStatementSyntax or AnonymousFunctionExpressionSyntax))
            .Any(node => node is YieldStatementSyntax);

    private static bool IsWalked(ITypeSymbol type) => IsFramework(type)
        && type is { TypeKind: TypeKind.Interface, Name: "IEnumerable" or "IEnumerator" or "IAsyncEnumerable" or "IAsyncEnumerator" };

    private int LowerArgumentsAlone(IInvocationOperation call)
    {
        Lower(call.Instance);
        LowerArguments(call.Arguments, call.TargetMethod.Parameters.Length, out _);
        return Registers.None;
    }

    private static bool IsDefined(string symbol, SyntaxTree file)
    {
        var isDefined = file.Options.PreprocessorSymbolNames.Contains(symbol);
        // In force only at the top of a file.
        foreach (var trivia in file.GetRoot().GetLeadingTrivia())
            isDefined = trivia.GetStructure() switch
            {
                DefineDirectiveTriviaSyntax { IsActive: true } defined when defined.Name.ValueText == symbol => true,
                UndefDirectiveTriviaSyntax { IsActive: true } undefined when undefined.Name.ValueText == symbol => false,
                _ => isDefined,
            };
        return isDefined;
    }
}
