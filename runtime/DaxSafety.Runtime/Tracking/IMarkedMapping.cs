namespace DaxSafety.Tracking;

/// <summary>A mapping that takes part in the marks of its file.</summary>
internal interface IMarkedMapping
{
    /// <summary>
    /// Brings what this mapping knows of the range of the file, beyond marks, into the tree. True when it cannot know what was
    /// written there, so that the whole range counts as written.
    /// </summary>
    bool CollectInto(DirtyTree tree, DirtyRange range);

    /// <summary>For a persist of the file: persists what this mapping shows, unless it is being disposed. Returns the lines.</summary>
    long TryPersistInto(FileMarks marks);
}
