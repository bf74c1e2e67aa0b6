using DaxSafety.Tour.Evidence;
using DaxSafety.Tour.Steps;
using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Tour.Tests;

/// <summary>Each step of the tour can fail: the verdicts over what a broken product would show.</summary>
public sealed class StepVerdictTests
{
    private static readonly string[] UnsafeFiles = ["Checkpoint.cs", "Journal.cs", "Journal.cs", "LedgerFile.cs", "OrderIndex.cs", "StockTable.cs"];

    private static readonly string[] Said = ["new ledger", "240 orders accepted"];

    [Fact]
    public void Build_EveryMistakeReportedOnce_Holds() =>
        Assert.Equal(Verdict.Holds, BuildStep.Judge(UnsafeFiles.Select(file => Finding(file)).ToList()).Verdict);

    [Fact]
    public void Build_NothingReported_IsBroken() => Assert.Equal(Verdict.Broken, BuildStep.Judge([]).Verdict);

    [Fact]
    public void Build_OneMistakeMissed_IsBrokenAndNamesItsFile()
    {
        Outcome outcome = BuildStep.Judge(UnsafeFiles.Where(file => file != "OrderIndex.cs").Select(file => Finding(file)).ToList());

        Assert.Equal(Verdict.Broken, outcome.Verdict);
        Assert.Contains("OrderIndex.cs", outcome.Evidence);
        Assert.DoesNotContain("Journal.cs", outcome.Evidence);
    }

    [Theory]
    [InlineData("Ledger.cs")]
    [InlineData("OrderIndex.cs")]
    public void Build_FalseAlarm_IsBrokenAndNamesItsFile(string file)
    {
        Outcome outcome = BuildStep.Judge([.. UnsafeFiles.Select(unsafeFile => Finding(unsafeFile)), Finding(file)]);

        Assert.Equal(Verdict.Broken, outcome.Verdict);
        Assert.Contains(file, outcome.Evidence);
    }

    [Fact]
    public void Build_AnalyzerCrashed_IsBroken() =>
        Assert.Equal(Verdict.Broken, BuildStep.Judge([.. UnsafeFiles.Select(file => Finding(file)), Finding("Ledger.cs", "AD0001")]).Verdict);

    [Fact]
    public void EnforceUnsafe_FailedByDurabilityErrorsAlone_Holds() =>
        Assert.Equal(Verdict.Holds, new EnforceUnsafeStep().Judge(1, [Finding("Journal.cs", severity: "error")]).Verdict);

    [Fact]
    public void EnforceUnsafe_BuiltAfterAll_IsBroken() => Assert.Equal(Verdict.Broken, new EnforceUnsafeStep().Judge(0, []).Verdict);

    [Fact]
    public void EnforceUnsafe_FailedByAnotherError_IsBroken() =>
        Assert.Equal(Verdict.Broken, new EnforceUnsafeStep().Judge(1, [Finding("Journal.cs", severity: "error"), Finding("Journal.cs", "CS1002", "error")]).Verdict);

    [Fact]
    public void EnforceFixed_Clean_Holds() => Assert.Equal(Verdict.Holds, new EnforceFixedStep().Judge(0, []).Verdict);

    [Fact]
    public void EnforceFixed_OneWarningLeft_IsBroken() => Assert.Equal(Verdict.Broken, new EnforceFixedStep().Judge(0, [Finding("Journal.cs")]).Verdict);

    [Fact]
    public void EnforceFixed_Failed_IsBroken() => Assert.Equal(Verdict.Broken, new EnforceFixedStep().Judge(1, []).Verdict);

    [Theory]
    [InlineData(0, 6, 0, "Holds")]
    [InlineData(0, 0, 0, "Broken")]
    [InlineData(0, 6, 1, "Broken")]
    [InlineData(2, 6, 0, "Broken")]
    public void Fix_HoldsOnlyWhenLinesWereAddedAndNoneTaken(int exitCode, int added, int removed, string verdict) =>
        Assert.Equal(verdict, FixStep.Judge(exitCode, added, removed).Verdict.ToString());

    [Fact]
    public void RunUnsafe_NoPageDirty_IsBroken() => Assert.Equal(Verdict.Broken, RunUnsafeStep.Judge(Pages(("a", 0), ("b", 0))).Verdict);

    [Fact]
    public void RunUnsafe_PagesDirty_Holds() => Assert.Equal(Verdict.Holds, RunUnsafeStep.Judge(Pages(("a", 0), ("b", 2))).Verdict);

    [Fact]
    public void RunFixed_NoPageDirty_Holds() => Assert.Equal(Verdict.Holds, RunFixedStep.Judge(Seen(("a", 0), ("b", 0)), Said).Verdict);

    [Fact]
    public void RunFixed_OnePageDirty_IsBrokenAndNamesItsFile()
    {
        Outcome outcome = RunFixedStep.Judge(Seen(("orders.journal", 1), ("stock.table", 0)), Said);

        Assert.Equal(Verdict.Broken, outcome.Verdict);
        Assert.Contains("orders.journal", outcome.Evidence);
    }

    [Fact]
    public void RunFixed_NoFileToLookAt_IsBroken() => Assert.Equal(Verdict.Broken, RunFixedStep.Judge(Seen(), Said).Verdict);

    [Fact]
    public void RunFixed_ProgramSaysSomethingElse_IsBroken() =>
        Assert.Equal(Verdict.Broken, RunFixedStep.Judge(Seen(("a", 0)), ["new ledger", "241 orders accepted"]).Verdict);

    private static BuildDiagnostic Finding(string file, string id = "DAX1001", string severity = "warning") => new(file, 1, 1, severity, id, "");

    private static Sighting Seen(params (string File, long Dirty)[] files) => new(0, Said, Pages(files));

    private static Dictionary<string, long> Pages(params (string File, long Dirty)[] files) => files.ToDictionary(file => file.File, file => file.Dirty);
}
