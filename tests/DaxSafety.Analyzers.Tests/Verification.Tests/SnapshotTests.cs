namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>Snapshots are compared, and a difference leaves the received text beside the verified one.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task SameText_Matches() => await Snapshot.Match("one\ntwo\n");

    [Fact]
    public async Task OtherText_FailsWithADiffAndLeavesWhatCame()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Path("Some.Test.verified.txt"), "one\ntwo\n");
        var failure = await Assert.ThrowsAsync<VerificationFailure>(() => Snapshot.Match("one\nthree\n", folder.Path("Some.cs"), "Test"));
        Assert.Contains("- two", failure.Message);
        Assert.Contains("+ three", failure.Message);
        Assert.Equal("one\nthree\n", await File.ReadAllTextAsync(folder.Path("Some.Test.received.txt")));
    }

    [Fact]
    public async Task FirstText_FailsAndLeavesWhatCame()
    {
        using var folder = new TemporaryFolder();
        await Assert.ThrowsAsync<VerificationFailure>(() => Snapshot.Match("one\n", folder.Path("Some.cs"), "Test"));
        Assert.Equal("one\n", await File.ReadAllTextAsync(folder.Path("Some.Test.received.txt")));
    }

    private sealed class TemporaryFolder : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("daxsafety-snapshot-");

        public string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

        public void Dispose() => _folder.Delete(recursive: true);
    }
}
