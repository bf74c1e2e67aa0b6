namespace DaxSafety.Analyzers.Durability;

/// <summary>What is known of numbers, for those that a merge makes.</summary>
internal interface INumbers
{
    Span RangeOf(Path path, Ref number);

    /// <summary>Whether the path knows that a number is not the one.</summary>
    bool IsRuledOut(Path path, Ref number, long one);

    /// <summary>Whether a test asks for one number, and the path knows that it is not that one.</summary>
    bool IsRuledOut(Path path, int test);

    /// <summary>Whether a test asks for a number that is one of a few on one path and none of those on the other.</summary>
    bool AreApart(Path mine, Path theirs, int test);

    /// <summary>Drops what a path knows of an entity's number.</summary>
    void Forget(Path path, Entity number);

    /// <summary>The variable is compared with something.</summary>
    bool IsLimited(int variable);

    /// <summary>The variable is tested and holds whole numbers only, so that one without a least value is worth a name.</summary>
    bool IsCounter(int variable);

    /// <summary>Whether some step computes the variable anew: one that is only ever given values by name is a state, and no counter.</summary>
    bool IsComputed(int variable);

    /// <summary>The variable has got a number of its own in a merge of two groups: what both know of its distance from its limits stays known.</summary>
    void KeepDistances(Path merged, Path mine, Path theirs, int variable, Entity number, bool inLoop);

    /// <summary>The field counts what a library's collection holds.</summary>
    bool IsSizeOf(int field);

    /// <summary>The body puts something into a collection.</summary>
    bool CountsSizes { get; }
}
