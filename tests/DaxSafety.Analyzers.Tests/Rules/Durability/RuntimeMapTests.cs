using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>The runtime's own map: writes owe a Persist, and disposal is none.</summary>
public sealed class RuntimeMapTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { WithRuntime = true, OnlyIds = ["DAX1001", "DAX1002", "DAX1005", "DAX1006"] };

    [Theory]
    [InlineData("[|map.Write(8, 1L)|];")]
    [InlineData("[|map.Write(8, data)|];")]
    [InlineData("if (ok) { [|map.Write(8, 1L)|]; return; } map.Write(0, 1); map.Persist();")]
    [InlineData("map.Persist(); [|map.Write(8, 1L)|];")]
    [InlineData("[|map.Write(8, 1L)|]; map.Dispose();")]
    [InlineData("map.Write(8, 1L); {|DAX1006:map.Persist(0, 8)|};")]
    [InlineData("[|*(long*)map.Address = 1|];")]
    public async Task WriteWithoutAPersist_IsReported(string body) => await Verify.Analyzer(WithMap(body), Rules);

    [Theory]
    [InlineData("map.Write(8, 1L); map.Persist();")]
    [InlineData("map.Write(8, 1L); map.Persist(8, 8);")]
    [InlineData("map.Write(8, data); map.PersistAsync().Wait();")]
    [InlineData("using (var write = map.BeginWrite(8, 16)) write.Span.Clear(); map.Persist();")]
    [InlineData("*(long*)map.Address = 1; PersistentMemory.Persist(map.Address, 8);")]
    [InlineData("*(long*)map.Address = 1; PersistentMemory.WriteBack(map.Address, 8); PersistentMemory.Fence();")]
    [InlineData("PersistentMemory.CopyAndPersist(data, map.Address);")]
    [InlineData("_ = map.Read<long>(8); map.Dispose();")]
    public async Task WriteWithAPersist_IsSilent(string body) => await Verify.Silent(WithMap(body), Rules);

    private static string WithMap(string body) => $$"""
        using DaxSafety;
        unsafe class Store
        {
            void Save(string path, byte[] data, bool ok)
            {
                var map = DurableMap.Open(path);
                {{body}}
            }
        }
        """;
}
