using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>Wraps the few lines that a test of a fix is about into a program that maps a file, written as people write it.</summary>
internal static class FixSource
{
    public static readonly FixOptions Persist = new() { EquivalenceKey = "DaxSafety.Persist", Verify = new() { WithRuntime = true } };

    public static readonly FixOptions PersistFirst = new() { Verify = new() { WithRuntime = true } };

    /// <summary>With a probe in the rule's place.</summary>
    public static readonly FixOptions Probed = new() { Verify = new() { Analyzers = [new UnflushedWriteProbe()] } };

    /// <summary>The body of a method that has a view and a few parameters.</summary>
    public static string InMethod(string body, string usings = "") => InType($$"""
        static void Run(string path, bool ok, int n, int[] items)
        {
            using var map = MemoryMappedFile.CreateFromFile(path);
            var view = map.CreateViewAccessor();
        {{Indent(body, 4)}}
        }
        """, usings);

    /// <summary>Members of a type.</summary>
    public static string InType(string members, string usings = "") => $$"""
        using System;
        using System.IO;
        using System.IO.MemoryMappedFiles;
        using System.Threading.Tasks;
        {{usings}}
        static unsafe class Program
        {
        {{Indent(members, 4)}}
        }
        """;

    /// <summary>Members of a type in which <c>await</c> is allowed.</summary>
    public static string InSafeType(string members, string usings = "") => InType(members, usings).Replace("static unsafe class", "static class", StringComparison.Ordinal);

    /// <summary>The flush of a view that the method makes, one way or the other.</summary>
    public static Task Fixes(string before, string after, FixOptions? options = null) => Verify.Fix(InMethod(before), InMethod(after), options);

    /// <summary>A helper that writes through a view and returns something.</summary>
    public const string Put = """
        static bool Put(MemoryMappedViewAccessor view, int value)
        {
            view.Write(0, value);
            return value > 0;
        }


        """;

    /// <summary>As <see cref="InType"/>, beside <see cref="Put"/>.</summary>
    public static Task FixesBesidePut(string before, string after, FixOptions? options = null) => Verify.Fix(InType(Put + before), InType(Put + after), options);

    private static string Indent(string text, int by) =>
        string.Join("\n", text.ReplaceLineEndings("\n").Split('\n').Select(line => line.Length == 0 ? line : new string(' ', by) + line));
}
