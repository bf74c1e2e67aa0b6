using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>
/// A program that is written in another way gets what it announces all the same, on the same lines. Each form is tried on a part of the programs, each on
/// another: which, goes by their names, so that a program more changes nothing for the others. DAX_SAFETY_FORMS=all tries each on all of them (four minutes), and
/// finds what is not mended yet.
/// </summary>
public sealed class EquivalentFormTests
{
    /// <summary>One program in so many: a few hundred in all, over all forms.</summary>
    private static readonly uint Every = Environment.GetEnvironmentVariable("DAX_SAFETY_FORMS") == "all" ? 1u : 24;

    /// <summary>What is not mended yet, in the sample or not. A difference that is gone has to be taken out.</summary>
    private static readonly HashSet<string> NotYet = new(StringComparer.Ordinal)
    {
        // That a copy has been called on says nothing of what it is a copy of, where that is one of two things.
        "a local for the receiver: CalledOn: what has been called on is not null, be it one of two things",
        // What a flag says of what a call has answered is taken for a policy.
        "a flag for the condition: SegmentsThatFill: a segment that is flushed when what was appended has filled it",
        // What a call has found raises a count, and not in the block that calls.
        "a flag for the condition: AnyOfSeveral: flags that say of several whether any was written",
        "a switch over the condition: AnyOfSeveral: flags that say of several whether any was written",
        // Where blocks part what is gathered from what is asked, a flag that is true until something is found is not settled.
        "a loop that runs once: FlagsGathered: a flag gathers that all is as it should be, before what is not is written",
        "a catch that throws on: FlagsGathered: a flag gathers that all is as it should be, before what is not is written",
        "a switch over the condition: FlagsGathered: a flag gathers that all is as it should be, before what is not is written",
        "a lock around: FlagsGathered: a flag gathers that all is as it should be, before what is not is written",
        // The first half of what Windows needs is not told of a helper that does nothing but that.
        "a member of its own: FlushedOnOneWay: half of it [windows]",
        // What a lock in a try does with the variable hides that a clause keeps it in vain.
        "a lock around: KeptInVain: failures that are kept where nobody looks",
        "a lock around: WholeStores: retry loop around the flush, with exception filters: the tool ignores the last failure",
        // A flag that is kept for a switch alone goes through two hands.
        "a switch over the condition: Flags: a flag that is asked where it is found",
        // What an exchange has found is asked as an exchange, and not of a flag.
        "a flag for the condition: FilesInCollections: a compare-exchange whose rounds expect what the last has found",
        // Where a loop over addresses asks inside, it is not seen behind a second question that is a constant.
        "a loop that asks inside: LoopsOverBytes: a loop over lines that asks inside, or with its end on the left",
        // A helper that returns the larger of two numbers is known by its shape.
        "a flag for the condition: OwnExtremes: own helpers for the lower and the higher",
        "the other way round: OwnExtremes: own helpers for the lower and the higher",
        // What a flag says of a collection is not known as a question to it: leaving is taken for a policy.
        "a flag for the condition: LoopsLeftEarly: left from inside: over a member",
    };

    private static readonly Dictionary<string, Rewrite> Forms = EquivalentForms.All.ToDictionary(form => form.Name);

    public static TheoryData<string> Names => new(Forms.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Form_GetsWhatTheProgramGets(string name)
    {
        var form = Forms[name];
        var (compared, differences) = (0, new List<string>());
        foreach (var program in TestProgram.All.Where(program => Fingerprint($"{name}: {program.Name}") % (form.IsRare ? Math.Min(Every, 4) : Every) == 0))
        {
            var original = TestCompilation.From(program.Source, program.Options);
            var source = form.Apply(original);
            var rewritten = TestCompilation.From(source, program.Options);
            // A form that does not compile somewhere, such as a lock in an iterator over spans, is none of that program's.
            if (source == original.Sources[0].Text || HasErrors(rewritten))
                continue;
            compared++;
            var announced = program.Announced.Select(mark => Told(form, mark)).Order(StringComparer.Ordinal).ToList();
            var reported = (await AnalysisRun.Of(rewritten)).Select(found => Told(form, $"{found.Location.GetLineSpan().StartLinePosition.Line}: {found.Id}")).Order(StringComparer.Ordinal).ToList();
            if (NotYet.Contains($"{name}: {program.Name}") == announced.SequenceEqual(reported))
                differences.Add($"{program.Name}, with {form.Name}:\n  announced {string.Join(", ", announced)}\n  reported  {string.Join(", ", reported)}\n{source}");
        }

        Assert.True(differences.Count == 0, string.Join("\n\n", differences));
        Assert.True(compared > 2, $"{name} was applied to {compared} programs only");
    }

    /// <summary>FNV-1a: the same in every run, which a string's own hash is not.</summary>
    private static uint Fingerprint(string text) => text.Aggregate(2166136261u, (hash, letter) => unchecked((hash ^ letter) * 16777619));

    private static string Told(Rewrite form, string mark) => form.Moves ? mark[(mark.IndexOf(' ', StringComparison.Ordinal) + 1)..] : mark;

    private static bool HasErrors(TestCompilation program) =>
        program.Compile(EditorConfig.Parse(program.Options.EditorConfig)).GetDiagnostics().Any(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
}
