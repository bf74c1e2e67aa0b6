namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>The harness can fail: a verifier that is always content proves nothing.</summary>
public sealed class VerifyAnalyzerTests
{
    private static readonly VerifyOptions Toy = new() { Analyzers = [new ToyAnalyzer()], DefaultId = "TOY1" };

    private const string OneGoto = "class C { void {|#method:M|}() { again: {|TOY1#jump:goto again;|} } }";

    [Fact]
    public async Task MarkedDiagnostics_Pass() =>
        await Verify.Analyzer("class C { void M() { again: [|goto again;|] } }", Toy);

    [Fact]
    public async Task UnmarkedDiagnostic_FailsAndShowsTheLine()
    {
        var failure = await FailureOf(() => Verify.Silent("class C {\nvoid M() { again: goto again; } }", Toy));
        Assert.Contains("Reported, but not marked", failure);
        Assert.Contains("TOY1 Test.cs(2): void M() { again: [|goto again;|] } }", failure);
        Assert.Contains("'again' is gone to", failure);
    }

    [Fact]
    public async Task MarkWithoutADiagnostic_FailsAndShowsTheLine()
    {
        var failure = await FailureOf(() => Verify.Analyzer("class C { [|void M() { }|] }", Toy));
        Assert.Contains("Marked, but not reported", failure);
        Assert.Contains("TOY1 Test.cs(1): class C { [|void M() { }|] }", failure);
    }

    [Fact]
    public async Task MarkOfAnotherID_Fails()
    {
        var failure = await FailureOf(() => Verify.Analyzer("class C { void M() { again: {|TOY7:goto again;|} } }", Toy));
        Assert.Contains("TOY7", failure);
        Assert.Contains("Reported, but not marked", failure);
    }

    [Fact]
    public async Task MarkOneCharacterOff_Fails() =>
        await FailureOf(() => Verify.Analyzer("class C { void M() { again: [|goto again|]; } }", Toy));

    [Fact]
    public async Task SourceThatMarksNothing_FailsUnderAnalyzer() =>
        Assert.Contains("Verify.Silent", await FailureOf(() => Verify.Analyzer("class C { }", Toy)));

    [Fact]
    public async Task Mark_FailsUnderSilent() =>
        Assert.Contains("Verify.Silent", await FailureOf(() => Verify.Silent("class [|C|] { }", Toy)));

    [Fact]
    public async Task MarkThatIsNeverClosed_Fails() =>
        Assert.Contains("never closed", await FailureOf(() => Verify.Analyzer("class C { void M() { again: [|goto again; } }", Toy)));

    [Fact]
    public async Task SourceThatDoesNotCompile_FailsUnlessAllowed()
    {
        var failure = await FailureOf(() => Verify.Silent("class C { int M() => nothing; }", Toy));
        Assert.Contains("does not compile", failure);
        Assert.Contains("CS0103 Test.cs(1): class C { int M() => [|nothing|]; }", failure);
        await Verify.Silent("class C { int M() => nothing; }", Toy with { AllowErrors = true });
    }

    [Fact]
    public async Task AnalyzerThatThrows_Fails()
    {
        var failure = await FailureOf(() => Verify.Silent("class C { }", new() { Analyzers = [new ThrowingAnalyzer()] }));
        Assert.Contains("An analyzer threw", failure);
        Assert.Contains("a bug", failure);
    }

    [Fact]
    public async Task AnalyzerThatThrows_FailsInBrokenCodeToo() =>
        await FailureOf(() => Verify.Silent("class C { int }", new() { Analyzers = [new ThrowingAnalyzer()], AllowErrors = true }));

    [Fact]
    public async Task QuestionsAboutOneDiagnostic_AreAnswered()
    {
        var found = await Verify.Analyzer(OneGoto, Toy);
        found["jump"].Says("'again' is gone to").Mentions("gone").PointsAlsoAt("method").Carries("toy.target", "again").Has(Microsoft.CodeAnalysis.DiagnosticSeverity.Warning);
        Assert.Equal(found["jump"].Message, found.Only.Message);
    }

    [Fact]
    public async Task WrongAnswerAboutOneDiagnostic_Fails()
    {
        var jump = (await Verify.Analyzer(OneGoto, Toy))["jump"];
        Assert.Throws<VerificationFailure>(() => jump.Says("'again' is come from"));
        Assert.Throws<VerificationFailure>(() => jump.Mentions("gone", "forgotten"));
        Assert.Throws<VerificationFailure>(() => jump.PointsAlsoAt());
        Assert.Throws<VerificationFailure>(() => jump.PointsAlsoAt("jump"));
        Assert.Throws<VerificationFailure>(() => jump.Carries("toy.target", "elsewhere"));
        Assert.Throws<VerificationFailure>(() => jump.Carries("toy.missing"));
        Assert.Throws<VerificationFailure>(() => jump.Has(Microsoft.CodeAnalysis.DiagnosticSeverity.Error));
    }

    [Fact]
    public async Task SeveralDocuments_AreAllVerified()
    {
        var withOther = Toy with { Documents = [new("/Other.cs", "class D { void M() { again: [|goto again;|] } }")] };
        await Verify.Analyzer("class C { void M() { again: [|goto again;|] } }", withOther);
        Assert.Contains("Other.cs(1)", await FailureOf(() => Verify.Analyzer("class C { void M() { again: [|goto again;|] } }",
            Toy with { Documents = [new("/Other.cs", "class D { void M() { again: goto again; } }")] })));
    }

    [Fact]
    public async Task EditorconfigOption_ReachesTheAnalyzer()
    {
        await Verify.Analyzer("class C { int {|TOY2:foo|}; }", Toy with { EditorConfig = "toy.bad_name = foo" });
        await Verify.Silent("class C { int foo; }", Toy with { EditorConfig = "[Elsewhere.cs]\ntoy.bad_name = foo" });
        await Verify.Analyzer("class C { int {|TOY2:foo|}; }", Toy with { EditorConfig = "is_global = true\ntoy.bad_name = foo" });
    }

    [Fact]
    public async Task EditorconfigSeverity_IsApplied()
    {
        await Verify.Silent("class C { void M() { again: goto again; } }", Toy with { EditorConfig = "dotnet_diagnostic.TOY1.severity = none" });
        var found = await Verify.Analyzer("class C { void M() { again: [|goto again;|] } }", Toy with { EditorConfig = "dotnet_diagnostic.TOY1.severity = error" });
        found.Only.Has(Microsoft.CodeAnalysis.DiagnosticSeverity.Error);
    }

    [Fact]
    public async Task AdditionalFile_ReachesTheAnalyzer() =>
        await Verify.Analyzer("class C { int {|TOY2:foo|}; }", Toy with { AdditionalFiles = [new("/bad.txt", "foo")] });

    [Fact]
    public async Task SuppressedDiagnostic_IsNotReported() =>
        await Verify.Silent("#pragma warning disable TOY1\nclass C { void M() { again: goto again; } }", Toy);

    [Fact]
    public async Task TopLevelStatements_MakeAProgram() =>
        await Verify.Silent("using var map = MemoryMappedFile.CreateNew(null, 4096); Console.WriteLine(map);", Toy);

    [Theory]
    [InlineData("Net10"), InlineData("Net8"), InlineData("NetStandard20"), InlineData("NetFramework472")]
    public async Task EveryReferenceSet_CompilesAMapping(string name)
    {
        var references = new[] { ReferenceSet.Net10, ReferenceSet.Net8, ReferenceSet.NetStandard20, ReferenceSet.NetFramework472 }.Single(set => set.ToString() == name);
        await Verify.Silent("class C { void M(MemoryMappedViewAccessor view) { view.Write(0, 1); view.Flush(); } }", Toy with { References = references });
    }

    [Fact]
    public async Task ContractStubs_CanBeUsed() =>
        await Verify.Silent("class C { [DaxSafety.LeavesDirty] void M([DaxSafety.Mapped] Span<byte> span) { } }", Toy with { WithContractStubs = true });

    [Fact]
    public async Task TwentyRunsAtOnce_SayTheSame()
    {
        var runs = Enumerable.Range(0, 20).Select(_ => Task.Run(() => Verify.Analyzer(OneGoto, Toy)));
        var messages = (await Task.WhenAll(runs)).Select(found => found.Only.Message).Distinct();
        Assert.Equal("'again' is gone to", Assert.Single(messages));
    }

    private static async Task<string> FailureOf(Func<Task> verification) =>
        (await Assert.ThrowsAsync<VerificationFailure>(verification)).Message;
}
