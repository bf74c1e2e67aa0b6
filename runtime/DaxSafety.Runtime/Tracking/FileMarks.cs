using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tracking;

/// <summary>
/// What this process knows of one file: its tree of dirty lines by file offset, shared by every mapping of the file, so that a
/// persist of a range and a persist of the file see the same marks however the memory is reached. That a mark belongs to
/// the file and not to an address is what the Linux page cache has and mapped persistent memory lacked.
/// </summary>
internal sealed class FileMarks
{
    private static readonly Dictionary<FileIdentity, FileMarks> s_open = [];

    private readonly FileIdentity? _identity;

    /// <summary>Replaced, never changed, so that a persist reads it without a lock.</summary>
    private IMarkedMapping[] _mappings = [];

    private volatile Exception? _failure;

    /// <summary>Mappings, and persists under way: the tree stays until both are gone, so that no persist loses marks it was to take.</summary>
    private int _users = 1;

    private FileMarks(FileIdentity? identity, long end)
    {
        _identity = identity;
        Tree = CreateTree(end);
    }

    internal DirtyTree Tree { get; }

    /// <summary>Adds a mapping to the marks of its file; without an identity it gets marks of its own.</summary>
    internal static FileMarks Join(FileIdentity? identity, IMarkedMapping mapping, DirtyRange fileRange)
    {
        lock (s_open)
        {
            // Marks that nobody uses any more are about to leave the table; a new mapping starts anew.
            if (identity is not { } known || !s_open.TryGetValue(known, out FileMarks? marks) || !marks.TryEnter())
            {
                marks = new FileMarks(identity, fileRange.End);
                if (identity is { } key)
                    s_open[key] = marks;
            }
            else
            {
                marks.JoinWithin(fileRange.End);
            }

            Volatile.Write(ref marks._mappings, [.. marks._mappings, mapping]);
            return marks;
        }
    }

    /// <summary>
    /// Removes a mapping, once what only it knew is marked. The marks of a file go with its last one: nobody is left who could
    /// make them durable.
    /// </summary>
    internal void Leave(IMarkedMapping mapping)
    {
        bool bequeathed = false;
        while (!TryRemove(mapping, whateverItKnows: bequeathed))
        {
            mapping.Bequeath(Tree);
            bequeathed = true;
        }

        Exit();
    }

    /// <summary>False while there is somebody else to whom what the mapping knows must be left first.</summary>
    private bool TryRemove(IMarkedMapping mapping, bool whateverItKnows)
    {
        lock (s_open)
        {
            if (_mappings.Length > 1 && !whateverItKnows)
                return false;
            Volatile.Write(ref _mappings, [.. _mappings.Where(other => other != mapping)]);
            return true;
        }
    }

    /// <summary>Where address space is rationed the tree may be shorter than a file can become.</summary>
    internal void RequireRoom(long end)
    {
        if (end > Tree.Length)
            throw new NotSupportedException($"The marks of this file end at {Tree.Length} bytes; the mapping is to end at {end}.");
    }

    private void JoinWithin(long end)
    {
        try
        {
            RequireRoom(end);
        }
        catch
        {
            Exit();
            throw;
        }
    }

    private void Enter() => ObjectDisposedException.ThrowIf(!TryEnter(), this);

    private bool TryEnter()
    {
        int users = Volatile.Read(ref _users);
        while (users > 0)
        {
            int seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }

        return false;
    }

    private void Exit()
    {
        if (Interlocked.Decrement(ref _users) > 0)
            return;
        lock (s_open)
        {
            if (_identity is { } key && s_open.TryGetValue(key, out FileMarks? marks) && marks == this)
                s_open.Remove(key);
        }

        Tree.Dispose();
    }

    internal long Persist(DirtyRange range, IDirtyRangeSink sink)
    {
        Enter();
        try
        {
            ThrowIfFailed();
            bool unknown = false;
            foreach (IMarkedMapping mapping in Volatile.Read(ref _mappings))
                unknown |= mapping.CollectInto(Tree, range);
            return Guarded(Tree, range, sink, whole: unknown);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>
    /// For a mapping whose place in the file is not known: its own marks say what it has written, but not what others have
    /// written where it lies, so that beside others all of the range is made durable.
    /// </summary>
    internal long PersistUnplaced(DirtyTree own, DirtyRange range, bool whole, IDirtyRangeSink sink)
    {
        Enter();
        try
        {
            ThrowIfFailed();
            return Guarded(own, range, sink, whole || Volatile.Read(ref _mappings).Length > 1 || !Tree.IsEmpty);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>Every mark of the file: through its mappings, and what no mapping covers any more by a flush of the file.</summary>
    internal long PersistAll(Func<SafeFileHandle?> openFile)
    {
        Enter();
        try
        {
            ThrowIfFailed();
            long lines = 0;
            foreach (IMarkedMapping mapping in Volatile.Read(ref _mappings))
            {
                if (mapping.TryPersistInto(this) is { } persisted)
                    lines += persisted;
                else
                    mapping.Bequeath(Tree);
            }

            return Tree.IsEmpty ? lines : lines + Guarded(Tree, Tree.All, new ClosedMappingSink(openFile), whole: false);
        }
        finally
        {
            Exit();
        }
    }

    /// <summary>A persist after which, if the system has refused, nothing of the file is believed any more.</summary>
    private long Guarded(DirtyTree tree, DirtyRange range, IDirtyRangeSink sink, bool whole)
    {
        try
        {
            return whole ? PersistWhole(tree, range, sink) : tree.Persist(range, sink);
        }
        catch (IOException failure) when (failure is not FileOutOfReachException)
        {
            _failure = failure;
            throw;
        }
    }

    /// <summary>Where some mapping of the range cannot say what was written, all of it is made durable, whatever is marked.</summary>
    private static long PersistWhole(DirtyTree tree, DirtyRange range, IDirtyRangeSink sink)
    {
        long lines = 0;
        bool complete;
        do
        {
            using DirtySnapshot taken = tree.Snapshot(range);
            lines += taken.Lines;
            sink.MakeDurable(new ReadOnlySpan<DirtyRange>(in range));
            complete = taken.Complete();
        }
        while (!complete);
        return lines;
    }

    /// <summary>
    /// After a failed flush the kernel may have marked pages clean without having written them (errseq_t reports an error
    /// once), so that a retry that succeeds says nothing.
    /// </summary>
    private void ThrowIfFailed()
    {
        if (_failure is { } before)
        {
            throw new IOException(
                "An earlier flush of this file failed, and what it held may be lost although the system now calls it clean. "
                + "Its lines are still marked. Close every tracker of the file, map it anew and write them again.", before);
        }
    }

    /// <summary>Address space costs nothing, so a file may grow to the limit; where it is rationed the tree is as long as it can be.</summary>
    private static DirtyTree CreateTree(long end)
    {
        for (long length = DirtyTree.MaxLength; length / 16 >= end; length /= 16)
        {
            try
            {
                return new DirtyTree(length);
            }
            catch (OutOfMemoryException)
            {
            }
        }

        return new DirtyTree(end);
    }
}
