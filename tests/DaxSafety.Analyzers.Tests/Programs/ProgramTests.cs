using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Programs;

/// <summary>Each program of the folder gets what it announces (<see cref="TestProgram"/>). Whatever is not announced must not be reported, by any rule.</summary>
public sealed class ProgramTests
{
    private static readonly Dictionary<string, TestProgram> Programs = TestProgram.All.ToDictionary(program => program.Name);

    public static TheoryData<string> Names => new(Programs.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Program_GetsWhatItAnnounces(string name)
    {
        var reported = await AnalysisRun.Of(CompilationOf(name));
        Assert.Equal(
            Programs[name].Announced.Order(StringComparer.Ordinal),
            reported.Select(diagnostic => $"{diagnostic.Location.GetLineSpan().StartLinePosition.Line}: {diagnostic.Id}").Order(StringComparer.Ordinal));
    }

    internal static TestCompilation CompilationOf(string name) => TestCompilation.From(Programs[name].Source, Programs[name].Options);
}
