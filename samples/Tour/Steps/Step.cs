using DaxSafety.Tour.Terminal;

namespace DaxSafety.Tour.Steps;

internal enum Verdict
{
    Holds,
    Broken,

    /// <summary>This system offers no way to see it; the step says which ways were tried.</summary>
    NotObservable,
}

/// <summary>How a step ended, and the fact that shows it, for the table.</summary>
internal readonly record struct Outcome(Verdict Verdict, string Evidence)
{
    public static Outcome Of(bool holds, string evidence) => new(holds ? Verdict.Holds : Verdict.Broken, evidence);
}

/// <summary>One thing the tour does and shows. It fails by its outcome, never by an exception of its own.</summary>
internal abstract class Step
{
    public abstract string Title { get; }

    /// <summary>True when nothing after it makes sense without it.</summary>
    public virtual bool OthersNeedIt => false;

    public abstract Outcome Show(Screen screen, Workshop workshop);
}
