using System.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Calls that are not compiled, arguments and all: <c>Debug.Assert(TryFlush())</c> where DEBUG is not defined.</summary>
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
