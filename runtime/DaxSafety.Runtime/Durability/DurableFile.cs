using DaxSafety.Native;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety;

/// <summary>
/// What a mapping's own flush does not cover: that a file exists after a power cut, under which name, and how long it is. A new
/// file is in its directory only when the directory has been flushed, and a rename is safe only when the contents were flushed first.
/// </summary>
public static unsafe class DurableFile
{
    /// <summary>
    /// Makes the contents, the size and the attributes of an open file durable.
    /// <para>Thread safety: safe from any thread. Allocation: none.</para>
    /// <para>Durability: fsync(2) on Linux, fcntl(2) with F_FULLFSYNC on macOS, FlushFileBuffers on Windows. Pages written through
    /// a mapping are included on Linux and macOS; on Windows only after the view's own Persist. The name in the directory is not
    /// part of it.</para>
    /// </summary>
    /// <param name="file">The file; on Windows opened for writing.</param>
    /// <exception cref="IOException">The system refused; nothing may be taken as durable, by a second try neither.</exception>
    /// <exception cref="ObjectDisposedException">The handle is closed.</exception>
    public static void FlushToDisk(SafeFileHandle file)
    {
        ArgumentNullException.ThrowIfNull(file);
        FileFlush.Flush(file, "the file");
    }

    /// <summary>
    /// Makes the entries of a directory durable: files created in it, renamed and deleted.
    /// <para>Thread safety: safe from any thread. Allocation: a handle for the time of the call.</para>
    /// <para>Durability: fsync(2) of the directory on Linux, F_FULLFSYNC on macOS, FlushFileBuffers of a directory handle on
    /// Windows (NTFS and ReFS allow it; their journals keep the order in any case).</para>
    /// </summary>
    /// <param name="path">The directory.</param>
    /// <exception cref="IOException">It does not exist, or the system refused.</exception>
    public static void FlushDirectory(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!Directory.Exists(path))
            throw new DirectoryNotFoundException($"There is no directory '{path}'.");
        using SafeFileHandle directory = OpenDirectory(path);
        FileFlush.Flush(directory, $"directory '{path}'");
    }

    /// <summary>
    /// Creates a file of a given length (in bytes), with its storage allocated, so that it is there after a power cut.
    /// <para>Thread safety: safe from any thread. Allocation: the handle.</para>
    /// <para>Durability: name, size and storage survive a power cut on return; the contents are zero.</para>
    /// </summary>
    /// <param name="path">Where; nothing may be there yet.</param>
    /// <param name="length">Length in bytes.</param>
    /// <returns>The open file, for reading and writing, shared with others.</returns>
    /// <exception cref="IOException">It exists, the disk is full, or the system refused; then no file is left behind.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static SafeFileHandle Create(string path, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        string full = Path.GetFullPath(path);
        SafeFileHandle file = File.OpenHandle(full, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        try
        {
            SetLength(file, length);
            FlushDirectory(Path.GetDirectoryName(full)!);
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(full);
            throw;
        }
    }

    /// <summary>
    /// Makes a file longer or shorter, with storage allocated for what is new, and the new length durable.
    /// <para>Thread safety: safe from any thread. Allocation: none.</para>
    /// <para>Durability: the length and the storage survive a power cut on return; new bytes are zero. Storage is allocated
    /// because a store to a mapped hole on a full disk kills the process (SIGBUS). Where the file system cannot allocate, and
    /// on macOS, the file is extended without.</para>
    /// <para>Never shorten a file below a mapping of it that is still in use.</para>
    /// </summary>
    /// <param name="file">The file, opened for writing.</param>
    /// <param name="length">New length in bytes.</param>
    /// <exception cref="IOException">The disk is full, or the system refused; the length may then be the old or the new one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is negative.</exception>
    public static void SetLength(SafeFileHandle file, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        long before = RandomAccess.GetLength(file);
        if (length > before)
            Allocate(file, before, length - before);
        if (RandomAccess.GetLength(file) != length)
            RandomAccess.SetLength(file, length);
        FileFlush.Flush(file, "the file");
    }

    /// <summary>
    /// Puts a finished file in the place of another, so that after a power cut one of the two is there, whole.
    /// <para>Thread safety: safe from any thread. Allocation: handles for the time of the call.</para>
    /// <para>Durability: the source's contents are flushed, then it is renamed, then both directories are flushed. On return the
    /// new file survives under the destination's name. What was written through a mapping that is still open on Windows must be
    /// persisted before.</para>
    /// </summary>
    /// <param name="source">The new file, complete, on the same file system.</param>
    /// <param name="destination">The name it gets; an existing file is replaced in one step.</param>
    /// <exception cref="IOException">The system refused; the destination is then still whole, old or new.</exception>
    public static void Replace(string source, string destination)
    {
        string from = Path.GetFullPath(source), to = Path.GetFullPath(destination);
        using (SafeFileHandle file = File.OpenHandle(from, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete))
            FileFlush.Flush(file, $"'{from}'");
        Rename(from, to);
        string toDirectory = Path.GetDirectoryName(to)!, fromDirectory = Path.GetDirectoryName(from)!;
        FlushDirectory(toDirectory);
        if (fromDirectory != toDirectory)
            FlushDirectory(fromDirectory);
    }

    private static void Rename(string from, string to)
    {
        if (!OperatingSystem.IsWindows())
            File.Move(from, to, overwrite: true);
        else if (!Kernel32.MoveFileEx(from, to, Kernel32.MoveReplaceExisting | Kernel32.MoveWriteThrough))
            throw FlushFailure.OfLastCall("MoveFileEx", $"'{from}' to '{to}'");
    }

    private static void Allocate(SafeFileHandle file, long offset, long length)
    {
        if (!OperatingSystem.IsLinux())
            return;
        int error;
        do
            error = Libc.PosixFallocate((int)file.DangerousGetHandle(), offset, length);
        while (error == Libc.Eintr);
        GC.KeepAlive(file);
        if (error is not (0 or Libc.Einval or Libc.Linux.Eopnotsupp))
            throw FlushFailure.Of("posix_fallocate", $"{length} bytes at offset {offset}", error);
    }

    private static SafeFileHandle OpenDirectory(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            SafeFileHandle directory = Kernel32.CreateFile(
                path, Kernel32.GenericWrite, Kernel32.ShareReadWriteDelete, null, Kernel32.OpenExisting,
                Kernel32.FlagBackupSemantics, 0);
            return directory.IsInvalid ? throw FlushFailure.OfLastCall("CreateFile", $"directory '{path}'") : directory;
        }

        int descriptor = Libc.Open(path, OperatingSystem.IsMacOS() ? Libc.MacOS.OpenDirectory : Libc.Linux.OpenDirectory);
        return descriptor < 0
            ? throw FlushFailure.OfLastCall("open", $"directory '{path}'")
            : new SafeFileHandle(descriptor, ownsHandle: true);
    }
}
