namespace DaxSafety.Tests.Api;

/// <summary>Every public member, pinned: what users compile against changes only when somebody means it to.</summary>
public sealed class PublicApiTests
{
    [Fact]
    public void PublicApi_IsWhatWasApproved()
        => Snapshot.Verify(ApiListing.Of(typeof(PersistentMemory).Assembly));
}
