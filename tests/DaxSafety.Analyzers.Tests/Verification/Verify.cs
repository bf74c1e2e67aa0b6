namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>
/// The one call of a test. <c>await Verify.Analyzer("""…[|view.Write(0, 1)|]…""")</c> says which diagnostics a source gets,
/// <c>Verify.Silent</c> that it gets none; fixes are in the other half of this class.
/// </summary>
internal static partial class Verify
{
    /// <summary>The source gets exactly the diagnostics that are marked, and there is at least one.</summary>
    public static async Task<Findings> Analyzer(string source, VerifyOptions? options = null)
    {
        var test = TestCompilation.From(source, options ?? VerifyOptions.Default);
        if (test.Marks.All(mark => mark.Id is null))
            throw new VerificationFailure("The source marks no diagnostic. If there is to be none, say Verify.Silent.");
        return await Run(test);
    }

    /// <summary>The source gets no diagnostic.</summary>
    public static async Task Silent(string source, VerifyOptions? options = null)
    {
        var test = TestCompilation.From(source, options ?? VerifyOptions.Default);
        if (test.Marks.Any(mark => mark.Id is not null))
            throw new VerificationFailure("The source marks a diagnostic, but the test says Verify.Silent.");
        await Run(test);
    }

    private static async Task<Findings> Run(TestCompilation test)
    {
        var reported = await AnalysisRun.Of(test);
        Expectations.Require(test, reported, "The source");
        return new(reported, [.. test.Marks]);
    }
}
