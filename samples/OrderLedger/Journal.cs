using System.IO.MemoryMappedFiles;
using System.Text;

namespace OrderLedger;

/// <summary>
/// The write-ahead journal: every accepted change is appended here before anything else is touched, so that the other files
/// can be rebuilt from it. An entry is a length, a kind, the order's number, a checksum and, except for a cancellation, the order.
/// </summary>
internal sealed class Journal : IDisposable
{
    private const long Magic = 0x4C41_4E52_554F_4A01;
    private const long ContentSize = 256 * 1024;
    private const int MinimumLength = 1 + sizeof(long) + sizeof(uint);

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewStream _stream;
    private long _entries;

    public Journal(string path)
    {
        _file = LedgerFile.OpenOrCreate(path, Magic, ContentSize);
        _stream = _file.CreateViewStream(LedgerFile.HeaderSize, ContentSize);
    }

    /// <summary>Where the next entry goes.</summary>
    public long End => _stream.Position;

    /// <summary>Appends one entry and returns its position; the change counts as accepted from here on.</summary>
    public long Append(EntryKind kind, long orderId, ReadOnlySpan<byte> payload)
    {
        int length = MinimumLength + payload.Length;
        long position = _stream.Position;
        if (position + sizeof(int) + length > ContentSize)
            throw new InvalidOperationException("The journal is full: write a checkpoint and start a new one.");

        // A BinaryWriter keeps nothing back, so there is nothing of it to close.
        var writer = new BinaryWriter(_stream, Encoding.UTF8, leaveOpen: true);
        writer.Write(length);
        writer.Write((byte)kind);
        writer.Write(orderId);
        writer.Write(Checksum.Of(kind, orderId, payload));
        _entries++;
        if (payload.Length == 0)
        {
            // A cancellation: the number says it all.
            return position;
        }

        writer.Write(payload);
        _stream.Flush();
        return position;
    }

    /// <summary>Reads the journal from its start, up to the first entry that is not whole, and leaves it open for appending there.</summary>
    public List<JournalEntry> Recover()
    {
        var entries = new List<JournalEntry>();
        var reader = new BinaryReader(_stream, Encoding.UTF8, leaveOpen: true);
        _stream.Position = 0;
        while (TryRead(reader, out JournalEntry entry))
            entries.Add(entry);
        _entries = entries.Count;
        return entries;
    }

    /// <summary>Notes in the header how far the journal goes, which spares the next start the search for its end.</summary>
    public unsafe void UpdateHeader()
    {
        var header = _file.CreateViewAccessor(0, LedgerFile.HeaderSize);
        var handle = header.SafeMemoryMappedViewHandle;
        byte* page = null;
        handle.AcquirePointer(ref page);
        try
        {
            *(long*)(page + LedgerFile.CountOffset) = _entries;
            *(long*)(page + LedgerFile.EndOffset) = _stream.Position;
        }
        finally
        {
            handle.ReleasePointer();
        }
    }

    public void Dispose()
    {
        _stream.Dispose();
        _file.Dispose();
    }

    private bool TryRead(BinaryReader reader, out JournalEntry entry)
    {
        entry = default;
        long start = _stream.Position;
        int length = reader.ReadInt32();
        if (length < MinimumLength || start + sizeof(int) + length > ContentSize)
        {
            _stream.Position = start;
            return false;
        }

        var kind = (EntryKind)reader.ReadByte();
        long orderId = reader.ReadInt64();
        uint checksum = reader.ReadUInt32();
        byte[] payload = reader.ReadBytes(length - MinimumLength);
        if (checksum != Checksum.Of(kind, orderId, payload))
        {
            _stream.Position = start;
            return false;
        }

        entry = new JournalEntry(kind, orderId, payload.Length == 0 ? null : Order.Decode(payload));
        return true;
    }
}
