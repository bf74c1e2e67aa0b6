using System.Globalization;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <content>Linux: /proc/self/maps leads from the address to a name and an inode, and statx from the name to the file.</content>
internal sealed partial record MappedFile
{
    private const string MapsPath = "/proc/self/maps";

    private static unsafe MappedFile FindOnLinux(AddressRange range, SafeFileHandle? file)
    {
        Segment? segment = FindSegment(File.ReadLines(MapsPath), (ulong)range.Start, (ulong)range.End);
        if (segment is not { Inode: not 0 } found)
            return s_unknown;
        FileStatus status;
        // A handle of another file would mix the marks of two; the inode tells.
        if (file != null ? TryGet(file, &status) && status.Inode == found.Inode : TryGet(found, &status))
            return Of(status, found, file == null ? found.Path : null);
        // Memory that is shared like a file has no name to look up, and a number that is its own.
        return IsMemory(found)
            ? new MappedFile(new FileIdentity(found.Device, found.Inode), (long)found.Offset, null, false, found.IsWritable)
            : new MappedFile(null, (long)found.Offset, null, null, found.IsWritable);
    }

    private static unsafe FileIdentity? IdentityOnLinux(SafeFileHandle file)
    {
        FileStatus status;
        return TryGet(file, &status) ? Identify(status) : null;
    }

    private static unsafe bool TryGet(SafeFileHandle file, FileStatus* status)
    {
        bool added = false;
        try
        {
            file.DangerousAddRef(ref added);
            return FileStatus.Get((int)file.DangerousGetHandle(), "", FileStatus.EmptyPath, FileStatus.InodeWanted, status) == 0;
        }
        finally
        {
            if (added)
                file.DangerousRelease();
        }
    }

    private static unsafe bool TryGet(Segment segment, FileStatus* status) =>
        FileStatus.Get(FileStatus.WorkingDirectory, segment.Path, 0, FileStatus.InodeWanted, status) == 0 && status->Inode == segment.Inode;

    private static FileIdentity Identify(FileStatus status) =>
        new(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode);

    private static MappedFile Of(FileStatus status, Segment segment, string? path)
    {
        bool? direct = !status.IsRegularFile || (status.Attributes & FileStatus.DirectAccess) != 0 ? true
            : (status.AttributesKnown & FileStatus.DirectAccess) != 0 ? false : null;
        return new MappedFile(Identify(status), (long)segment.Offset, path, direct, segment.IsWritable);
    }

    private static unsafe bool IsMemory(Segment segment)
    {
        if (!segment.Path.EndsWith(" (deleted)", StringComparison.Ordinal))
            return false;
        if (segment.Path.StartsWith("/memfd:", StringComparison.Ordinal) || segment.Path == "/dev/zero (deleted)")
            return true;
        FileStatus status;
        return FileStatus.Get(FileStatus.WorkingDirectory, "/dev/shm", 0, FileStatus.InodeWanted, &status) == 0
            && (((ulong)status.DeviceMajor << 32) | status.DeviceMinor) == segment.Device;
    }

    /// <summary>The file segment behind the range; null unless one file backs all of it without a gap.</summary>
    internal static Segment? FindSegment(IEnumerable<string> maps, ulong start, ulong end)
    {
        Segment? first = null;
        ulong at = start;
        foreach (string line in maps)
        {
            if (!TryParse(line, out ulong from, out ulong to, out Segment segment) || to <= at)
                continue;
            if (from > at)
                return null;
            segment = segment with { Offset = segment.Offset + (at - from) };
            if (first is { } f && (segment.Inode != f.Inode || segment.Device != f.Device || segment.Offset != f.Offset + (at - start) || segment.IsWritable != f.IsWritable))
                return null;
            first ??= segment;
            at = to;
            if (at >= end)
                return first;
        }

        return null;
    }

    /// <summary>"7f00-7f10 rw-s 00001000 fd:00 1234    /path": hexadecimal but for the inode.</summary>
    private static bool TryParse(string line, out ulong from, out ulong to, out Segment segment)
    {
        (from, to, segment) = (0, 0, default);
        string[] fields = line.Split(' ', 6, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length < 5 || fields[0].Split('-') is not [string left, string right] || fields[3].Split(':') is not [string major, string minor])
            return false;
        bool ok = TryHex(left, out from) & TryHex(right, out to) & TryHex(fields[2], out ulong offset)
            & TryHex(major, out ulong deviceMajor) & TryHex(minor, out ulong deviceMinor);
        if (!ok || !ulong.TryParse(fields[4], CultureInfo.InvariantCulture, out ulong inode))
            return false;
        segment = new Segment((deviceMajor << 32) | deviceMinor, inode, offset, fields.Length > 5 ? fields[5] : "", fields[1][1] == 'w');
        return true;
    }

    private static bool TryHex(string text, out ulong value) =>
        ulong.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out value);

    internal readonly record struct Segment(ulong Device, ulong Inode, ulong Offset, string Path, bool IsWritable);
}
