using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Native;

/// <summary>What is called of Windows. Declarations and constants only.</summary>
internal static unsafe partial class Kernel32
{
    public const uint GenericWrite = 0x40000000;
    public const uint ShareReadWriteDelete = 7;
    public const uint OpenExisting = 3;
    public const uint FlagBackupSemantics = 0x02000000;
    public const uint MoveReplaceExisting = 1, MoveWriteThrough = 8;
    public const int ErrorSharingViolation = 32, ErrorAccessDenied = 5, ErrorLockViolation = 33;

    public const uint MemCommit = 0x1000, MemReserve = 0x2000, MemRelease = 0x8000, MemFree = 0x10000, MemMapped = 0x40000;
    public const uint PageReadWrite = 4, PageExecuteRead = 0x20, PageWriteCopy = 8, PageExecuteReadWrite = 0x40, PageExecuteWriteCopy = 0x80;

    [StructLayout(LayoutKind.Sequential)]
    public struct MemoryBasicInformation
    {
        public nuint BaseAddress;
        public nuint AllocationBase;
        public uint AllocationProtect;
        public uint PartitionId;
        public nuint RegionSize;
        public uint State;
        public uint Protect;
        public uint Type;
    }

    [LibraryImport("kernel32", EntryPoint = "FlushViewOfFile", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool FlushViewOfFile(void* address, nuint length);

    [LibraryImport("kernel32", EntryPoint = "FlushFileBuffers", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool FlushFileBuffers(SafeFileHandle file);

    [LibraryImport("kernel32", EntryPoint = "K32GetMappedFileNameW", SetLastError = true)]
    public static partial uint GetMappedFileName(nint process, void* address, char* name, uint size);

    [LibraryImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    public static partial SafeFileHandle CreateFile(
        string name, uint access, uint share, void* security, uint disposition, uint flags, nint template);

    [LibraryImport("kernel32", EntryPoint = "MoveFileExW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool MoveFileEx(string from, string to, uint flags);

    [LibraryImport("kernel32", EntryPoint = "VirtualQuery", SetLastError = true)]
    public static partial nuint VirtualQuery(void* address, MemoryBasicInformation* buffer, nuint length);

    [LibraryImport("kernel32", EntryPoint = "VirtualAlloc", SetLastError = true)]
    public static partial void* VirtualAlloc(void* address, nuint size, uint type, uint protect);

    [LibraryImport("kernel32", EntryPoint = "VirtualProtect", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool VirtualProtect(void* address, nuint size, uint protect, uint* previous);

    [LibraryImport("kernel32", EntryPoint = "VirtualFree", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool VirtualFree(void* address, nuint size, uint type);

    [LibraryImport("kernel32", EntryPoint = "FlushInstructionCache", SetLastError = true)]
    [return: MarshalAs(UnmanagedType.Bool)]
    public static partial bool FlushInstructionCache(nint process, void* address, nuint size);
}
