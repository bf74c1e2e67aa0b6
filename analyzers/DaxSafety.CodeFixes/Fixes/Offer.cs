using DaxSafety.CodeFixes.Placement;

namespace DaxSafety.CodeFixes.Fixes;

/// <summary>One action of the light bulb: how it is called, and the edits it makes. Whoever makes an offer has checked that it can be applied.</summary>
/// <param name="Key">One of <see cref="FixKeys"/>.</param>
/// <param name="Title">What the light bulb shows.</param>
/// <param name="Apply">Adds the edits; called on a fresh collection, or on one that holds those of other diagnostics.</param>
internal sealed record Offer(string Key, string Title, Action<DocumentEdits> Apply);
