using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>What the knowledge base says about a piece of C#, written in the words of a table: <c>write(destination, length: byteCount)</c>.</summary>
internal static class EffectText
{
    /// <summary>The effects of the outermost operation in the expression that has any.</summary>
    public static string OfExpression(string expression, string declarations = "", ReferenceSet? references = null)
    {
        var test = TestCompilation.From($$"""
            unsafe class C
            {
                {{declarations}}
                object M(MemoryMappedFile map, MemoryMappedViewAccessor view, MemoryMappedViewStream viewStream, Stream stream, FileStream file, Span<byte> span,
                    ReadOnlySpan<byte> source, Memory<byte> memory, byte* p, void* v, ref int r, IntPtr address, byte[] bytes, Microsoft.Win32.SafeHandles.SafeFileHandle handle, IDisposable disposable)
                { {{(expression.EndsWith(';') ? expression : $"_ = {expression};")}} return null; }
            }
            """, VerifyOptions.Default with { References = references ?? ReferenceSet.Net10 });
        var compilation = test.Compile(EditorConfig.Parse(""));
        TestCompilation.RequireNoErrors(compilation, expression);
        var knowledge = KnowledgeBase.BuiltIn.ForCompilation(compilation, []);
        return OfMethod(compilation, knowledge);
    }

    public static string Of(ISymbol member, IEnumerable<Effect> effects) => string.Join(", ", effects.Select(effect => Of(member, effect)));

    private static string OfMethod(CSharpCompilation compilation, KnowledgeBase knowledge)
    {
        var tree = compilation.SyntaxTrees.First();
        var model = compilation.GetSemanticModel(tree);
        var body = tree.GetRoot().DescendantNodes().OfType<Microsoft.CodeAnalysis.CSharp.Syntax.MethodDeclarationSyntax>().Single(method => method.Identifier.Text == "M").Body!;
        var texts =
            from operation in model.GetOperation(body)!.Descendants()
            let member = MemberOf(operation)
            where member is not null
            let effects = knowledge.EffectsOf(member, ReceiverOf(operation))
            where effects.Length > 0
            select Of(member, effects);
        return texts.FirstOrDefault() ?? "nothing";
    }

    private static ISymbol? MemberOf(IOperation operation) => operation switch
    {
        IInvocationOperation invocation => invocation.TargetMethod,
        IObjectCreationOperation creation => creation.Constructor,
        IPropertyReferenceOperation property => property.Property,
        IConversionOperation conversion => conversion.OperatorMethod,
        _ => null,
    };

    private static ITypeSymbol? ReceiverOf(IOperation operation) =>
        operation is IInvocationOperation { Instance: { } instance }
            ? instance is IConversionOperation { IsImplicit: true } conversion ? conversion.Operand.Type : instance.Type
            : null;

    private static string Of(ISymbol member, Effect effect)
    {
        var word = EffectWord.Of(effect.Kind).Word;
        var parts = new List<string>();
        if (effect.Target.Kind != OperandKind.None)
            parts.Add(Of(member, effect.Target));
        parts.AddRange(effect.Operands.Select(operand => $"{operand.Name}: {string.Join(" + ", operand.Value.Terms.Select(term => Of(member, term)))}"));
        parts.AddRange(effect.Flags);
        return $"{word}({string.Join(", ", parts)})";
    }

    private static string Of(ISymbol member, ByteTerm term)
    {
        var factors = new List<string>();
        if (term.Value.Kind != OperandKind.None)
            factors.Add(Of(member, term.Value));
        if (term.SizeOf is not null)
            factors.Add($"sizeof({term.SizeOf})");
        if (term.LengthOf.Kind != OperandKind.None)
            factors.Add($"length({Of(member, term.LengthOf)})");
        if (term.Factor != 1 || factors.Count == 0)
            factors.Insert(0, term.Factor.ToString(System.Globalization.CultureInfo.InvariantCulture));
        return string.Join(" * ", factors);
    }

    private static string Of(ISymbol member, Operand operand) => operand.Kind switch
    {
        OperandKind.Parameter => EffectBinding.ParametersOf(member)[operand.Ordinal].Name,
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
