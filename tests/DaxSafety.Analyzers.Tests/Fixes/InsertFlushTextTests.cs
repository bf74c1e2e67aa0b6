using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1001's fix leaves a file as its author formatted it, and Fix All makes of many findings one edit.</summary>
public sealed class InsertFlushTextTests
{
    [Theory]
    [InlineData("\r\n", "\t")]
    [InlineData("\r\n", "  ")]
    [InlineData("\n", "\t")]
    public async Task LineBreaksAndTabs_AreKept(string lineBreak, string step)
    {
        var before = Written("""
            using System.IO.MemoryMappedFiles;

            static class Program
            {
            >static void Run(MemoryMappedFile map, int n)
            >{
            >>var view = map.CreateViewAccessor();
            >>System.Action<int> put = value =>
            >>{
            >>>view.Write(0, value);
            >>};
            >>put(1);
            >>if (n == 3)
            >>>return;
            >>view.Flush();
            >}
            }
            """);
        var after = before.Replace($"value);{lineBreak}", $"value);{lineBreak}{step}{step}{step}view.Flush();{lineBreak}", StringComparison.Ordinal);

        using var workspace = new TestWorkspace(TestCompilation.From("", VerifyOptions.Default with { MainPath = "/Empty.cs" }));
        var document = workspace.Project.AddDocument("Test.cs", Microsoft.CodeAnalysis.Text.SourceText.From(before), filePath: "/Test.cs");
        workspace.Apply(document.Project.Solution);
        await new FixRun(workspace, FixOptions.Default).All(Microsoft.CodeAnalysis.CodeFixes.FixAllScope.Project);
        Assert.Equal(after, (await workspace.DocumentAt("/Test.cs").GetTextAsync()).ToString());

        string Written(string text) => text.ReplaceLineEndings("\n").Replace(">>", step + step, StringComparison.Ordinal)
            .Replace("\n>", "\n" + step, StringComparison.Ordinal).Replace(step + ">", step + step, StringComparison.Ordinal).ReplaceLineEndings(lineBreak);
    }

    [Fact]
    public Task SuppressedFindingsAndGeneratedCode_AreLeftAlone() => Verify.Fix(FixSource.InType(Suppressed("{|DAX1001:view.Write(0, 4)|};")), FixSource.InType(Suppressed("view.Write(0, 4);\n    view.Flush();")), new()
    {
        Verify = new()
        {
            Documents = [
                new("/Made.g.cs", FixSource.InMethod("view.Write(0, 1);").Replace("Program", "Made", StringComparison.Ordinal)),
                new("/Quiet.cs", FixSource.InMethod("view.Write(0, 1);").Replace("Program", "Quiet", StringComparison.Ordinal))],
            EditorConfig = "[Quiet.cs]\ndotnet_diagnostic.DAX1001.severity = none",
        },
    });

    private static string Suppressed(string last) => $$"""
        static void ByPragma(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
        #pragma warning disable DAX1001
            view.Write(0, 1);
        #pragma warning restore DAX1001
        }

        [System.Diagnostics.CodeAnalysis.SuppressMessage("Durability", "DAX1001")]
        static void ByAttribute(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            view.Write(0, 2);
        }

        static void NotAtAll(MemoryMappedFile map)
        {
            var view = map.CreateViewAccessor();
            {{last}}
        }
        """;

    [Fact]
    public Task CommentsRegionsAndDirectives_AreKept() => FixSource.Fixes("""
        #region header
            // the length
            {|DAX1001:view.Write(0, n)|}; // in bytes
            // and now the body
        #endregion
        #if !DEBUG
        if (ok)
            return;
        #endif
        view.Flush();
        """, """
        #region header
            // the length
            view.Write(0, n); // in bytes
            view.Flush();
            // and now the body
        #endregion
        #if !DEBUG
        if (ok)
            return;
        #endif
        view.Flush();
        """);

    [Fact]
    public Task EmbeddedStatementBetweenDirectives_GetsNoBraces() => FixSource.Fixes("""
        if (ok)
        #if DEBUG
            Console.WriteLine();
        #else
            {|DAX1001:view.Write(0, n)|};
        #endif
        """, """
        if (ok)
        #if DEBUG
            Console.WriteLine();
        #else
            view.Write(0, n);
        view.Flush();
        #endif
        """);

    [Fact]
    public Task SeveralMappings_GetAFlushEach() => FixSource.Fixes("""
        var other = map.CreateViewAccessor(4096, 4096);
        if (ok) { {|DAX1001:view.Write(0, 1)|}; {|DAX1001:other.Write(0, 2)|}; }
        else
            Console.WriteLine();
        """, """
        var other = map.CreateViewAccessor(4096, 4096);
        if (ok) { view.Write(0, 1); view.Flush(); other.Write(0, 2); other.Flush(); }
        else
            Console.WriteLine();
        """);

    [Fact]
    public Task TwoMappingsInOneStatement_GetTwoFlushes()
    {
        return Verify.Fix(Source("""
            {|DAX1001:{|DAX1001:Both(first, second)|}|};
        """), Source("""
        {
            Both(first, second);
            second.Flush();
            first.Flush();
        }
        """), new()
        {
            AfterFixAll = Source("""
            {
                Both(first, second);
                first.Flush();
                second.Flush();
            }
            """),
        });

        static string Source(string branch) => FixSource.InType($$"""
            static void Both(MemoryMappedViewAccessor a, MemoryMappedViewAccessor b)
            {
                a.Write(0, 1);
                b.Write(0, 1);
            }

            static void Run(MemoryMappedFile one, MemoryMappedFile two, bool ok)
            {
                var first = one.CreateViewAccessor();
                var second = two.CreateViewAccessor();
                if (ok)
            {{string.Join("\n", branch.ReplaceLineEndings("\n").Split('\n').Select(line => "    " + line))}}
            }
            """);
    }

    [Fact]
    public Task SeveralMethodsAndDocuments_AreFixedAtOnce()
    {
        const string before = """
            using System.IO.MemoryMappedFiles;
            class Other
            {
                void One(MemoryMappedFile map) { var view = map.CreateViewAccessor(); {|DAX1001:view.Write(0, 1)|}; }
                void Two(MemoryMappedFile map) { var view = map.CreateViewAccessor(); {|DAX1001:view.Write(0, 1)|}; }
            }
            """;
        const string after = """
            using System.IO.MemoryMappedFiles;
            class Other
            {
                void One(MemoryMappedFile map) { var view = map.CreateViewAccessor(); view.Write(0, 1); view.Flush(); }
                void Two(MemoryMappedFile map) { var view = map.CreateViewAccessor(); view.Write(0, 1); view.Flush(); }
            }
            """;
        return FixSource.Fixes("{|DAX1001:view.Write(0, 1)|};", "view.Write(0, 1);\nview.Flush();", new()
        {
            Verify = new() { Documents = [new("/Other.cs", before)] },
            DocumentsAfter = [new("/Other.cs", after)],
        });
    }

    [Fact]
    public Task HalfTypedCode_NeverThrows() => Verify.NoFix("""
        using System.IO.MemoryMappedFiles;
        class C
        {
            void M(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                if (true)
                    {|DAX1001:view.Write(0, 1)|}
        """, new() { Verify = new() { AllowErrors = true } });

    [Fact]
    public Task UsingDirective_IsSortedAmongTheOthers() => Verify.Fix("""
        // A header.
        using System.IO.MemoryMappedFiles;
        using Zebra;

        namespace Zebra { class Z { } }

        class C
        {
            void M(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                {|DAX1001:view.Write(0, 1)|};
            }
        }
        """, """
        // A header.
        using System.IO.MemoryMappedFiles;
        using DaxSafety;
        using Zebra;

        namespace Zebra { class Z { } }

        class C
        {
            void M(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                view.Write(0, 1);
                view.Persist(0, sizeof(int));
            }
        }
        """, FixSource.Persist);

    [Fact]
    public Task FileWithoutUsings_GetsOneBelowItsHeader() => Verify.Fix("""
        // A header.

        /// <summary>C.</summary>
        class C
        {
            void M(System.IO.MemoryMappedFiles.MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                {|DAX1001:view.Write(0, 1)|};
            }
        }
        """, """
        // A header.

        using DaxSafety;

        /// <summary>C.</summary>
        class C
        {
            void M(System.IO.MemoryMappedFiles.MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                view.Write(0, 1);
                view.Persist(0, sizeof(int));
            }
        }
        """, FixSource.Persist);

    [Fact]
    public Task GlobalUsing_IsEnough() => Verify.Fix(FixSource.InMethod("{|DAX1001:view.Write(0, 1)|};"), FixSource.InMethod("view.Write(0, 1);\nview.Persist(0, sizeof(int));"),
        FixSource.Persist with { Verify = new() { WithRuntime = true, Documents = [new("/Usings.cs", "global using DaxSafety;")] } });
}
