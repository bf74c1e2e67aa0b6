using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace OrderLedger;

/// <summary>Where each order's latest entry stands in the journal: an open-addressed hash table, used in place.</summary>
internal sealed unsafe class OrderIndex : IDisposable
{
    private const long Magic = 0x5845_444E_4901_0004;
    private const int Capacity = 4096;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public OrderIndex(string path)
    {
        _file = LedgerFile.OpenOrCreate(path, Magic, Capacity * sizeof(Slot));
        _view = _file.CreateViewAccessor(LedgerFile.HeaderSize, Capacity * sizeof(Slot));
    }

    /// <summary>Points the order to a position in the journal.</summary>
    public void Put(long orderId, long position)
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var slots = (Slot*)(start + _view.PointerOffset);
            int at = FirstProbe(orderId);
            while (slots[at].OrderId != 0 && slots[at].OrderId != orderId)
                at = (at + 1) % Capacity;

            Slot* slot = slots + at;
            slot->Position = position;
            slot->Revision++;
            if (slot->OrderId == orderId)
            {
                return;
            }

            slot->OrderId = orderId;
            _view.Flush();
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    /// <summary>The position of the order's latest entry, or -1.</summary>
    public long Find(long orderId)
    {
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var slots = (Slot*)(start + _view.PointerOffset);
            for (int at = FirstProbe(orderId); slots[at].OrderId != 0; at = (at + 1) % Capacity)
            {
                if (slots[at].OrderId == orderId)
                    return slots[at].Position;
            }

            return -1;
        }
        finally
        {
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
        }
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static int FirstProbe(long orderId) => (int)((ulong)orderId * 0x9E3779B97F4A7C15 >> 52) % Capacity;

    [StructLayout(LayoutKind.Sequential)]
    private struct Slot
    {
        public long OrderId;
        public long Position;
        public long Revision;
    }
}
