using System.Collections.Immutable;
using Microsoft.CodeAnalysis.CodeFixes;

namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Which action of a light bulb a test applies, and how.</summary>
internal sealed record FixOptions
{
    public static readonly FixOptions Default = new();

    public VerifyOptions Verify { get; init; } = VerifyOptions.Default;

    /// <summary>The action with this equivalence key; null for the one at <see cref="Index"/>.</summary>
    public string? EquivalenceKey { get; init; }

    /// <summary>The action at this place of the light bulb's list.</summary>
    public int Index { get; init; }

    /// <summary>How many diagnostics are fixed, one by one; null until no action is offered any more.</summary>
    public int? Times { get; init; }

    /// <summary>Fix All in the document and in the project must give the same text. A test of one step, or of a fix without Fix All, switches it off.</summary>
    public bool FixAll { get; init; } = true;

    /// <summary>What Fix All gives, where it is meant to differ from fixing one by one.</summary>
    public string? AfterFixAll { get; init; }

    /// <summary>What the other documents become, by path. Those not named stay as they are.</summary>
    public ImmutableArray<TestFile> DocumentsAfter { get; init; } = [];

    /// <summary>Fix providers to use instead of all of ours.</summary>
    public ImmutableArray<CodeFixProvider>? Providers { get; init; }
}
