namespace DaxSafety.Tour.Evidence;

/// <summary>What one run of the ledger said, and how many pages of each of its files were dirty when it had told every customer.</summary>
/// <param name="Dirty">Null when this system shows nobody its dirty pages, or the ledger ended before it could be looked at.</param>
internal sealed record Sighting(int ExitCode, IReadOnlyList<string> Said, IReadOnlyDictionary<string, long>? Dirty);
