namespace DaxSafety.Tests.Tracking;

/// <summary>The sample runs, and the guide shows what it really prints and draws.</summary>
public sealed class DirtyPictureSampleTests
{
    [Fact]
    public void Guide_ShowsWhatTheSamplePrintsAndDraws()
    {
        string svg = Path.Combine(AppContext.BaseDirectory, "dirty-picture.svg");
        using var output = new StringWriter { NewLine = "\n" };
        DirtyPicture.Program.Run(output, svg);
        Assert.Contains(output.ToString().TrimEnd(), Read("docs/tracker.md"));
        Assert.Equal(Read("docs/tracker-map.svg"), File.ReadAllText(svg));
        File.Delete(svg);
    }

    private static string Read(string path)
    {
        string? folder = AppContext.BaseDirectory;
        while (folder != null && !File.Exists(Path.Combine(folder, "global.json")))
            folder = Path.GetDirectoryName(folder);
        return File.ReadAllText(Path.Combine(folder!, path)).ReplaceLineEndings("\n");
    }
}
