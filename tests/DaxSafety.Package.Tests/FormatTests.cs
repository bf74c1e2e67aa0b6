using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>The fixes as <c>dotnet format</c> applies them from the package: in bulk, and as a gate.</summary>
[Collection(PackedFeedCollection.Name)]
public sealed class FormatTests(PackedFeed feed)
{
    [Fact]
    public void Format_FixesEveryFileAndThenHasNothingLeftToDo()
    {
        Consumer consumer = feed.Get(
            "Formatted", Consumer.Reference("DaxSafety.Analyzers"), Consumer.UnflushedWrite, Consumer.UnflushedWrite.Replace("Store", "Other"));

        Assert.Equal(2, Format(consumer, "--verify-no-changes").ExitCode);

        CommandResult fixedAll = Format(consumer);
        Assert.True(fixedAll.ExitCode == 0, fixedAll.Text);
        Assert.DoesNotContain("Failed to apply", fixedAll.Text);
        Assert.Equal(Consumer.FlushedWrite, File.ReadAllText(Path.Combine(consumer.Folder, "Source0.cs")).TrimEnd());
        Assert.Equal(Consumer.FlushedWrite.Replace("Store", "Other"), File.ReadAllText(Path.Combine(consumer.Folder, "Source1.cs")).TrimEnd());

        Assert.Equal(0, Format(consumer, "--verify-no-changes").ExitCode);
        Assert.Equal(0, consumer.Rebuild("-p:DaxSafetyMode=Enforce").ExitCode);
    }

    private static CommandResult Format(Consumer consumer, params ReadOnlySpan<string> arguments) =>
        consumer.Dotnet(["format", "analyzers", "--no-restore", "--diagnostics", "DAX1001", .. arguments]);
}
