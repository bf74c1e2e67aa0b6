using System.Text;

namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>
/// Visits every state that the threads can reach on a TSO machine, whatever the order of their steps and however long their
/// stores stay in the buffers. A violation comes with the shortest way to it.
/// </summary>
internal static class TsoExplorer
{
    public sealed record Result(int States, string? Violation, string Trace);

    public static Result Explore(TsoMachine start, TsoStep[][] programs, Func<TsoMachine, string?> atTheEnd)
    {
        var cameFrom = new Dictionary<string, (string Before, string Step)> { [start.Key] = ("", "") };
        var open = new Queue<TsoMachine>();
        open.Enqueue(start);
        while (open.TryDequeue(out TsoMachine? state))
        {
            bool moved = false;
            foreach ((TsoMachine next, string step) in Successors(state, programs))
            {
                moved = true;
                if (!cameFrom.TryAdd(next.Key, (state.Key, step)))
                    continue;
                if (next.Violation != null)
                    return new Result(cameFrom.Count, next.Violation, Trace(cameFrom, next.Key));
                open.Enqueue(next);
            }

            if (!moved && WhatIsWrongAtTheEnd(state, programs, atTheEnd) is { } wrong)
                return new Result(cameFrom.Count, wrong, Trace(cameFrom, state.Key));
        }

        return new Result(cameFrom.Count, null, "");
    }

    private static string? WhatIsWrongAtTheEnd(TsoMachine state, TsoStep[][] programs, Func<TsoMachine, string?> atTheEnd)
    {
        for (int thread = 0; thread < programs.Length; thread++)
        {
            if (state.Counter(thread) < programs[thread].Length)
                return $"deadlock: thread {thread} waits in '{programs[thread][state.Counter(thread)].Name}'";
        }

        return atTheEnd(state);
    }

    private static IEnumerable<(TsoMachine Next, string Step)> Successors(TsoMachine state, TsoStep[][] programs)
    {
        for (int thread = 0; thread < programs.Length; thread++)
        {
            if (!state.BufferIsEmpty(thread))
            {
                TsoMachine drained = state.Clone();
                drained.Drain(thread);
                yield return (drained, $"{thread}: (a store leaves the buffer)");
            }

            if (state.Counter(thread) == programs[thread].Length)
                continue;
            TsoStep step = programs[thread][state.Counter(thread)];
            for (int outcome = 0; outcome < step.Outcomes; outcome++)
            {
                TsoMachine next = state.Clone();
                next.Counter(thread)++;
                if (step.Run(next, thread, outcome))
                    yield return (next, $"{thread}: {step.Name}{(step.Outcomes > 1 ? $" #{outcome}" : "")}");
            }
        }
    }

    private static string Trace(Dictionary<string, (string Before, string Step)> cameFrom, string state)
    {
        var steps = new Stack<string>();
        for (; cameFrom[state].Before.Length > 0; state = cameFrom[state].Before)
            steps.Push(cameFrom[state].Step);
        return new StringBuilder().AppendJoin('\n', steps).ToString();
    }
}
