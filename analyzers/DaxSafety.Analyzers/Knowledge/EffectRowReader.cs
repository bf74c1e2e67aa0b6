using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// Reads one row by recursive descent: <c>member ; kind(target, name: expression, flag), kind(…)</c>. In a P/Invoke row a number
/// is the parameter at that position, because the names of a user's P/Invoke cannot be known.
/// </summary>
internal sealed class EffectRowReader(TableLine line)
{
    private readonly TableLine _line = line;
    private int _at;
    private bool _isNative;

    private string Content => _line.Content;

    /// <summary>The whole row, or the exception that says what is wrong with it.</summary>
    public EffectRow Read()
    {
        var (member, place) = Member();
        return new EffectRow(member, place, _line, Effects());
    }

    /// <summary>The row as far as its member.</summary>
    public EffectRow ReadMember()
    {
        var (member, place) = Member();
        return new EffectRow(member, place, _line);
    }

    /// <summary>The rest of a row; nothing when it cannot be read.</summary>
    public static ImmutableArray<RowEffect> EffectsOf(TableLine line)
    {
        try
        {
            return new EffectRowReader(line).Read().Effects;
        }
        catch (EffectRowException)
        {
            return ImmutableArray<RowEffect>.Empty;
        }
    }

    private (RowMember Member, RowPlace Place) Member()
    {
        var semicolon = Content.IndexOf(';');
        if (semicolon < 0)
            throw _line.Error(Indent, Content.Trim().Length, "there is no ';' between the member and its effects. Write 'M:Type.Member(*) ; write(this)'");

        var text = Content.Substring(0, semicolon).Trim();
        if (text.Length == 0)
            throw _line.Error(semicolon, 1, "no member stands before the ';'. Write its documentation ID, such as 'M:Type.Member(*)'");
        var member = MemberNameReader.Read(_line, text, Indent);
        _isNative = member.Library is not null;
        _at = semicolon + 1;
        return (member, _line.PlaceOf(Indent, text.Length));
    }

    private int Indent => Content.Length - Content.TrimStart().Length;

    private ImmutableArray<RowEffect> Effects()
    {
        if (Content.Substring(_at).Trim() == "none")
            return ImmutableArray<RowEffect>.Empty;

        var effects = ImmutableArray.CreateBuilder<RowEffect>();
        do
            effects.Add(Effect());
        while (Accept(','));

        SkipBlanks();
        if (_at < Content.Length)
            throw Unexpected("a ',' and another effect, or the end of the line");
        return effects.ToImmutable();
    }

    private RowEffect Effect()
    {
        var name = Word("the name of an effect");
        var word = EffectWord.Find(name.Word)
            ?? throw Unknown(name, "is no effect", EffectWord.All.Select(known => known.Word));
        Expect('(', $"'(' after '{word.Word}'");

        var target = word.HasTarget ? Name($"the target of '{word.Word}': 'this', 'return' or a parameter") : null;
        var operands = ImmutableArray.CreateBuilder<RowOperand>();
        var flags = ImmutableArray.CreateBuilder<string>();
        for (var first = !word.HasTarget; !Accept(')'); first = false)
        {
            if (!first)
                Expect(',', "',' or ')'");
            Argument(word, operands, flags);
        }

        if (word.Kind is EffectKind.FlushWeak or EffectKind.Fails && flags.Count != 1)
            throw _line.Error(name.Place.Lines.Start.Character, name.Word.Length, $"'{word.Word}' says one of: {string.Join(", ", word.Flags)}");
        if (word.Kind == EffectKind.Derive && operands.All(operand => operand.Name != "from"))
            throw _line.Error(name.Place.Lines.Start.Character, name.Word.Length, "'derive' must say 'from:', whose memory its target names");
        return new RowEffect(word.Kind, target, operands.ToImmutable(), flags.ToImmutable(), name.Place);
    }

    private void Argument(EffectWord kind, ImmutableArray<RowOperand>.Builder operands, ImmutableArray<string>.Builder flags)
    {
        var name = Word($"an operand or a flag of '{kind.Word}'");
        if (!Accept(':'))
        {
            if (!kind.Flags.Contains(name.Word))
                throw Unknown(name, kind.Operands.Contains(name.Word) ? $"is an operand of '{kind.Word}' and needs a ':' and a value" : $"is no flag of '{kind.Word}'", kind.Flags);
            flags.Add(name.Word);
            return;
        }

        if (!kind.Operands.Contains(name.Word))
            throw Unknown(name, $"is no operand of '{kind.Word}'", kind.Operands);
        operands.Add(new RowOperand(name.Word, Expression()));
    }

    /// <summary>A sum of products.</summary>
    private ImmutableArray<RowTerm> Expression()
    {
        var terms = ImmutableArray.CreateBuilder<RowTerm>();
        var sign = Accept('-') ? -1 : 1;
        do
        {
            terms.Add(Term(sign));
            sign = Accept('+') ? 1 : Accept('-') ? -1 : 0;
        }
        while (sign != 0);
        return terms.ToImmutable();
    }

    private RowTerm Term(int sign)
    {
        var term = new RowTerm(sign, null, null, null);
        var start = _at;
        do
            term = Factor(term);
        while (Accept('*'));

        if (term.LengthOf is not null && (term.Value is not null || term.SizeOf is not null))
            throw _line.Error(start, _at - start, "'length(…)' is in bytes already and can only be multiplied by a number");
        return term;
    }

    private RowTerm Factor(RowTerm term)
    {
        SkipBlanks();
        var start = _at;
        if (!_isNative && _at < Content.Length && char.IsDigit(Content[_at]))
        {
            var digits = Digits();
            return long.TryParse(digits, out var number) && number <= int.MaxValue
                ? term with { Factor = term.Factor * number }
                : throw _line.Error(start, digits.Length, $"'{digits}' is too large a number");
        }

        var name = Name("a number, a parameter, 'sizeof(…)' or 'length(…)'");
        if (name.Word == "sizeof" && Accept('('))
            return term.SizeOf is null ? term with { SizeOf = Enclosed() } : throw Twice(start, "sizeof");
        if (name.Word == "length" && Accept('('))
            return term.LengthOf is null ? term with { LengthOf = Enclosed() } : throw Twice(start, "length");
        return term.Value is null ? term with { Value = name } : throw Twice(start, name.Word);
    }

    private RowName Enclosed()
    {
        var name = Name("a parameter or type parameter");
        Expect(')', "')'");
        return name;
    }

    /// <summary>Who takes part: a word, or in a P/Invoke row a position.</summary>
    private RowName Name(string expected)
    {
        SkipBlanks();
        if (!_isNative || _at >= Content.Length || !char.IsDigit(Content[_at]))
            return Word(expected, mayHaveHyphen: false);
        var start = _at;
        var digits = Digits();
        return new RowName(digits, _line.PlaceOf(start, digits.Length));
    }

    private RowName Word(string expected, bool mayHaveHyphen = true)
    {
        SkipBlanks();
        var start = _at;
        while (_at < Content.Length && (char.IsLetter(Content[_at]) || Content[_at] == '_' || (_at > start && (char.IsDigit(Content[_at]) || (mayHaveHyphen && Content[_at] == '-')))))
            _at++;
        if (_at == start)
            throw Unexpected(expected);
        return new RowName(Content.Substring(start, _at - start), _line.PlaceOf(start, _at - start));
    }

    private string Digits()
    {
        var start = _at;
        while (_at < Content.Length && char.IsDigit(Content[_at]))
            _at++;
        return Content.Substring(start, _at - start);
    }

    private void SkipBlanks()
    {
        while (_at < Content.Length && char.IsWhiteSpace(Content[_at]))
            _at++;
    }

    private bool Accept(char sign)
    {
        SkipBlanks();
        if (_at >= Content.Length || Content[_at] != sign)
            return false;
        _at++;
        return true;
    }

    private void Expect(char sign, string expected)
    {
        if (!Accept(sign))
            throw Unexpected(expected);
    }

    private EffectRowException Unexpected(string expected)
    {
        SkipBlanks();
        return _at < Content.Length
            ? _line.Error(_at, 1, $"'{Content[_at]}' stands where {expected} should; {EffectTableReader.SeeDocumentation}")
            : _line.Error(Math.Max(0, Content.TrimEnd().Length - 1), 1, $"the line ends where {expected} should stand; {EffectTableReader.SeeDocumentation}");
    }

    private EffectRowException Twice(int start, string word) =>
        _line.Error(start, _at - start, $"'{word}' is one factor too many: a product has at most one parameter and one 'sizeof(…)'");

    private EffectRowException Unknown(RowName name, string what, IEnumerable<string> known)
    {
        var words = known.ToImmutableArray();
        var wayOut = EffectWord.Nearest(name.Word, words) is { } nearest ? $"did you mean '{nearest}'?"
            : words.IsEmpty ? "it takes none"
            : $"it can be: {string.Join(", ", words)}";
        return _line.Error(name.Place.Lines.Start.Character, name.Word.Length, $"'{name.Word}' {what}; {wayOut}");
    }
}
