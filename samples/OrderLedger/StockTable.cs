using System.IO.MemoryMappedFiles;

namespace OrderLedger;

/// <summary>How many pieces of each article are on hand and reserved: 16 bytes an article, addressed by its number.</summary>
internal sealed class StockTable : IDisposable
{
    public const int Articles = 512;

    private const long Magic = 0x4B43_4F54_5301_0002;
    private const int SlotSize = 16;
    private const int ReservedOffset = 4;
    private const int RequestedOffset = 8;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public StockTable(string path)
    {
        _file = LedgerFile.OpenOrCreate(path, Magic, Articles * SlotSize);
        _view = _file.CreateViewAccessor(LedgerFile.HeaderSize, Articles * SlotSize);
    }

    public int Available(int article) => _view.ReadInt32(SlotOf(article)) - _view.ReadInt32(SlotOf(article) + ReservedOffset);

    /// <summary>Takes a delivery into stock.</summary>
    public void Receive(int article, int quantity)
    {
        long slot = SlotOf(article);
        _view.Write(slot, _view.ReadInt32(slot) + quantity);
        _view.Flush();
    }

    /// <summary>Reserves pieces for an order; false when there are not enough. What was asked for is counted either way, for purchasing.</summary>
    public bool Reserve(int article, int quantity)
    {
        long slot = SlotOf(article);
        int onHand = _view.ReadInt32(slot);
        int reserved = _view.ReadInt32(slot + ReservedOffset) + quantity;
        int requested = _view.ReadInt32(slot + RequestedOffset) + quantity;
        _view.Write(slot + RequestedOffset, requested);
        if (reserved > onHand)
        {
            return false;
        }

        _view.Write(slot + ReservedOffset, reserved);
        _view.Flush();
        return true;
    }

    /// <summary>Gives an order's pieces back.</summary>
    public void Release(int article, int quantity)
    {
        long slot = SlotOf(article);
        _view.Write(slot + ReservedOffset, _view.ReadInt32(slot + ReservedOffset) - quantity);
        _view.Flush();
    }

    public void CopyTo(Span<int> reservedByArticle)
    {
        for (int article = 0; article < Articles; article++)
            reservedByArticle[article] = _view.ReadInt32(SlotOf(article) + ReservedOffset);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }

    private static long SlotOf(int article) => (long)article * SlotSize;
}
