using DaxSafety.Tour;
using DaxSafety.Tour.Toolchain;
using Xunit;

namespace DaxSafety.Package.Tests;

/// <summary>
/// Both packages, packed once for all tests into a folder that is the consumers' only source. Consumers are restored once and built
/// many times; each is a project like a user's, outside of the repository, with a package folder of its own.
/// </summary>
public sealed class PackedFeed : IDisposable
{
    private readonly Dictionary<string, Consumer> _consumers = [];

    public PackedFeed()
    {
        Root = Directory.CreateTempSubdirectory("daxsafety-packages-").FullName;
        CommandResult result = LocalFeed.Pack(Workshop.Repository, Path.Combine(Root, "scratch"), Feed);
        // Every test repeats this message: the errors, each once, not the log.
        Assert.True(result.ExitCode == 0, string.Join('\n', BuildDiagnostic.Parse(result.Output).Where(found => found.Severity == "error").Distinct().Take(10)));
        LocalFeed.WriteConfiguration(Root, Feed);
    }

    public string Root { get; }

    public string Feed => Path.Combine(Root, "feed");

    public string PathOf(string package) => Path.Combine(Feed, $"{package}.0.1.0.nupkg");

    /// <summary>A library whose one method writes through a view that nothing flushes, with the analyzers as its only package.</summary>
    internal Consumer Unsafe => Get("Unsafe", Consumer.Reference("DaxSafety.Analyzers"), Consumer.UnflushedWrite);

    /// <summary>The same, with every write flushed.</summary>
    internal Consumer Safe => Get("Safe", Consumer.Reference("DaxSafety.Analyzers"), Consumer.FlushedWrite);

    /// <summary>A consumer by its name: restored when it is first asked for, the same one ever after.</summary>
    internal Consumer Get(string name, string body, params ReadOnlySpan<string> sources)
    {
        if (!_consumers.TryGetValue(name, out Consumer? consumer))
            _consumers[name] = consumer = Consumer.Create(Path.Combine(Root, name), Path.Combine(Root, "packages"), body, sources);
        return consumer;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}

[CollectionDefinition(Name)]
public sealed class PackedFeedCollection : ICollectionFixture<PackedFeed>
{
    public const string Name = "one packed feed";
}
