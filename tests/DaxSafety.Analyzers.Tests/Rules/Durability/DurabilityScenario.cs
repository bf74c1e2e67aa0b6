using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>
/// The frame around the few lines that a durability test is about: a class with a method whose map is a parameter, so that
/// the view it makes is local, and with everything in scope that writes and flushes need.
/// </summary>
internal static class DurabilityScenario
{
    /// <summary>Looks at the Durability rules only: what other rules say about the same code is their tests' business.</summary>
    public static readonly VerifyOptions DurabilityRules = new()
    {
        OnlyIds = [.. Enumerable.Range(1, 11).Select(number => $"DAX10{number:00}")],
    };

    /// <summary>A local view called <c>view</c>, never disposed, and the lines after its creation.</summary>
    public static string WithView(string body, string members = "") => $$"""
        unsafe class Store
        {
            {{members}}
            void Save(MemoryMappedFile map, bool ok, bool other, int n, byte[] data)
            {
                var view = map.CreateViewAccessor();
                {{body}}
            }

            void Risky() { }
            bool Check() => Environment.TickCount > 5;
        }
        """;

    /// <summary>The same, with a pointer <c>p</c>, a span and a view stream over the mapping.</summary>
    public static string WithPointer(string body, string members = "") => $$"""
        unsafe class Store
        {
            struct Inner { public int Y; }
            struct Header { public int Magic; public Inner Inner; public fixed byte Name[16]; public int Count { get; set; } public void Reset() { Magic = 0; } }
            {{members}}
            void Save(MemoryMappedFile map, bool ok, int n, byte[] data, Stream source)
            {
                var view = map.CreateViewAccessor(0, 4096);
                byte* p = null;
                view.SafeMemoryMappedViewHandle.AcquirePointer(ref p);
                {{body}}
            }
        }
        """;
}
