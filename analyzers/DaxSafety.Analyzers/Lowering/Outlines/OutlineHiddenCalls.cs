using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What the compiler calls without a call in the operations: enumerators, disposals, deconstructions; and variables that patterns declare.</summary>
internal sealed partial class OutlineWalker
{
    /// <summary>What hides calls or declares variables without naming them.</summary>
    private void NoteStatement(IOperation operation)
    {
        switch (operation)
        {
            case IForEachLoopOperation { Syntax: CommonForEachStatementSyntax syntax } loop:
                NoteEnumeration(loop.SemanticModel.GetForEachStatementInfo(syntax), BodyLowering.StaticType(loop.Collection));
                break;
            case IUsingOperation { Resources: { } resources }:
                NoteDisposal(TypesOf(resources));
                break;
            case IUsingDeclarationOperation declaration:
                NoteDisposal(TypesOf(declaration.DeclarationGroup));
                break;
            case IDeconstructionAssignmentOperation deconstruction:
                NoteDeconstruction(BodyLowering.StaticType(deconstruction.Value));
                break;
            case IDeclarationPatternOperation { DeclaredSymbol: ILocalSymbol local }:
                MentionVariable(local, local.Type);
                break;
            case IRecursivePatternOperation pattern:
                if (pattern.DeclaredSymbol is ILocalSymbol matched)
                    MentionVariable(matched, matched.Type);
                NoteDeconstruction(pattern.MatchedType);
                break;
            case IListPatternOperation pattern:
                if (pattern.DeclaredSymbol is ILocalSymbol listed)
                    MentionVariable(listed, listed.Type);
                NotePart(pattern.LengthSymbol, pattern.NarrowedType);
                NotePart(pattern.IndexerSymbol, pattern.NarrowedType);
                break;
            case IWithOperation { Type: { } copied }:
                MentionFields(copied);
                break;
            case { Kind: OperationKind.None, Type: IPointerTypeSymbol }:
                // What a `fixed` statement pins.
                foreach (var pinned in operation.ChildOperations)
                    if (BodyLowering.StaticType(pinned) is { } type && _context.IsOwn(type))
                        NoteOwn(type, "GetPinnableReference");
                break;
        }
    }

    private void NoteEnumeration(ForEachStatementInfo loop, ITypeSymbol? collection)
    {
        var enumerator = loop.GetEnumeratorMethod?.ReturnType;
        NotePart(loop.GetEnumeratorMethod ?? General(SpecialType.System_Collections_IEnumerable, "GetEnumerator"), collection);
        NotePart(loop.MoveNextMethod, enumerator);
        NotePart(loop.CurrentProperty, enumerator);
        NotePart(loop.DisposeMethod, enumerator);
        NoteDeconstruction(loop.ElementType);
        NoteDeconstruction(loop.CurrentProperty?.Type);
    }

    private void NotePart(ISymbol? member, ITypeSymbol? receiver)
    {
        if (member is IMethodSymbol method)
            NoteCall(method, receiver);
        else if (member is IPropertySymbol { GetMethod: { } getter })
            NoteCall(getter, receiver);
    }

    private static IEnumerable<ITypeSymbol?> TypesOf(IOperation resources) => resources is IVariableDeclarationGroupOperation group
        ? group.Declarations.SelectMany(declaration => declaration.Declarators).Select(declarator => (ITypeSymbol?)declarator.Symbol.Type)
        : new[] { BodyLowering.StaticType(resources) };

    private void NoteDisposal(IEnumerable<ITypeSymbol?> types)
    {
        foreach (var type in types)
            if (type is null or { TypeKind: TypeKind.Error or TypeKind.Dynamic })
                NotePart(General(SpecialType.System_IDisposable, "Dispose"), null);
            else
                foreach (var name in Disposals)
                    NoteOwn(type is INamedTypeSymbol { OriginalDefinition.SpecialType: SpecialType.System_Nullable_T } nullable ? nullable.TypeArguments[0] : type, name);
    }

    /// <summary>What is called of something whose type is not known.</summary>
    private ISymbol? General(SpecialType type, string member) => _context.Compilation.GetSpecialType(type).GetMembers(member).FirstOrDefault();

    private static readonly ImmutableArray<string> Disposals = ImmutableArray.Create("Dispose", "DisposeAsync", "System.IDisposable.Dispose", "System.IAsyncDisposable.DisposeAsync");

    /// <summary>What is taken apart, and what its parts are taken apart into.</summary>
    private void NoteDeconstruction(ITypeSymbol? type)
    {
        if (type is not INamedTypeSymbol named || !_takenApart.Add(named))
            return;
        if (_context.IsOwn(named))
            NoteOwn(named, Deconstruct);
        var parts = named.IsTupleType ? named.TupleElements.Select(element => element.Type)
            : _context.IsOwn(named) ? named.GetMembers(Deconstruct).OfType<IMethodSymbol>().SelectMany(method => method.Parameters).Select(part => part.Type)
            : named.TypeArguments;
        foreach (var part in parts)
            NoteDeconstruction(part);
    }

    private const string Deconstruct = "Deconstruct";

    private readonly HashSet<ITypeSymbol> _takenApart = new(SymbolEqualityComparer.Default);

    /// <summary>The members of that name that the program itself gives a type, or those that implement its interfaces.</summary>
    private void NoteOwn(ITypeSymbol type, string name)
    {
        for (ITypeSymbol? declaring = type is ITypeParameterSymbol parameter ? parameter.ConstraintTypes.FirstOrDefault() : type; declaring is not null; declaring = declaring.BaseType)
            foreach (var member in declaring.GetMembers(name))
                if (member is IMethodSymbol method)
                    NoteCall(method, type);
        if (type.TypeKind is TypeKind.Interface or TypeKind.TypeParameter)
            foreach (var general in type.AllInterfaces)
                foreach (var member in general.GetMembers(name))
                    if (member is IMethodSymbol method)
                        NoteCall(method, type);
    }
}
