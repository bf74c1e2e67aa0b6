using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Members of a referenced library that run an override of the program's own with other parameters.</summary>
public sealed class LibraryOverrideTests
{
    private static readonly MetadataReference Library = CSharpCompilation.Create(
        "Library",
        [CSharpSyntaxTree.ParseText("""
            using System.Collections.Generic;
            public abstract class Shelf
            {
                public void Save(string name, ICollection<long> all) => Save();
                protected abstract void Save();
            }
            """)],
        ReferenceSet.Net10.References,
        new(OutputKind.DynamicallyLinkedLibrary)).ToMetadataReference();

    [Fact]
    public Task CollectionThatTheOverrideIsNotGiven() => Verify.Analyzer(Scenario("{|DAX1002:_view.Write(0, 1)|};"), new VerifyOptions { MoreReferences = [Library] });

    [Fact]
    public Task CollectionThatTheOverrideIsNotGiven_Flushed() => Verify.Silent(Scenario("_view.Write(0, 1); _view.Flush();"), new VerifyOptions { MoreReferences = [Library] });

    private static string Scenario(string save) => $$"""
        public sealed class Mapped : Shelf
        {
            private readonly MemoryMappedViewAccessor _view = MemoryMappedFile.CreateFromFile("a").CreateViewAccessor();
            protected override void Save() { {{save}} }
        }
        static class Uses
        {
            static void Run(Mapped shelf, List<long> all) => shelf.Save("a", all);
        }
        """;
}
