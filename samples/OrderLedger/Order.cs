using System.Buffers.Binary;

namespace OrderLedger;

/// <summary>One customer's order of one article, as the journal stores it.</summary>
internal readonly record struct Order(long Id, int Article, int Quantity, long PriceInCents)
{
    public const int EncodedLength = 24;

    public long Total => Quantity * PriceInCents;

    public void Encode(Span<byte> destination)
    {
        BinaryPrimitives.WriteInt64LittleEndian(destination, Id);
        BinaryPrimitives.WriteInt32LittleEndian(destination[8..], Article);
        BinaryPrimitives.WriteInt32LittleEndian(destination[12..], Quantity);
        BinaryPrimitives.WriteInt64LittleEndian(destination[16..], PriceInCents);
    }

    public static Order Decode(ReadOnlySpan<byte> source) => new(
        BinaryPrimitives.ReadInt64LittleEndian(source),
        BinaryPrimitives.ReadInt32LittleEndian(source[8..]),
        BinaryPrimitives.ReadInt32LittleEndian(source[12..]),
        BinaryPrimitives.ReadInt64LittleEndian(source[16..]));
}

internal enum EntryKind : byte
{
    None,
    Placed,
    Changed,
    Cancelled,
}

/// <summary>An entry as it is read back from the journal.</summary>
internal readonly record struct JournalEntry(EntryKind Kind, long OrderId, Order? Order);
