using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1003: a flush that does not reach the medium on the system the code targets.</summary>
public sealed class FlushNotDurableTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1003"] };

    [Theory]
    [InlineData("windows"), InlineData("macos"), InlineData("any")]
    public async Task ViewFlushAlone_IsWeakThere(string os) =>
        (await Verify.Analyzer(WithFile("view.Write(0, 1); {|DAX1003#f:view.Flush()|};"), For(os)))["f"]
            .Carries(DiagnosticKeys.Weakness, "view-flush").Carries(DiagnosticKeys.TargetOs, os);

    [Theory]
    [InlineData("windows"), InlineData("macos"), InlineData("any")]
    public async Task ViewStreamFlushAlone_IsWeakThere(string os) =>
        await Verify.Analyzer(WithFile("var stream = map.CreateViewStream(); stream.WriteByte(1); {|DAX1003:stream.Flush()|};"), For(os));

    [Theory]
    [InlineData("linux"), InlineData("windows"), InlineData("macos"), InlineData("any")]
    public async Task ViewFlushThenFileFlush_IsDurableEverywhere(string os)
    {
        await Verify.Silent(WithFile("view.Write(0, 1); view.Flush(); file.Flush(true);"), For(os));
        await Verify.Silent(WithFile("view.Write(0, 1); view.Flush(); RandomAccess.FlushToDisk(file.SafeFileHandle);"), For(os));
        await Verify.Silent(WithFile("using (var v = map.CreateViewAccessor()) v.Write(0, 1); file.Flush(true);"), For(os));
    }

    [Theory]
    [InlineData("linux"), InlineData("windows"), InlineData("macos"), InlineData("any")]
    public async Task PersistOfTheRuntime_IsDurableEverywhere(string os) =>
        await Verify.Silent(WithFile("view.Write(0, 1); DaxSafety.ViewExtensions.Persist(view);"), For(os) with { WithRuntime = true });

    [Theory]
    [InlineData("windows", "view.Write(0, 1); {|DAX1003:file.Flush(true)|};")]
    [InlineData("any", "view.Write(0, 1); {|DAX1003:file.Flush(true)|};")]
    [InlineData("windows", "view.Write(0, 1); {|DAX1003:RandomAccess.FlushToDisk(file.SafeFileHandle)|};")]
    public async Task FileFlushWithoutTheViews_IsWeakThere(string os, string body) =>
        (await Verify.Analyzer(WithFile(body), For(os))).Only.Carries(DiagnosticKeys.Weakness, "view-not-flushed-first");

    [Theory]
    [InlineData("linux"), InlineData("macos")]
    public async Task FileFlushAlone_IsDurableThere(string os) => await Verify.Silent(WithFile("view.Write(0, 1); file.Flush(true);"), For(os));

    [Theory]
    [InlineData("windows"), InlineData("macos"), InlineData("any")]
    public async Task DisposalAlone_IsWeakThere(string os)
    {
        (await Verify.Analyzer(WithFile("view.Write(0, 1); {|DAX1003:view.Dispose()|};"), For(os))).Only.Carries(DiagnosticKeys.Weakness, "dispose");
        var byUsing = await AnalysisRun.Of(TestCompilation.From(WithFile("using var local = map.CreateViewAccessor();\nlocal.Write(0, 1);"), For(os)));
        Assert.Equal(("DAX1003", 7), (Assert.Single(byUsing).Id, byUsing[0].Location.GetLineSpan().StartLinePosition.Line));
    }

    [Theory]
    [InlineData("view.Write(0, 1); {|DAX1003:file.Flush(false)|};", "stream-flush")]
    [InlineData("view.Write(0, 1); {|DAX1003:file.Flush()|};", "stream-flush")]
    [InlineData("view.Write(0, 1); {|DAX1003:file.FlushAsync()|}.Wait();", "stream-flush")]
    public async Task FileFlushThatStopsInTheCache_IsWeak(string body, string weakness) =>
        (await Verify.Analyzer(WithFile(body), Rules)).Only.Carries(DiagnosticKeys.Weakness, weakness);

    [Theory]
    [InlineData("file.Write(new byte[1]); file.Flush();")]
    [InlineData("view.Write(0, 1); view.Flush(); file.Flush();")]
    [InlineData("view.Write(0, 1); file.Flush(); view.Flush();")]
    [InlineData("view.Write(0, 1); file.Flush(); file.Flush(true);")]
    [InlineData("file.Flush(); view.Write(0, 1); view.Flush();")]
    public async Task WeakFlushBesideADurableOneOrNothingWritten_IsSilent(string body) => await Verify.Silent(WithFile(body), Rules);

    [Theory]
    [InlineData("*p = 1; if (!{|DAX1003:Win.FlushViewOfFile(p, 0)|}) throw new IOException();")]
    [InlineData("*p = 1; if (!{|DAX1003:Win.FlushViewOfFile(p, 0)|}) throw new IOException(); if (ok) if (!Win.FlushFileBuffers(file)) throw new IOException();")]
    public async Task FlushViewOfFileWithoutFlushFileBuffers_IsWeakEverywhere(string body)
    {
        await Verify.Analyzer(WithSection(body), For("windows"));
        await Verify.Analyzer(WithSection(body), Rules);
    }

    [Fact]
    public async Task FlushViewOfFileThenFlushFileBuffers_IsDurable() =>
        await Verify.Silent(WithSection("*p = 1; if (!Win.FlushViewOfFile(p, 0) || !Win.FlushFileBuffers(file)) throw new IOException();"), For("windows"));

    private static VerifyOptions For(string os) => Rules with { EditorConfig = $"dax_safety.target_os = {os}" };

    private static string WithFile(string body) => $$"""
        class Store
        {
            void Save(FileStream file)
            {
                var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                var view = map.CreateViewAccessor();

        {{body}}
            }
        }
        """;

    private static string WithSection(string body) => $$"""
        static unsafe class Win
        {
            [DllImport("kernel32")] public static extern IntPtr CreateFileMappingW(IntPtr file, IntPtr security, uint protect, uint high, uint low, string name);
            [DllImport("kernel32")] public static extern byte* MapViewOfFile(IntPtr map, uint access, uint high, uint low, nuint bytes);
            [DllImport("kernel32", SetLastError = true)] public static extern bool FlushViewOfFile(void* start, nuint bytes);
            [DllImport("kernel32", SetLastError = true)] public static extern bool FlushFileBuffers(IntPtr file);
        }
        unsafe class Store
        {
            void Save(IntPtr file, bool ok)
            {
                var section = Win.CreateFileMappingW(file, 0, 4, 0, 4096, null);
                var p = Win.MapViewOfFile(section, 2, 0, 0, 0);
                {{body}}
            }
        }
        """;
}
