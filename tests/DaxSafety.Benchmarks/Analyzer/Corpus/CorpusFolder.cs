namespace DaxSafety.Benchmarks.Analyzer.Corpus;

/// <summary>Finds the projects of a folder of C# sources; what belongs to none of them is one more project.</summary>
internal static class CorpusFolder
{
    private static readonly HashSet<string> s_skipped = new(StringComparer.OrdinalIgnoreCase) { "obj", "bin", ".git", "artifacts", "node_modules" };

    public static IReadOnlyList<SourceProject> Read(string root)
    {
        root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        SortedDictionary<string, List<string>> files = new(StringComparer.Ordinal);
        Visit(root, null);
        return [.. files.Select(project => project.Key.Length > 0
            ? SourceProject.Read(root, project.Key, project.Value)
            : new SourceProject("(no project)", null, project.Value))];

        void Visit(string folder, string? owner)
        {
            owner = Directory.EnumerateFiles(folder, "*.csproj").Order(StringComparer.Ordinal).FirstOrDefault() ?? owner;
            foreach (string file in Directory.EnumerateFiles(folder, "*.cs").Order(StringComparer.Ordinal))
            {
                if (!files.TryGetValue(owner ?? "", out List<string>? list))
                    files.Add(owner ?? "", list = []);
                list.Add(file);
            }

            foreach (string child in Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal))
            {
                if (!s_skipped.Contains(Path.GetFileName(child)))
                    Visit(child, owner);
            }
        }
    }
}
