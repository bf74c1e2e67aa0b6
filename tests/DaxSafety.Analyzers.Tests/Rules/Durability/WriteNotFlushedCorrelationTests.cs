using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>A condition that is tested again, with nothing it reads assigned in between, holds again.</summary>
public sealed class WriteNotFlushedCorrelationTests
{
    private const string Kinds = "enum Kind { Fast, Safe, Odd }";

    [Theory]
    [InlineData("var dirty = false; if (Check()) { view.Write(0, 1); dirty = true; } if (dirty) view.Flush();")]
    [InlineData("var dirty = false; for (var i = 0; i < n; i++) { view.Write(i, 1); dirty = true; } if (dirty) view.Flush();")]
    [InlineData("var clean = true; if (Check()) { view.Write(0, 1); clean = false; } if (!clean) view.Flush();")]
    [InlineData("if (ok) view.Write(0, 1); if (ok) view.Flush();")]
    [InlineData("if (ok) view.Write(0, 1); Risky(); if (!ok) return; view.Flush();")]
    [InlineData("if (ok) view.Write(0, 1); if (ok || other) view.Flush();")]
    [InlineData("if (!ok) return; view.Write(0, 1); if (ok) view.Flush();")]
    [InlineData("if (data != null) view.Write(0, data.Length); if (data != null) view.Flush();")]
    [InlineData("if (data is null) return; view.Write(0, data.Length); if (data is not null) view.Flush();")]
    [InlineData("if (n > 0) view.Write(0, n); if (n > 0) view.Flush();")]
    [InlineData("if (n == 3) view.Write(0, n); if (n == 3) view.Flush();")]
    [InlineData("if (n != 3) view.Write(0, n); if (n == 3) return; view.Flush();")]
    [InlineData("var pending = 0; if (Check()) { view.Write(0, 1); pending++; } if (pending > 0) view.Flush();")]
    [InlineData("var kind = (Kind)n; if (kind == Kind.Safe) view.Write(0, 1); if (kind == Kind.Safe) view.Flush();")]
    [InlineData("var kind = (Kind)n; switch (kind) { case Kind.Safe: view.Write(0, 1); break; } if (kind == Kind.Safe) view.Flush();")]
    [InlineData("object o = data; if (o is byte[] a) view.Write(0, a.Length); if (o is byte[]) view.Flush();")]
    [InlineData("MemoryMappedViewAccessor v = ok ? view : null; if (v != null) v.Write(0, 1); if (v != null) v.Flush();")]
    [InlineData("if (ok && other) view.Write(0, 1); if (ok) view.Flush();")]
    [InlineData("var pending = 0; while (Check()) { view.Write(0, 1); pending++; } if (pending != 0) view.Flush();")]
    public async Task SameConditionAgain_IsSilent(string body) => await Verify.Silent(WithView(body, Kinds), DurabilityRules);

    [Theory]
    [InlineData("var dirty = false; if (Check()) { [|view.Write(0, 1)|]; } if (dirty) view.Flush();")]
    [InlineData("if (ok) [|view.Write(0, 1)|]; ok = Check(); if (ok) view.Flush();")]
    [InlineData("if (ok) [|view.Write(0, 1)|]; if (other) view.Flush();")]
    [InlineData("if (ok) [|view.Write(0, 1)|]; if (!ok) view.Flush();")]
    [InlineData("if (ok || other) [|view.Write(0, 1)|]; if (ok) view.Flush();")]
    [InlineData("if (n > 0) [|view.Write(0, n)|]; n--; if (n > 0) view.Flush();")]
    [InlineData("if (n == 3) [|view.Write(0, n)|]; if (n == 4) view.Flush();")]
    [InlineData("var kind = (Kind)n; if (kind == Kind.Safe) [|view.Write(0, 1)|]; if (kind == Kind.Fast) view.Flush();")]
    [InlineData("if (Check()) [|view.Write(0, 1)|]; if (Check()) view.Flush();")]
    public async Task OtherConditionOrChangedOne_IsReported(string body) => await Verify.Analyzer(WithView(body, Kinds), DurabilityRules);
}
