using System.IO.MemoryMappedFiles;

namespace OrderLedger;

/// <summary>
/// What all files of the ledger have in common: a header page with a magic number, the format's version and the time of
/// creation, and the contents from the second page on.
/// </summary>
internal static class LedgerFile
{
    public const int HeaderSize = 4096;
    public const long CountOffset = 24;
    public const long EndOffset = 32;

    private const long MagicOffset = 0;
    private const long VersionOffset = 8;
    private const long CreatedOffset = 16;
    private const int FormatVersion = 3;

    /// <summary>Opens the file, or creates it with <paramref name="contentSize"/> bytes of contents, all zero.</summary>
    public static MemoryMappedFile OpenOrCreate(string path, long magic, long contentSize)
    {
        if (!File.Exists(path))
            Create(path, magic, HeaderSize + contentSize);

        var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0);
        using var header = file.CreateViewAccessor(0, HeaderSize, MemoryMappedFileAccess.Read);
        if (header.ReadInt64(MagicOffset) != magic)
            throw new InvalidDataException($"{path} is not a ledger file of the expected kind.");
        if (header.ReadInt32(VersionOffset) != FormatVersion)
            throw new InvalidDataException($"{path} has format {header.ReadInt32(VersionOffset)}; this program reads {FormatVersion}.");
        return file;
    }

    private static void Create(string path, long magic, long size)
    {
        // The file itself is safe before anything is in it: its length, and the name it is found by.
        using (var created = new FileStream(path, FileMode.CreateNew))
        {
            created.SetLength(size);
            created.Flush(flushToDisk: true);
        }

        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, mapName: null, capacity: 0);

        // The view is released together with the file.
        var header = file.CreateViewAccessor(0, HeaderSize);
        header.Write(VersionOffset, FormatVersion);
        header.Write(CreatedOffset, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        header.Write(MagicOffset, magic);
    }
}
