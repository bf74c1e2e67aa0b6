using Xunit;

namespace DaxSafety.Tour.Tests;

public sealed class TourOptionsTests
{
    [Fact]
    public void NoArguments_AskForThePlainTour()
    {
        Assert.True(TourOptions.TryParse([], out TourOptions options, out _));
        Assert.Equal(new TourOptions(), options);
    }

    [Fact]
    public void Options_AreRead()
    {
        Assert.True(TourOptions.TryParse(["--svg", "/tmp/a.svg", "--keep", "--leave-out-fix"], out TourOptions options, out _));
        Assert.Equal(new TourOptions("/tmp/a.svg", KeepFolder: true, LeaveOutFix: true), options);
    }

    [Theory]
    [InlineData("--svg")]
    [InlineData("--fast")]
    public void UnknownOrIncompleteOption_IsRefusedByName(string argument)
    {
        Assert.False(TourOptions.TryParse([argument], out _, out string complaint));
        Assert.Contains($"'{argument}'", complaint);
    }
}
