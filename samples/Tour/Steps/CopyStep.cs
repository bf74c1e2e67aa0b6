using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>Puts the unsafe program where a user's program would be: outside of this repository, with the feed as its only source.</summary>
internal sealed class CopyStep : Step
{
    private const int Fewest = 300;

    public override string Title => "Take a program that looks right";

    public override bool OthersNeedIt => true;

    public override Outcome Show(Screen screen, Workshop workshop)
    {
        Directory.CreateDirectory(workshop.Project);
        LocalFeed.WriteConfiguration(workshop.Root, workshop.Feed);
        screen.Line("   An order ledger: a journal, a stock table, an index and checkpoints, all of them memory-mapped files.");
        int total = 0, files = 0;
        foreach (string file in workshop.SourceFiles())
        {
            string name = Path.GetFileName(file);
            int lines = File.ReadAllLines(file).Length;
            File.Copy(file, Path.Combine(workshop.Project, name));
            if (Path.GetExtension(file) != ".cs")
                continue;
            total += lines;
            files++;
            using (screen.OffPicture())
                screen.Line($"   {lines,6} lines   ", name);
        }

        screen.Line($"   {total,6} lines   in {files} files");
        screen.Line("   It references the packages as any project does: ", Run.Strong("<PackageReference Include=\"DaxSafety.Runtime\" />"));
        return Outcome.Of(total >= Fewest, $"{total} lines of C# in {files} files");
    }
}
