namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>
/// One state of a small machine with x86-TSO memory: cells, a store buffer per thread, registers and program counters, all
/// in one byte array so that states can be compared and remembered. A data cell counts the stores that have reached the cache;
/// beside it stands which of them the medium has.
/// </summary>
internal sealed class TsoMachine
{
    public const int DataLines = 2, Registers = 6, BufferSlots = 3;

    private const int OfThread = 1 + Registers + 1 + 2 * BufferSlots + 2 * DataLines;

    private readonly byte[] _bytes;

    public TsoMachine(int threads, int cells)
    {
        Threads = threads;
        Cells = cells;
        _bytes = new byte[cells + 2 * DataLines + threads * OfThread];
    }

    private TsoMachine(TsoMachine other)
    {
        Threads = other.Threads;
        Cells = other.Cells;
        _bytes = (byte[])other._bytes.Clone();
    }

    public int Threads { get; }

    public int Cells { get; }

    /// <summary>What a step found wrong; null while nothing is.</summary>
    public string? Violation { get; set; }

    public TsoMachine Clone() => new(this);

    /// <summary>The state as a key: one char per byte.</summary>
    public string Key => string.Create(_bytes.Length, _bytes, static (chars, bytes) =>
    {
        for (int i = 0; i < bytes.Length; i++)
            chars[i] = (char)bytes[i];
    });

    /// <summary>A cell as the cache has it.</summary>
    public ref byte Memory(int cell) => ref _bytes[cell];

    /// <summary>How many stores to the line have reached the cache.</summary>
    public ref byte Cached(int line) => ref _bytes[Cells + line];

    /// <summary>The last of them that the medium has.</summary>
    public ref byte Durable(int line) => ref _bytes[Cells + DataLines + line];

    public ref byte Counter(int thread) => ref _bytes[Thread(thread)];

    public ref byte Register(int thread, int register) => ref _bytes[Thread(thread) + 1 + register];

    /// <summary>Which store to the line was this thread's last.</summary>
    public ref byte Own(int thread, int line) => ref _bytes[Thread(thread) + OfThread - 2 * DataLines + line];

    /// <summary>What this thread has begun to write back of the line and not fenced.</summary>
    public ref byte Pending(int thread, int line) => ref _bytes[Thread(thread) + OfThread - DataLines + line];

    public bool BufferIsEmpty(int thread) => Buffered(thread) == 0;

    /// <summary>Puts a store into the buffer; false when it is full. Cells from 128 on are data lines.</summary>
    public bool Store(int thread, int cell, byte value)
    {
        int count = Buffered(thread);
        if (count == BufferSlots)
            return false;
        Slot(thread, count, 0) = (byte)cell;
        Slot(thread, count, 1) = value;
        Buffered(thread)++;
        return true;
    }

    /// <summary>A load: the youngest own store that is still buffered, else the cache.</summary>
    public byte Load(int thread, int cell)
    {
        for (int i = Buffered(thread) - 1; i >= 0; i--)
        {
            if (Slot(thread, i, 0) == cell)
                return Slot(thread, i, 1);
        }

        return Memory(cell);
    }

    /// <summary>The oldest buffered store reaches the cache.</summary>
    public void Drain(int thread)
    {
        int cell = Slot(thread, 0, 0);
        byte value = Slot(thread, 0, 1);
        for (int i = 1; i < Buffered(thread); i++)
        {
            Slot(thread, i - 1, 0) = Slot(thread, i, 0);
            Slot(thread, i - 1, 1) = Slot(thread, i, 1);
        }

        int last = --Buffered(thread);
        Slot(thread, last, 0) = Slot(thread, last, 1) = 0;
        if (cell >= 128)
            Own(thread, cell - 128) = ++Cached(cell - 128);
        else
            Memory(cell) = value;
    }

    private ref byte Buffered(int thread) => ref _bytes[Thread(thread) + 1 + Registers];

    private ref byte Slot(int thread, int slot, int half) => ref _bytes[Thread(thread) + 2 + Registers + 2 * slot + half];

    private int Thread(int thread) => Cells + 2 * DataLines + thread * OfThread;
}
