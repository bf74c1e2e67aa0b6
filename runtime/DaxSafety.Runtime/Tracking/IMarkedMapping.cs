namespace DaxSafety.Tracking;

/// <summary>A mapping that takes part in the marks of its file.</summary>
internal interface IMarkedMapping
{
    /// <summary>
    /// Brings what this mapping knows of the range of the file, beyond marks, into the tree. True when it cannot know what was
    /// written there, so that the whole range counts as written.
    /// </summary>
    bool CollectInto(DirtyTree tree, DirtyRange range);

    /// <summary>For a persist of the file: persists what this mapping shows and returns the lines; null when it is being disposed.</summary>
    long? TryPersistInto(FileMarks marks);

    /// <summary>
    /// Marks what may have been written through it and is not marked yet: before it leaves, so that a persist of the file does not
    /// pass it over. Harmless more than once, and after it has left.
    /// </summary>
    void Bequeath(DirtyTree tree);
}
