using System;
using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// One line of a table, not yet bound to any symbol: operands are still words. The same row can be bound to many symbols, those
/// of each compilation and, for <c>(*)</c>, each overload. A row of our own tables is read no further than its member until it is met.
/// </summary>
internal sealed class EffectRow
{
    private readonly TableLine _line;
    private ImmutableArray<RowEffect> _effects;

    public EffectRow(RowMember member, RowPlace place, TableLine line, ImmutableArray<RowEffect> effects = default)
    {
        Member = member;
        Place = place;
        _line = line;
        _effects = effects;
    }

    public RowMember Member { get; }

    /// <summary>Where the member's name stands.</summary>
    public RowPlace Place { get; }

    /// <summary>In the order of the line, which is the order in which they happen. Empty for a row that says <c>none</c>. Threads that race here read the same.</summary>
    public ImmutableArray<RowEffect> Effects => _effects.IsDefault ? _effects = EffectRowReader.EffectsOf(_line) : _effects;

    /// <summary>The row as it stands in the table, without its comment.</summary>
    public string Line => _line.Content;

    /// <summary>A quick look, without reading the row: may it have an effect of this name?</summary>
    public bool MayHave(string word) => _line.Content.IndexOf(word, StringComparison.Ordinal) >= 0;

    public override string ToString() => Member.Text;
}

/// <summary>Whom a row is about.</summary>
/// <param name="Text">As it stands in the table: <c>M:Type.Member(*)</c> or <c>libc!msync</c>.</param>
/// <param name="Id">The documentation ID; without parameters and arity when <paramref name="EveryOverload"/>. Null for a P/Invoke.</param>
/// <param name="Name">The member's simple name in metadata (<c>.ctor</c>, <c>Item</c>), a type's simple name, or the entry point.</param>
/// <param name="EveryOverload">The row is about all members of that name.</param>
/// <param name="Library">For a P/Invoke: the library, in its canonical form. Null otherwise.</param>
internal sealed record RowMember(string Text, string? Id, string Name, bool EveryOverload, string? Library);

/// <summary>An effect whose operands are words.</summary>
internal sealed record RowEffect(EffectKind Kind, RowName? Target, ImmutableArray<RowOperand> Operands, ImmutableArray<string> Flags, RowPlace Place);

/// <summary><c>name: terms</c>.</summary>
internal sealed record RowOperand(string Name, ImmutableArray<RowTerm> Terms);

/// <summary>A product; what is absent counts as one.</summary>
internal sealed record RowTerm(long Factor, RowName? Value, RowName? SizeOf, RowName? LengthOf);

/// <summary>A word that names someone who takes part: <c>this</c>, <c>return</c>, a parameter, a type parameter, or a position of a P/Invoke.</summary>
internal sealed record RowName(string Word, RowPlace Place);

/// <summary>A place in a table.</summary>
internal readonly record struct RowPlace(string Path, TextSpan Span, LinePositionSpan Lines)
{
    public Location ToLocation() => Location.Create(Path, Span, Lines);
}

/// <summary>What is wrong in a table, where, and the way out.</summary>
internal sealed record EffectTableError(RowPlace Place, string Message);

/// <summary>A table as read: the rows that could be, and what is wrong with the others.</summary>
internal sealed record EffectTable(ImmutableArray<EffectRow> Rows, ImmutableArray<EffectTableError> Errors);
