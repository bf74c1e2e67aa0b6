using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1001 follows every path from a write to a normal exit, and only those.</summary>
public sealed class WriteNotFlushedOnPathsTests
{
    [Theory]
    [InlineData("[|view.Write(0, 1)|];")]
    [InlineData("[|view.Write(0, 1)|]; if (Check()) view.Flush();")]
    [InlineData("view.Flush(); [|view.Write(0, 1)|];")]
    [InlineData("view.Write(0, 1); view.Flush(); [|view.Write(4, 2)|];")]
    [InlineData("[|view.Write(0, 1)|]; if (Check()) return; view.Flush();")]
    [InlineData("if (Check()) { [|view.Write(0, 1)|]; } else { view.Write(0, 2); view.Flush(); }")]
    [InlineData("switch (n) { case 1: view.Write(0, 1); view.Flush(); break; case 2: [|view.Write(0, 2)|]; break; }")]
    [InlineData("for (var i = 0; i < n; i++) [|view.Write(i, 1)|];")]
    [InlineData("view.Flush(); while (Check()) { [|view.Write(0, 1)|]; }")]
    [InlineData("while (Check()) { [|view.Write(0, 1)|]; if (n == 3) break; view.Flush(); }")]
    [InlineData("while (Check()) { [|view.Write(0, 1)|]; if (n == 3) continue; view.Flush(); }")]
    [InlineData("do { [|view.Write(0, 1)|]; } while (Check());")]
    [InlineData("foreach (var b in data) [|view.Write(0, b)|];")]
    [InlineData("again: [|view.Write(0, 1)|]; if (Check()) goto done; view.Flush(); if (n > 3) goto again; done: ;")]
    [InlineData("lock (map) { [|view.Write(0, 1)|]; }")]
    [InlineData("try { [|view.Write(0, 1)|]; } finally { Risky(); }")]
    [InlineData("try { [|view.Write(0, 1)|]; return; } finally { if (n > 1) view.Flush(); }")]
    [InlineData("if (Check() && n > 1) { } else { [|view.Write(0, 1)|]; }")]
    [InlineData("[|view.Write(0, 1)|]; _ = n switch { 1 => Touch(view), _ => 0 };", "static int Touch(MemoryMappedViewAccessor view) { view.Flush(); return 1; }")]
    public async Task PathWithoutAFlush_IsReported(string body, string members = "") =>
        await Verify.Analyzer(WithView(body, members), DurabilityRules);

    [Theory]
    [InlineData("view.Write(0, 1); view.Flush();")]
    [InlineData("view.Write(0, 1); view.Write(4, 2); view.Flush();")]
    [InlineData("view.Write(0, 1); if (Check()) { view.Flush(); return; } view.Flush();")]
    [InlineData("if (Check()) { view.Write(0, 1); view.Flush(); }")]
    [InlineData("if (Check()) view.Write(0, 1); else view.Write(0, 2); view.Flush();")]
    [InlineData("switch (n) { case 1: view.Write(0, 1); break; default: view.Write(0, 2); break; } view.Flush();")]
    [InlineData("for (var i = 0; i < n; i++) view.Write(i, 1); view.Flush();")]
    [InlineData("for (var i = 0; i < n; i++) { view.Write(i, 1); view.Flush(); }")]
    [InlineData("while (Check()) { view.Write(0, 1); view.Flush(); if (n == 3) break; }")]
    [InlineData("again: view.Write(0, 1); view.Flush(); if (n > 3) goto again;")]
    [InlineData("lock (map) { view.Write(0, 1); view.Flush(); }")]
    [InlineData("try { view.Write(0, 1); } finally { view.Flush(); }")]
    [InlineData("try { view.Write(0, 1); if (Check()) return; Risky(); } finally { view.Flush(); }")]
    [InlineData("try { try { view.Write(0, 1); } finally { Risky(); } } finally { view.Flush(); }")]
    [InlineData("while (true) { view.Write(0, 1); Thread.Sleep(1); }")]
    [InlineData("if (Check()) return; view.Write(0, 1); view.Flush();")]
    [InlineData("_ = view.ReadInt32(0);")]
    [InlineData("view.Write(0, 1); Environment.FailFast(\"no\");")]
    public async Task EveryPathWithAFlush_IsSilent(string body) => await Verify.Silent(WithView(body), DurabilityRules);

    [Theory]
    [InlineData("view.Write(0, 1); if (Check()) throw new IOException(); view.Flush();")]
    [InlineData("view.Write(0, 1); throw new IOException();")]
    [InlineData("try { view.Write(0, 1); Risky(); } catch (IOException) { return; } view.Flush();")]
    [InlineData("try { view.Write(0, 1); Risky(); view.Flush(); } catch (IOException) { throw; }")]
    [InlineData("if (n < 0) { view.Write(0, 1); ThrowHelper(); } view.Write(0, 2); view.Flush();", "[System.Diagnostics.CodeAnalysis.DoesNotReturn] static void ThrowHelper() => throw new IOException();")]
    public async Task PathThatOnlyAnExceptionOpens_OwesNothing(string body, string members = "") => await Verify.Silent(WithView(body, members), DurabilityRules);

    [Theory]
    [InlineData("[|view.Write(0, 1)|]; if (Check()) throw new IOException(); view.Flush();")]
    [InlineData("try { [|view.Write(0, 1)|]; Risky(); } catch (IOException) { return; } view.Flush();")]
    public async Task PathThatOnlyAnExceptionOpens_OwesWhenTheOptionSaysSo(string body) =>
        await Verify.Analyzer(WithView(body), DurabilityRules with { EditorConfig = "dax_safety.exceptional_paths = true" });

    [Fact]
    public async Task CatchThatGoesOnToAFlush_IsSilentUnderTheOption() =>
        await Verify.Silent(WithView("try { view.Write(0, 1); Risky(); } catch (IOException) { } view.Flush();"),
            DurabilityRules with { EditorConfig = "dax_safety.exceptional_paths = true" });

    [Theory]
    [InlineData("view?.Write(0, 1); view?.Flush();")]
    [InlineData("view.Write(0, 1); view?.Flush();")]
    [InlineData("MemoryMappedViewAccessor maybe = ok ? view : null; maybe?.Write(0, 1); maybe?.Flush();")]
    [InlineData("MemoryMappedViewAccessor maybe = null; if (Check()) maybe = view; maybe?.Write(0, 1); if (maybe != null) maybe.Flush();")]
    public async Task NullConditionalFlush_Counts(string body) => await Verify.Silent(WithView(body), DurabilityRules);

    [Theory]
    [InlineData("using (var other2 = map.CreateViewAccessor()) { other2.Write(0, 1); if (ok) return; other2.Write(4, 1); }")]
    [InlineData("using var other2 = map.CreateViewAccessor(); other2.Write(0, 1); if (ok) return; other2.Write(4, 1);")]
    [InlineData("using var stream = map.CreateViewStream(); stream.WriteByte(1);")]
    [InlineData("var other2 = map.CreateViewAccessor(); try { other2.Write(0, 1); } finally { other2.Dispose(); }")]
    [InlineData("MemoryMappedViewAccessor other2 = null; try { other2 = map.CreateViewAccessor(); other2.Write(0, 1); } finally { other2?.Dispose(); }")]
    [InlineData("var stream = map.CreateViewStream(); stream.WriteByte(1); stream.Close();")]
    public async Task DisposalOfAWritableView_IsItsFlush(string body) => await Verify.Silent(WithView(body), DurabilityRules);

    [Theory]
    [InlineData("[|view.Write(0, 1)|]; view.SafeMemoryMappedViewHandle.Dispose();")]
    [InlineData("[|view.Write(0, 1)|]; map.Dispose();")]
    [InlineData("using (map) { [|view.Write(0, 1)|]; }")]
    [InlineData("[|view.Write(0, 1)|]; view.SafeMemoryMappedViewHandle.Dispose(); view.Dispose();")]
    public async Task DisposalOfSomethingElse_IsNoFlush(string body) => await Verify.Analyzer(WithView(body), DurabilityRules);

    [Theory]
    [InlineData("async Task", "view.Write(0, 1); await Task.Delay(1); view.Flush();")]
    [InlineData("async Task", "await Task.Delay(1); view.Write(0, 1); await Task.Run(() => view.Flush());")]
    [InlineData("async Task", "var stream = map.CreateViewStream(); await stream.WriteAsync(data); await stream.FlushAsync();")]
    [InlineData("async Task", "await using var stream = map.CreateViewStream(); await stream.WriteAsync(data);")]
    public async Task AsyncPathWithAFlush_IsSilent(string type, string body) => await Verify.Silent(InAsync(type, body), DurabilityRules);

    [Theory]
    [InlineData("async Task", "[|view.Write(0, 1)|]; await Task.Delay(1);")]
    [InlineData("async Task", "[|view.Write(0, 1)|]; await Task.Delay(1); if (data.Length == 0) return; view.Flush();")]
    [InlineData("async Task<int>", "var stream = map.CreateViewStream(); await [|stream.WriteAsync(data)|]; return 1;")]
    public async Task AsyncPathWithoutAFlush_IsReported(string type, string body) => await Verify.Analyzer(InAsync(type, body), DurabilityRules);

    private static string InAsync(string type, string body) => $$"""
        class Store
        {
            {{type}} Save(MemoryMappedFile map, byte[] data)
            {
                var view = map.CreateViewAccessor();
                {{body}}
            }
        }
        """;

    /// <summary>That somebody flushes a stream does not make it a mapping; a stream that is one owes by what its maker knows.</summary>
    [Theory]
    [InlineData("void Save(Stream stream, byte[] data, bool ok) { stream.Write(data); if (ok) stream.Flush(); }")]
    [InlineData("async Task Save(Stream stream, byte[] data, int n) { await stream.WriteAsync(data); while (n-- > 3) { await stream.FlushAsync(); } }")]
    [InlineData("void Save(TextWriter writer, bool ok) { writer.Write(1); if (ok) writer.Flush(); }")]
    public async Task FlushOfAnyStream_IsNoSignOfAMapping(string member) =>
        await Verify.Silent($$"""class C { MemoryMappedFile _map; {{member}} }""", DurabilityRules);
}
