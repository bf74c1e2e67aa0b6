namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>
/// The protocol of the dirty tree as step programs: two lines in one leaf word under two summaries. The steps are those
/// of DirtyLevels and DirtyDrains, one for each access to memory that another thread can see. This part has what a thread
/// does; what the steps do to the machine is in the other.
/// </summary>
internal sealed partial class DirtyProtocol(Flaw flaw, int threads, bool mayFail)
{
    private readonly List<TsoStep> _steps = [];
    private readonly Label _over = new();

    public TsoStep[] Program()
    {
        Place(_over);
        return [.. _steps];
    }

    /// <summary>Stores to the line and marks it.</summary>
    public DirtyProtocol Write(int line)
    {
        var end = new Label();
        byte bit = (byte)(1 << line);
        if (flaw != Flaw.MarkBeforeStore)
            Add("store", (m, t) => m.Store(t, 128 + line, 0));
        if (flaw == Flaw.CheckBeforeSet)
            Add("look at the leaf", (m, t) => JumpIf(m, t, (m.Load(t, Leaf) & bit) != 0, end));
        if (flaw == Flaw.PlainOr)
        {
            Add("load the leaf", (m, t) => Set(ref m.Register(t, Seen), m.Load(t, Leaf)));
            Add("store the leaf", (m, t) => m.Store(t, Leaf, (byte)(m.Register(t, Seen) | bit)));
        }
        else
        {
            Add("or the leaf", (m, t) => Or(m, t, Leaf, bit)
                && JumpIf(m, t, flaw == Flaw.SummaryOnlyWhenWordWasZero && m.Register(t, Seen) != 0, end));
        }

        Summarise(Node, flaw == Flaw.UpperSummaryOnlyWhenLowerWasClear ? end : null);
        Summarise(Region, null);
        Place(end);
        if (flaw == Flaw.MarkBeforeStore)
            Add("store", (m, t) => m.Store(t, 128 + line, 0));
        return this;
    }

    private void Summarise(int cell, Label? ifSet)
    {
        var next = new Label();
        Add("look at a summary", (m, t) => JumpIf(m, t, m.Load(t, cell) != 0, ifSet ?? next));
        Add("or a summary", (m, t) => Or(m, t, cell, 1));
        Place(next);
    }

    /// <summary>Makes the lines of the mask durable; the thread is over if that fails.</summary>
    public DirtyProtocol Persist(int mask)
    {
        Label take = new(), failed = new(), end = new();
        QuickLook(take, end);
        Place(take);
        Take(mask);
        WriteBack(failed);
        if (flaw == Flaw.ClearAfterWriteBack)
            Add("clear the leaf", (m, t) => Locked(m, t) && Set(ref m.Memory(Leaf), (byte)(m.Memory(Leaf) & ~m.Register(t, Taken))));
        Add("release", (m, t) => Release(m, t, failed: 0));
        Add("wait for earlier takes", (m, t) => !SomebodyEarlierHolds(m, t, mask));
        Add("again if one has failed", (m, t) => JumpIf(m, t,
            flaw != Flaw.NoRetryAfterForeignFailure && m.Memory(Failures) != m.Register(t, FailuresBefore), take));
        Add("done", (m, t) => JumpIf(m, t, true, end));
        Place(failed);
        GiveUp();
        Place(end);
        return this;
    }

    /// <summary>Every store that this thread has made before must be on the medium now.</summary>
    public DirtyProtocol MustBeDurable(int line)
    {
        Add("must be durable", (m, t) =>
        {
            if (m.BufferIsEmpty(t) && m.Durable(line) < m.Own(t, line))
                m.Violation = $"persist has returned, and store {m.Own(t, line)} to line {line} is not durable";
            return m.BufferIsEmpty(t);
        });
        return this;
    }

    private void QuickLook(Label take, Label end)
    {
        bool ask = flaw is not (Flaw.QuickLookIgnoresInFlight or Flaw.NoWaitForTakesInFlight);
        bool recheck = ask && flaw != Flaw.QuickLookWithoutRecheck;
        Add("quick look: in flight", (m, t) => Set(ref m.Register(t, Seen), m.Memory(Takes))
            && JumpIf(m, t, ask && m.Memory(InFlight) != 0, take));
        Add("quick look: root", (m, t) => JumpIf(m, t, m.Load(t, Region) != 0, take));
        Add("quick look: no take since", (m, t) => JumpIf(m, t, !recheck || (m.Memory(Takes) == m.Register(t, Seen) && m.Memory(InFlight) == 0), end));
    }

    private void Take(int mask)
    {
        Add("enter", Enter);
        if (flaw == Flaw.ClearAfterWriteBack)
        {
            Add("read the leaf", (m, t) => Set(ref m.Register(t, Taken), (byte)(m.Load(t, Leaf) & mask)));
        }
        else
        {
            foreach (int cell in flaw == Flaw.LeafFirst ? [Leaf, Node, Region] : new[] { Region, Node, Leaf })
            {
                if (cell == Leaf)
                    Add("take the leaf", (m, t) => Locked(m, t) && TakeLeaf(m, t, mask));
                else
                    Add("take a summary", (m, t) => Locked(m, t) && Set(ref m.Memory(cell), 0));
            }

            if (flaw is not (Flaw.PartForgetsSummary or Flaw.LeafFirst))
            {
                PutBack(Leaf, Node);
                PutBack(Node, Region);
            }
        }

        Add("leave", (m, t) => Set(ref m.Memory(FirstHeld + 2 * t), m.Register(t, Taken)) && Set(ref m.Memory(Gate), 0));
    }

    /// <summary>What is left below a summary that this take has cleared puts it back.</summary>
    private void PutBack(int below, int summary)
    {
        var next = new Label();
        Add("look below", (m, t) => JumpIf(m, t, m.Load(t, below) == 0, next));
        Add("put a summary back", (m, t) => Or(m, t, summary, 1));
        Place(next);
    }

    private void WriteBack(Label failed)
    {
        Add("wait for earlier takes of the same lines", (m, t) =>
            flaw == Flaw.TwoWriteOneLine || !SomebodyEarlierHolds(m, t, m.Register(t, Taken)));
        _steps.Add(new TsoStep("write back", (m, t, outcome) => outcome == 0
            ? m.BufferIsEmpty(t) && Begin(m, t)
            : JumpIf(m, t, m.Register(t, Taken) != 0, failed) && m.Register(t, Taken) != 0, mayFail ? 2 : 1));
        Add("fence", Fence);
    }

    private void GiveUp()
    {
        if (flaw == Flaw.RemarkAfterRelease)
            Add("release", (m, t) => Release(m, t, failed: 1));
        if (flaw != Flaw.NoRemark)
        {
            Add("mark the leaf again", (m, t) => Or(m, t, Leaf, m.Register(t, Taken)));
            Add("mark the node again", (m, t) => Or(m, t, Node, 1));
            Add("mark the region again", (m, t) => Or(m, t, Region, 1));
        }

        if (flaw != Flaw.RemarkAfterRelease)
            Add("release", (m, t) => Release(m, t, failed: 1));
        Add("give up", (m, t) => JumpIf(m, t, true, _over));
    }

    private void Add(string name, Func<TsoMachine, int, bool> run) =>
        _steps.Add(new TsoStep(name, (m, t, _) => run(m, t)));

    private void Place(Label label) => label.Position = _steps.Count;

    private sealed class Label
    {
        public int Position { get; set; } = -1;
    }
}
