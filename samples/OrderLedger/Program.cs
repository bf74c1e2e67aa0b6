using OrderLedger;

// A day in the life of the ledger: deliveries, orders, changes, cancellations, close of day. The argument names the folder of
// its files; a second run in the same folder recovers what the first one left.
if (args is not [string folder])
{
    Console.Error.WriteLine("usage: OrderLedger FOLDER");
    return 2;
}

using var ledger = Ledger.Open(folder, out int recovered);
Console.WriteLine(recovered == 0 ? "new ledger" : $"recovered {recovered} journal entries, {ledger.OpenOrders} open orders");

for (int article = 0; article < 64; article++)
    ledger.Receive(article, quantity: 12);

int accepted = 0, refused = 0, changed = 0, cancelled = 0;
long first = ledger.NextOrderId;
for (int i = 0; i < 300; i++)
{
    var order = new Order(ledger.NextOrderId, Article: i * 7 % 64, Quantity: 1 + i % 5, PriceInCents: 995 + i);
    if (ledger.Place(order))
        accepted++;
    else
        refused++;
}

for (long id = first; id < ledger.NextOrderId; id += 3)
{
    if (ledger.Change(id, quantity: 1))
        changed++;
}

for (long id = first; id < ledger.NextOrderId; id += 10)
{
    if (ledger.Cancel(id))
        cancelled++;
}

string checkpoint = ledger.CloseOfDay();
if (!Checkpoint.IsValid(checkpoint))
{
    Console.Error.WriteLine($"{checkpoint} is damaged");
    return 1;
}

Console.WriteLine($"{accepted} orders accepted, {refused} refused, {changed} changed, {cancelled} cancelled");
Console.WriteLine($"{ledger.OpenOrders} open, worth {ledger.OpenValue / 100.0:N2}; checkpoint {Path.GetFileName(checkpoint)}");
Console.WriteLine("Every customer has been told. Press Enter to close the ledger.");
Console.ReadLine();
return 0;
