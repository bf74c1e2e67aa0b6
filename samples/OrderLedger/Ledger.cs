namespace OrderLedger;

/// <summary>
/// The order ledger of a small shop. The stock decides whether an order is taken, the journal makes it last, the index finds it
/// again; when a method returns true, the customer is told that it is done.
/// </summary>
internal sealed class Ledger : IDisposable
{
    private readonly string _folder;
    private readonly Journal _journal;
    private readonly StockTable _stock;
    private readonly OrderIndex _index;
    private readonly Dictionary<long, Order> _open = [];

    private Ledger(string folder)
    {
        _folder = folder;
        _journal = new Journal(Path.Combine(folder, "orders.journal"));
        _stock = new StockTable(Path.Combine(folder, "stock.table"));
        _index = new OrderIndex(Path.Combine(folder, "orders.index"));
    }

    public long NextOrderId { get; private set; } = 1;

    public int OpenOrders => _open.Count;

    public long OpenValue => _open.Values.Sum(order => order.Total);

    /// <summary>Opens the ledger in a folder, replaying whatever its journal holds.</summary>
    public static Ledger Open(string folder, out int recovered)
    {
        Directory.CreateDirectory(folder);
        var ledger = new Ledger(folder);
        List<JournalEntry> entries = ledger._journal.Recover();
        foreach (JournalEntry entry in entries)
        {
            if (entry.Order is { } order)
                ledger._open[order.Id] = order;
            else
                ledger._open.Remove(entry.OrderId);
            ledger.NextOrderId = Math.Max(ledger.NextOrderId, entry.OrderId + 1);
        }

        recovered = entries.Count;
        return ledger;
    }

    public void Receive(int article, int quantity) => _stock.Receive(article, quantity);

    /// <summary>Accepts an order, or refuses it when the article is short.</summary>
    public bool Place(Order order)
    {
        if (!_stock.Reserve(order.Article, order.Quantity))
            return false;

        Record(EntryKind.Placed, order);
        return true;
    }

    /// <summary>Changes the quantity of an open order, or refuses when the article is short.</summary>
    public bool Change(long orderId, int quantity)
    {
        if (!_open.TryGetValue(orderId, out Order before))
            return false;
        if (quantity > before.Quantity && !_stock.Reserve(before.Article, quantity - before.Quantity))
            return false;
        if (quantity < before.Quantity)
            _stock.Release(before.Article, before.Quantity - quantity);

        Record(EntryKind.Changed, before with { Quantity = quantity });
        return true;
    }

    /// <summary>Cancels an open order and gives its pieces back.</summary>
    public bool Cancel(long orderId)
    {
        if (!_open.Remove(orderId, out Order order))
            return false;

        long position = _journal.Append(EntryKind.Cancelled, orderId, []);
        _index.Put(orderId, position);
        _stock.Release(order.Article, order.Quantity);
        return true;
    }

    /// <summary>Closes the books for the day: the journal's header and a checkpoint.</summary>
    public string CloseOfDay()
    {
        _journal.UpdateHeader();
        return Checkpoint.Write(_folder, _journal.End, _stock);
    }

    public bool Knows(long orderId) => _index.Find(orderId) >= 0;

    public void Dispose()
    {
        _index.Dispose();
        _stock.Dispose();
        _journal.Dispose();
    }

    private void Record(EntryKind kind, Order order)
    {
        Span<byte> payload = stackalloc byte[Order.EncodedLength];
        order.Encode(payload);
        long position = _journal.Append(kind, order.Id, payload);
        _index.Put(order.Id, position);
        _open[order.Id] = order;
        NextOrderId = Math.Max(NextOrderId, order.Id + 1);
    }
}
