using System.Collections.Concurrent;
using DaxSafety.Analyzers.Tests.Programs;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>Every fix on every program that we have: what they make is looked at by <see cref="FixFaults"/>, and how many there are is counted.</summary>
public sealed class ProgramFixTests
{
    /// <summary>
    /// Of 100 diagnostics this many have a fix, mostly without our runtime. Of the others what to do is a decision, or nothing names what is to be
    /// flushed, as in the programs of EveryWrite.
    /// </summary>
    private static readonly Dictionary<string, int> AtLeast = new()
    {
        [RuleIds.WriteNotFlushed] = 75,
        [RuleIds.MappingNeverFlushed] = 80,
        [RuleIds.FlushNotDurable] = 35,
        [RuleIds.WriteBackNotFenced] = 80,
        [RuleIds.FlushFailureIgnored] = 25,
    };

    [Fact]
    public async Task EveryFixOfEveryProgram_IsDoneAndDoesNoHarm()
    {
        var sweeps = new ConcurrentBag<(TestProgram Program, FixSweep Sweep, IReadOnlyList<FixOutcome> Outcomes)>();
        await Parallel.ForEachAsync(TestProgram.All, async (program, _) =>
        {
            var sweep = new FixSweep(program.Name, program.Source, program.Options);
            sweeps.Add((program, sweep, await sweep.Run()));
        });

        var faulty = sweeps.SelectMany(run => run.Outcomes).Where(outcome => outcome.Faults.Count > 0).OrderBy(outcome => outcome.Program, StringComparer.Ordinal).ToArray();
        Assert.True(faulty.Length == 0, string.Join("\n", (object[])faulty));
        foreach (var (rule, atLeast) in AtLeast)
        {
            var all = sweeps.Sum(run => run.Sweep.Found.Count(diagnostic => diagnostic.Id == rule));
            var unfixed = sweeps.Sum(run => run.Sweep.Unfixed.Count(diagnostic => diagnostic.Id == rule));
            Assert.True((all - unfixed) * 100 >= atLeast * all, $"{rule}: {unfixed} of {all} have no fix, where {atLeast} of 100 should have one.");
        }
    }
}
