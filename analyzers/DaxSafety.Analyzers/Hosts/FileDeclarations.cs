using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace DaxSafety.Analyzers.Hosts;

/// <summary>What other files may name of a file, from its declarations alone. Immutable.</summary>
internal sealed class FileDeclarations
{
    private readonly ImmutableArray<string>.Builder _names = ImmutableArray.CreateBuilder<string>();
    private readonly ImmutableArray<string>.Builder _bases = ImmutableArray.CreateBuilder<string>();

    private FileDeclarations(CompilationUnitSyntax unit)
    {
        AddAliases(unit.Usings);
        AddMembers(unit.Members);
        (Names, Bases) = (_names.ToImmutable(), _bases.ToImmutable());
    }

    /// <summary>Types, aliases and extension methods.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>What the types derive from and implement, and what the aliases stand for.</summary>
    public ImmutableArray<string> Bases { get; }

    public static FileDeclarations Of(SyntaxNode root) => new((CompilationUnitSyntax)root);

    private void AddMembers(SyntaxList<MemberDeclarationSyntax> members)
    {
        foreach (var member in members)
        {
            switch (member)
            {
                case BaseNamespaceDeclarationSyntax space:
                    AddAliases(space.Usings);
                    AddMembers(space.Members);
                    break;
                case BaseTypeDeclarationSyntax type:
                    AddType(type);
                    break;
                case DelegateDeclarationSyntax type:
                    _names.Add(type.Identifier.ValueText);
                    break;
                case MethodDeclarationSyntax { ParameterList.Parameters: { Count: > 0 } parameters } method when parameters[0].Modifiers.Any(SyntaxKind.ThisKeyword):
                    _names.Add(method.Identifier.ValueText);
                    break;
            }
        }
    }

    private void AddType(BaseTypeDeclarationSyntax type)
    {
        _names.Add(type.Identifier.ValueText);
        if (type.BaseList is { } list)
            foreach (var named in list.Types)
                AddBase(named.Type);
        if (type is not TypeDeclarationSyntax { Members: var members })
            return;
        AddMembers(members);
        // Of the types, only an extension block has no name.
        if (type.Identifier.ValueText.Length == 0)
            _names.AddRange(members.Select(NameOf).OfType<string>());
    }

    private void AddAliases(SyntaxList<UsingDirectiveSyntax> directives)
    {
        foreach (var directive in directives)
        {
            if (directive.Alias is not { Name.Identifier.ValueText: var alias })
                continue;
            _names.Add(alias);
            AddBase(directive.NamespaceOrType);
        }
    }

    private void AddBase(TypeSyntax type)
    {
        if (NameOf(type) is { } name)
            _bases.Add(name);
    }

    private static string? NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.ValueText,
        PropertyDeclarationSyntax property => property.Identifier.ValueText,
        _ => null,
    };

    private static string? NameOf(TypeSyntax type) => type switch
    {
        SimpleNameSyntax simple => simple.Identifier.ValueText,
        QualifiedNameSyntax qualified => qualified.Right.Identifier.ValueText,
        AliasQualifiedNameSyntax aliased => aliased.Name.Identifier.ValueText,
        _ => null,
    };
}
