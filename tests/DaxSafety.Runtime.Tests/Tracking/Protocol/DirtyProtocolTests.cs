using Xunit.Abstractions;

namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>
/// The protocol, proved by visiting every state that a few threads can reach under x86-TSO: whatever a persist has promised is
/// durable, what is not durable is still marked, and nobody waits for ever. And the proof of the proof: each known flaw is found.
/// </summary>
public sealed class DirtyProtocolTests(ITestOutputHelper output)
{
    private const int First = 1, Second = 2, Both = 3;

    public enum Scenario
    {
        /// <summary>A thread that writes and persists, beside one that flushes everything.</summary>
        WriterAndFlusher,

        /// <summary>Two threads write lines of one word; each persists everything.</summary>
        TwoWritersOfOneWord,

        /// <summary>Two stores to one line; the persist of another thread comes in between.</summary>
        SameLineTwice,

        /// <summary>Each thread persists only its own line of the word.</summary>
        PartsOfOneWord,

        /// <summary>As the first, and any write-back may fail.</summary>
        FailingMedium,

        /// <summary>As the parts, and any write-back may fail.</summary>
        PartsAndFailingMedium,

        /// <summary>Two writers of one word, each persisting its own line, and a third thread that flushes both.</summary>
        ThreeThreads,

        /// <summary>As before, and the write-back of the third may fail.</summary>
        ThreeThreadsOneFailing,
    }

    public static TheoryData<Scenario> Scenarios => new(Enum.GetValues<Scenario>());

    public static TheoryData<Flaw> Flaws => new(Enum.GetValues<Flaw>().Where(flaw => flaw != Flaw.None));

    [Theory, MemberData(nameof(Scenarios))]
    public void Protocol_InEveryReachableState_KeepsItsPromises(Scenario scenario)
    {
        TsoExplorer.Result result = Explore(scenario, Flaw.None);
        output.WriteLine($"{scenario}: {result.States} states");
        Assert.True(result.Violation == null, $"{result.Violation}\n{result.Trace}");
        Assert.True(result.States > 500, "So few states mean that the threads did not meet.");
    }

    [Theory, MemberData(nameof(Flaws))]
    public void KnownFlaw_IsFoundInSomeScenario(Flaw flaw)
    {
        foreach (Scenario scenario in Enum.GetValues<Scenario>())
        {
            TsoExplorer.Result result = Explore(scenario, flaw);
            output.WriteLine($"{scenario}: {result.States} states, {result.Violation ?? "nothing found"}\n{result.Trace}");
            if (result.Violation != null)
                return;
        }

        Assert.Fail($"{flaw} loses nothing in any scenario: the explorer would not see it in the code either.");
    }

    private static TsoExplorer.Result Explore(Scenario scenario, Flaw flaw)
    {
        bool three = scenario is Scenario.ThreeThreads or Scenario.ThreeThreadsOneFailing;
        bool mayFail = scenario is Scenario.FailingMedium or Scenario.PartsAndFailingMedium;
        DirtyProtocol New() => new(flaw, three ? 3 : 2, mayFail);
        DirtyProtocol[] threads = scenario switch
        {
            Scenario.WriterAndFlusher or Scenario.FailingMedium =>
                [New().Write(0).Persist(Both).MustBeDurable(0), New().Persist(Both)],
            Scenario.TwoWritersOfOneWord =>
                [New().Write(0).Persist(Both).MustBeDurable(0), New().Write(1).Persist(Both).MustBeDurable(1)],
            Scenario.SameLineTwice =>
                [New().Write(0).Write(0).Persist(Both).MustBeDurable(0), New().Persist(Both)],
            Scenario.ThreeThreads or Scenario.ThreeThreadsOneFailing =>
                [New().Write(0).Persist(First).MustBeDurable(0), New().Write(1).Persist(Second).MustBeDurable(1),
                    new DirtyProtocol(flaw, 3, scenario == Scenario.ThreeThreadsOneFailing).Persist(Both)],
            _ => [New().Write(0).Persist(First).MustBeDurable(0), New().Write(1).Persist(Second).MustBeDurable(1)],
        };
        return TsoExplorer.Explore(
            DirtyProtocol.Machine(threads.Length), [.. threads.Select(thread => thread.Program())], DirtyProtocol.NothingIsLost);
    }
}
