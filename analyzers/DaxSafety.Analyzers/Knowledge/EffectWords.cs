using System.Collections.Immutable;
using System.Linq;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// The vocabulary of the tables: which words each kind of effect takes. What <see cref="EffectKind"/> documents, as data, so
/// that a misspelt word in a user's table is told at its place, with the word that was probably meant.
/// </summary>
/// <param name="Essential">Operands that are the point of the effect: a row that names some exists only for overloads that have one of them.</param>
internal sealed record EffectWord(
    EffectKind Kind, string Word, bool HasTarget, ImmutableArray<string> Operands, ImmutableArray<string> Flags, ImmutableArray<string> Essential)
{
    public static readonly ImmutableArray<EffectWord> All = ImmutableArray.Create(
        Of(EffectKind.File, "file", "path options mode access", "volatile temporary unmapped", essential: "path"),
        Of(EffectKind.Map, "map", "file path capacity access page-protection", "anonymous unknown"),
        Of(EffectKind.View, "view", "of path offset size access protection flags desired-access", "anonymous may-be-direct unknown portable"),
        Of(EffectKind.Derive, "derive", "from offset length", "page-base at-position by-get-span variable own buffered below unflushed", essential: "from"),
        Of(EffectKind.Measure, "measure", "of", "offset-in-page file-length page-size true-if-written", essential: "of"),
        Of(EffectKind.RunsOn, "runs-on", "system", "windows linux macos other", essential: "system"),
        Of(EffectKind.Write, "write", "offset length expects sets keeps", "at-position counted of-file"),
        Of(EffectKind.FlushView, "flush-view", "offset length autoflush", "misses-tail disposal first-of-two zero-is-all unless-left-open"),
        Of(EffectKind.FlushFile, "flush-file", "when command", essential: "when command"),
        Of(EffectKind.FlushWeak, "flush-weak", flags: "ms-async msync-flags stream-flush view-flush dispose"),
        Of(EffectKind.Msync, "msync", "length flags", "portable"),
        Of(EffectKind.Persist, "persist", "offset length flags"),
        Of(EffectKind.WriteBack, "write-back", "offset length"),
        Bare(EffectKind.Fence, "fence"),
        Of(EffectKind.Release, "release", flags: "unless-left-open"),
        Of(EffectKind.Create, "create", "mode flags", "portable", essential: "mode flags"),
        Of(EffectKind.Grow, "grow", "length", essential: "length"),
        Of(EffectKind.Rename, "rename", "to over", "replaces", essential: "to"),
        Of(EffectKind.Delete, "delete"),
        Of(EffectKind.FlushDirectory, "flush-directory"),
        Bare(EffectKind.Fails, "fails", "minus-one false non-zero"),
        Bare(EffectKind.Tells, "tells"),
        Of(EffectKind.Keep, "keep", "value", essential: "value"),
        Bare(EffectKind.Varies, "varies"),
        Bare(EffectKind.Exit, "exit"),
        Of(EffectKind.Counts, "counts", "of", essential: "of"));

    public static EffectWord Of(EffectKind kind) => All[(int)kind];

    public static EffectWord? Find(string word) => All.FirstOrDefault(known => known.Word == word);

    /// <summary>The word that was probably meant, or null when none is near.</summary>
    public static string? Nearest(string word, ImmutableArray<string> known)
    {
        var nearest = known.Select(candidate => (Candidate: candidate, Distance: Distance(word, candidate)))
            .OrderBy(pair => pair.Distance).ThenBy(pair => pair.Candidate, System.StringComparer.Ordinal).FirstOrDefault();
        return nearest.Candidate is not null && nearest.Distance <= System.Math.Max(2, word.Length / 3) ? nearest.Candidate : null;
    }

    private static EffectWord Of(EffectKind kind, string word, string operands = "", string flags = "", string essential = "") =>
        new(kind, word, HasTarget: true, Split(operands), Split(flags), Split(essential));

    private static EffectWord Bare(EffectKind kind, string word, string flags = "") =>
        new(kind, word, HasTarget: false, Split(""), Split(flags), Split(""));

    private static ImmutableArray<string> Split(string words) =>
        words.Length == 0 ? ImmutableArray<string>.Empty : words.Split(' ').ToImmutableArray();

    /// <summary>Levenshtein's; the words are short.</summary>
    private static int Distance(string left, string right)
    {
        var row = Enumerable.Range(0, right.Length + 1).ToArray();
        for (var i = 1; i <= left.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= right.Length; j++)
            {
                var change = diagonal + (left[i - 1] == right[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = System.Math.Min(change, System.Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[right.Length];
    }
}
