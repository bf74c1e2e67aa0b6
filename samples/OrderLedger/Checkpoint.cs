using System.Buffers.Binary;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace OrderLedger;

/// <summary>
/// A picture of all reservations at one point of the journal, so that a restart need not replay it from the beginning. Written
/// to a new file each time; the newest one whose checksum is right counts.
/// </summary>
internal static unsafe class Checkpoint
{
    private const long Magic = 0x544E_494F_5001_0003;
    private const int Head = 24;
    private const int Size = Head + StockTable.Articles * sizeof(int) + sizeof(uint);

    public static string Write(string folder, long journalEnd, StockTable stock)
    {
        string path = Path.Combine(folder, $"checkpoint-{journalEnd:D8}.bin");
#pragma warning disable DAX1008 // A checkpoint whose name is lost with the power is not missed: the journal is replayed from the one before it.
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.CreateNew, mapName: null, Size);
#pragma warning restore DAX1008
        var view = file.CreateViewAccessor(0, Size);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        try
        {
            var image = new Span<byte>(start, Size);
            stock.CopyTo(MemoryMarshal.Cast<byte, int>(image[Head..^sizeof(uint)]));
            BinaryPrimitives.WriteInt64LittleEndian(image, Magic);
            BinaryPrimitives.WriteInt64LittleEndian(image[8..], journalEnd);
            BinaryPrimitives.WriteInt32LittleEndian(image[16..], StockTable.Articles);
            BinaryPrimitives.WriteUInt32LittleEndian(image[^sizeof(uint)..], Checksum.Of(image[..^sizeof(uint)]));
        }
        finally
        {
            view.SafeMemoryMappedViewHandle.ReleasePointer();
        }

        return path;
    }

    /// <summary>True when the file is a whole checkpoint.</summary>
    public static bool IsValid(string path)
    {
        byte[] image = File.ReadAllBytes(path);
        return image.Length == Size
            && BinaryPrimitives.ReadInt64LittleEndian(image) == Magic
            && BinaryPrimitives.ReadUInt32LittleEndian(image.AsSpan(^sizeof(uint)..)) == Checksum.Of(image.AsSpan(..^sizeof(uint)));
    }
}
