using System.Globalization;
using System.Runtime.InteropServices;
using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <content>
/// Linux: the PROCMAP_QUERY ioctl answers in about a microsecond (6.11 and later); before it the text of /proc/self/maps is
/// read, which takes some hundred microseconds. Both are small beside the device flush that follows.
/// </content>
internal static unsafe partial class MappingProbe
{
    private const string MapsPath = "/proc/self/maps";

    private static readonly SafeFileHandle? s_maps = OpenMaps();

    private static MappingKind KindOnLinux(AddressRange range)
        => s_maps is { } maps && TryQuery(maps, range, out MappingKind kind) ? kind : KindByText(range);

    /// <summary>False where the kernel has no such ioctl.</summary>
    internal static bool TryQuery(SafeFileHandle maps, AddressRange range, out MappingKind kind)
    {
        kind = MappingKind.Shared;
        ulong at = (ulong)range.Start;
        while (at < (ulong)range.End)
        {
            ProcMapQuery query = new() { Size = (ulong)sizeof(ProcMapQuery), QueryAddress = at };
            if (Libc.Ioctl((int)maps.DangerousGetHandle(), Libc.Linux.ProcMapQuery, &query) != 0)
            {
                kind = MappingKind.Unmapped;
                return Marshal.GetLastPInvokeError() == Libc.Enoent;
            }

            if ((query.Flags & ProcMapQuery.SharedFlag) == 0)
            {
                kind = MappingKind.Private;
                return true;
            }

            at = query.End;
        }

        return true;
    }

    internal static MappingKind KindByText(AddressRange range)
    {
        ulong at = (ulong)range.Start;
        try
        {
            // Lines stand in the order of their addresses: "7f00-7f10 rw-s 00000000 fd:00 1234 /path".
            foreach (string line in File.ReadLines(MapsPath))
            {
                int dash = line.IndexOf('-'), space = line.IndexOf(' ');
                ulong start = ulong.Parse(line.AsSpan(0, dash), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                ulong end = ulong.Parse(line.AsSpan(dash + 1, space - dash - 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
                if (end <= at)
                    continue;
                if (start > at)
                    return MappingKind.Unmapped;
                if (line[space + 4] != 's')
                    return MappingKind.Private;
                at = end;
                if (at >= (ulong)range.End)
                    return MappingKind.Shared;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return MappingKind.Unknown;
        }

        return MappingKind.Unmapped;
    }

    private static SafeFileHandle? OpenMaps()
    {
        try
        {
            return OperatingSystem.IsLinux() || OperatingSystem.IsAndroid() ? File.OpenHandle(MapsPath) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
