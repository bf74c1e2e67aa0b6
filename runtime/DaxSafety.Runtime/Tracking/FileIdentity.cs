namespace DaxSafety.Tracking;

/// <summary>
/// Which file it is, whatever it is called and wherever it is mapped: the number of its file system and its number there.
/// What all mappings of one file have in common, and so the key of the tree they share.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, UInt128 File);
