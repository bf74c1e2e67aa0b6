namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>The half of the harness that applies fixes can fail too.</summary>
public sealed class VerifyFixTests
{
    private static readonly FixOptions Toy = new()
    {
        Verify = new() { Analyzers = [new ToyAnalyzer()], DefaultId = "TOY1" },
        Providers = [new ToyFix()],
        EquivalenceKey = "return",
    };

    private const string Before = "class C { void M(bool b) { again: if (b) [|goto again;|] [|goto again;|] } }";
    private const string After = "class C { void M(bool b) { again: if (b) return; return; } }";

    [Fact]
    public async Task FixOneByOneAndAllAtOnce_GivesTheText() => await Verify.Fix(Before, After, Toy);

    [Fact]
    public async Task FixByIndex_GivesTheText() => await Verify.Fix(Before, After, Toy with { EquivalenceKey = null, Index = 0 });

    [Fact]
    public async Task FixOfTheFirstOnly_LeavesTheRest() =>
        await Verify.Fix(Before, "class C { void M(bool b) { again: if (b) return; [|goto again;|] } }", Toy with { Times = 1 });

    [Fact]
    public async Task AnotherText_FailsWithADiff()
    {
        var failure = await FailureOf(() => Verify.Fix(Before, "class D { }", Toy));
        Assert.Contains("- class D { }", failure);
        Assert.Contains("+ " + After, failure);
    }

    [Fact]
    public async Task FixThatBreaksTheCode_Fails()
    {
        var failure = await FailureOf(() => Verify.Fix(Before, Before, Toy with { EquivalenceKey = "broken" }));
        Assert.Contains("does not compile", failure);
    }

    [Fact]
    public async Task FixThatNeverEnds_Fails() =>
        Assert.Contains("does not come to an end", await FailureOf(() => Verify.Fix(Before, Before, Toy with { EquivalenceKey = "endless" })));

    [Fact]
    public async Task KeyThatNobodyOffers_Fails() =>
        Assert.Contains("No action was offered", await FailureOf(() => Verify.Fix(Before, After, Toy with { EquivalenceKey = "none" })));

    [Fact]
    public async Task KeyThatNobodyOffers_IsNoFix() => await Verify.NoFix(Before, Toy with { EquivalenceKey = "none" });

    [Fact]
    public async Task OfferedFix_FailsUnderNoFix() =>
        Assert.Contains("A fix was offered", await FailureOf(() => Verify.NoFix(Before, Toy)));

    [Fact]
    public async Task FixAllThatDiffers_Fails() =>
        Assert.Contains("Fix All", await FailureOf(() => Verify.Fix(Before, After, Toy with { AfterFixAll = "class C { }" })));

    [Fact]
    public async Task SeveralDocuments_AreFixedByFixAll() =>
        await Verify.Fix(Before, After, Toy with
        {
            Verify = Toy.Verify with { Documents = [new("/Other.cs", "class D { void M() { again: [|goto again;|] } }")] },
            DocumentsAfter = [new("/Other.cs", "class D { void M() { again: return; } }")],
        });

    [Fact]
    public async Task LightBulb_ListsItsActions() =>
        await Verify.Offers("class C { void M() { again: {|TOY1#jump:goto again;|} } }", "jump", Toy, "Use return", "Use broken", "Use endless");

    [Fact]
    public async Task LightBulbWithOtherActions_Fails() =>
        await FailureOf(() => Verify.Offers("class C { void M() { again: {|TOY1#jump:goto again;|} } }", "jump", Toy, "Use return"));

    private static async Task<string> FailureOf(Func<Task> verification) =>
        (await Assert.ThrowsAsync<VerificationFailure>(verification)).Message;
}
