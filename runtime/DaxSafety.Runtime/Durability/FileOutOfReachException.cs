namespace DaxSafety;

/// <summary>
/// No handle of the mapped file could be had, so its disk cache was never asked to empty itself. Callers see an
/// <see cref="IOException"/>; here it is told apart because no flush has failed: with a handle, trying again is sound.
/// </summary>
internal sealed class FileOutOfReachException(string message, int result) : IOException(message, result);
