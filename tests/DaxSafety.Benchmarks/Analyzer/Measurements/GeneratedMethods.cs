using System.Text;

namespace DaxSafety.Benchmarks.Analyzer.Measurements;

/// <summary>Methods of any length that write a mapping, branch and flush, for how the time grows; and one that is only deep.</summary>
internal static class GeneratedMethods
{
    public static string OfStatements(int count)
    {
        StringBuilder text = new("""
            using System.IO.MemoryMappedFiles;
            static unsafe class Generated
            {
                static void Fill(string path, int a, int b)
                {
                    using var file = MemoryMappedFile.CreateFromFile(path);
                    using var view = file.CreateViewAccessor(0, 1 << 20);
                    byte* p = null;
                    view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                    var x = 0;

            """);
        for (int i = 0; i < count; i++)
            text.Append("        ").AppendLine(Statement(i));
        return text.AppendLine("        view.SafeMemoryMappedViewHandle.ReleasePointer();").AppendLine("    }").AppendLine("}").ToString();
    }

    private static string Statement(int i) => (i % 10) switch
    {
        0 => $"view.Write({i * 8}, a);",
        1 => $"x += a * {i};",
        2 => $"if (x > {i}) view.Write({i * 8}, b);",
        3 => $"*(int*)(p + {i}) = x;",
        4 => $"x = a > b ? x + {i} : b;",
        5 => $"if (a == {i}) {{ x -= b; }} else {{ x += b; }}",
        6 => $"p[{i}] = (byte)x;",
        7 => "b = x ^ a;",
        8 => $"for (var k = 0; k < {i % 7}; k++) x += k;",
        _ => "view.Flush();",
    };

    /// <summary>One sum of very many terms, which the compiler itself only survives because it walks it without recursion.</summary>
    public static string Chain(int terms) => $$"""
        using System.IO.MemoryMappedFiles;
        static class Generated
        {
            static void Fill(MemoryMappedFile file, int a)
            {
                using var view = file.CreateViewAccessor();
                view.Write(0, {{string.Join(" + ", Enumerable.Repeat("a", terms))}});
                view.Flush();
            }
        }
        """;
}
