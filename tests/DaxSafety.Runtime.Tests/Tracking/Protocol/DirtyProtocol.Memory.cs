namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>What the steps do to the machine.</summary>
internal sealed partial class DirtyProtocol
{
    // Cells of the tree, and of who takes and who waits.
    private const int Leaf = 0, Node = 1, Region = 2, Gate = 3, Takes = 4, InFlight = 5, Failures = 6, FirstHeld = 7;

    // Registers of a thread.
    private const int Taken = 0, Ticket = 1, FailuresBefore = 2, Seen = 3;

    public static TsoMachine Machine(int threads) => new(threads, FirstHeld + 2 * threads);

    /// <summary>At the end a line that the medium does not have must be findable from the root.</summary>
    public static string? NothingIsLost(TsoMachine machine)
    {
        for (int line = 0; line < TsoMachine.DataLines; line++)
        {
            bool findable = machine.Memory(Region) != 0 && machine.Memory(Node) != 0 && (machine.Memory(Leaf) & 1 << line) != 0;
            if (machine.Cached(line) != machine.Durable(line) && !findable)
                return $"line {line} is not durable and no mark leads to it";
        }

        return null;
    }

    /// <summary>An interlocked operation waits until the thread's own stores have left the buffer.</summary>
    private static bool Locked(TsoMachine m, int t) => m.BufferIsEmpty(t);

    private static bool Set(ref byte where, byte value)
    {
        where = value;
        return true;
    }

    private static bool Or(TsoMachine m, int t, int cell, byte bits)
    {
        m.Register(t, Seen) = m.Memory(cell);
        m.Memory(cell) |= bits;
        return Locked(m, t);
    }

    private static bool JumpIf(TsoMachine m, int t, bool condition, Label label)
    {
        if (condition)
            m.Counter(t) = (byte)label.Position;
        return true;
    }

    private static bool Enter(TsoMachine m, int t)
    {
        if (!Locked(m, t) || m.Memory(Gate) != 0)
            return false;
        m.Memory(Gate) = 1;
        m.Register(t, Ticket) = ++m.Memory(Takes);
        m.Register(t, FailuresBefore) = m.Memory(Failures);
        m.Memory(InFlight)++;
        m.Memory(FirstHeld + 2 * t + 1) = m.Register(t, Ticket);
        return true;
    }

    private static bool TakeLeaf(TsoMachine m, int t, int mask)
    {
        m.Register(t, Taken) = (byte)(m.Memory(Leaf) & mask);
        m.Memory(Leaf) &= (byte)~mask;
        return true;
    }

    private static bool Begin(TsoMachine m, int t)
    {
        for (int line = 0; line < TsoMachine.DataLines; line++)
        {
            if ((m.Register(t, Taken) & 1 << line) != 0)
                m.Pending(t, line) = m.Cached(line);
        }

        return true;
    }

    private bool Fence(TsoMachine m, int t)
    {
        for (int line = 0; line < TsoMachine.DataLines; line++)
        {
            // A medium that copies: what was read earlier may be written over something newer.
            if (flaw != Flaw.NoFence && m.Pending(t, line) != 0)
                m.Durable(line) = m.Pending(t, line);
            m.Pending(t, line) = 0;
        }

        return m.BufferIsEmpty(t);
    }

    private static bool Release(TsoMachine m, int t, byte failed)
    {
        m.Memory(Failures) += failed;
        m.Memory(InFlight)--;
        m.Memory(FirstHeld + 2 * t) = m.Memory(FirstHeld + 2 * t + 1) = 0;
        return Locked(m, t);
    }

    private bool SomebodyEarlierHolds(TsoMachine m, int t, int mask)
    {
        for (int other = 0; other < threads && flaw != Flaw.NoWaitForTakesInFlight; other++)
        {
            byte ticket = m.Memory(FirstHeld + 2 * other + 1);
            if (other != t && ticket != 0 && ticket < m.Register(t, Ticket) && (m.Memory(FirstHeld + 2 * other) & mask) != 0)
                return true;
        }

        return false;
    }
}
