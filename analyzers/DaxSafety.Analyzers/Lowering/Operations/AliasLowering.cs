using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// Other names of plain variables: <c>ref var dirty = ref _dirty;</c>, and members that hand out a field, <c>ref bool Dirty =&gt; ref _dirty</c>. A number or
/// flag is followed by what it names; of anything else the address is.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>What a ref local names, where that is one variable or field for as long as it lives.</summary>
    private readonly Dictionary<ISymbol, Place> _aliases = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, ISymbol> _aliasOf = new(SymbolEqualityComparer.Default);
    private readonly Dictionary<ISymbol, int> _timesPointed = new(SymbolEqualityComparer.Default);

    private void NotePointed(IOperation target)
    {
        if (target is ILocalReferenceOperation { Local: var local })
            _timesPointed[local] = _timesPointed.TryGetValue(local, out var times) ? times + 1 : 1;
    }

    private bool IsAlias(ISimpleAssignmentOperation pointing, Place named) =>
        pointing.Target is ILocalReferenceOperation { Local: var local } && TypeFacts.IsScalar(local.Type)
        && _timesPointed.TryGetValue(local, out var times) && times == 1
        && pointing.Value is ILocalReferenceOperation or IParameterReferenceOperation or IFieldReferenceOperation
        && named is { Kind: PlaceKind.Variable } or { Kind: PlaceKind.Field, Field: not MemberNumbers.Element } or { Kind: PlaceKind.Memory, Content: >= 0 };

    private void Alias(ISimpleAssignmentOperation pointing, Place named)
    {
        var local = ((ILocalReferenceOperation)pointing.Target).Local;
        // Whose field it is stays the same, whatever becomes of the variable that held it.
        if (named is { Kind: PlaceKind.Field, Base: >= 0 })
        {
            _steps.Add(new Instruction(OpCode.Copy, SlotOf(local), named.Base));
            named = named with { Base = SlotOf(local) };
        }
        _aliases[local] = named;
        if (AskedSymbol(pointing.Value) is { } symbol)
            _aliasOf[local] = _aliasOf.TryGetValue(symbol, out var first) ? first : symbol;
    }

    /// <summary>A volatile read reads the variable, but for a loop: that waits for others to change it.</summary>
    private static bool IsVolatileRead(IInvocationOperation call) =>
        call is { TargetMethod: { Name: "Read", ContainingType: { Name: "Volatile" or "Interlocked", ContainingNamespace.Name: "Threading" } }, Arguments.Length: 1 }
        && !call.Syntax.Ancestors().TakeWhile(outer => outer is not (MemberDeclarationSyntax or AnonymousFunctionExpressionSyntax))
            .Any(outer => outer is WhileStatementSyntax or DoStatementSyntax or ForStatementSyntax or CommonForEachStatementSyntax);

    /// <summary>The field of its object that a member returns a reference to; null for any other member.</summary>
    private IFieldSymbol? FieldReturnedBy(ISymbol member) =>
        member is { IsVirtual: false, IsOverride: false, IsAbstract: false } && _context.IsOwn(member)
        && _context.ValueOf(member, _cancel) is IFieldReferenceOperation { Instance: IInstanceReferenceOperation { Type.IsReferenceType: true }, Field: var field }
        && field is { IsReadOnly: false, RefKind: RefKind.None } && TypeFacts.IsScalar(field.Type)
            ? field : null;
}
