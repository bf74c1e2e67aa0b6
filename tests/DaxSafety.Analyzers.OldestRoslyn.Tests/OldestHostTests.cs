using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;
using Xunit;

namespace DaxSafety.Analyzers.Tests;

/// <summary>The analyzer on the oldest compiler that may load it: it must load, run over every way to reach a mapping, and not throw.</summary>
public sealed class OldestHostTests
{
    [Fact]
    public void Compiler_IsTheFloor() =>
        Assert.Equal(new Version(4, 8, 0, 0), typeof(Compilation).Assembly.GetName().Version);

    [Fact]
    public void Analyzer_ReferencesNothingNewerThanTheFloor()
    {
        var roslyn = typeof(Hosts.DurabilityAnalyzer).Assembly.GetReferencedAssemblies().Where(name => name.Name!.StartsWith("Microsoft.CodeAnalysis", StringComparison.Ordinal)).ToArray();
        Assert.NotEmpty(roslyn);
        Assert.All(roslyn, name => Assert.True(name.Version <= new Version(4, 8, 0, 0), name.FullName));
    }

    [Theory]
    [InlineData("view.Write(0, 1); view.Flush();")]
    [InlineData("var stream = map.CreateViewStream(); stream.WriteByte(1); stream.Flush();")]
    [InlineData("byte* p = null; view.SafeMemoryMappedViewHandle.AcquirePointer(ref p); *p = 1; p[1]++; new Span<byte>(p, 4).Clear(); view.Flush();")]
    [InlineData("byte[] bytes = [1, 2, 3]; view.WriteArray(0, bytes, 0, 3); view.Flush();")]
    public async Task FlushedWrite_IsSilent(string body) =>
        await Verify.Silent($$"""
            unsafe class Store
            {
                void Save(MemoryMappedFile map, MemoryMappedViewAccessor view) { {{body}} }
            }
            """);
}
