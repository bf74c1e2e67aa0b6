using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Native;

/// <summary>
/// FILE_ID_INFO of Windows: which volume a file is on and its number there, unique also on ReFS. Declaration only. Source:
/// winbase.h, FileIdInfo.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 24)]
internal unsafe partial struct FileNumber
{
    public const int Class = 18;

    [FieldOffset(0)]
    public ulong Volume;

    [FieldOffset(8)]
    private fixed ulong _file[2];

    public readonly UInt128 File => new(_file[1], _file[0]);

    [LibraryImport("kernel32", EntryPoint = "GetFileInformationByHandleEx", SetLastError = true)]
    public static partial int Get(SafeFileHandle file, int @class, FileNumber* number, uint size);
}
