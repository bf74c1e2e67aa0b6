using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1007: a flush that failed, and nobody looks.</summary>
public sealed class FlushFailureIgnoredTests
{
    private static readonly VerifyOptions Rules = DurabilityRules with { OnlyIds = ["DAX1001", "DAX1007"] };

    [Theory]
    [InlineData("{|DAX1007:Native.msync(p, 4096, 4)|};")]
    [InlineData("{|DAX1007:Native.fsync(n)|};")]
    [InlineData("{|DAX1007:Native.fdatasync(n)|};")]
    [InlineData("{|DAX1007:Native.FlushFileBuffers(0)|};")]
    public async Task DroppedResult_IsReported(string body) => await Verify.Analyzer(WithNative(body), Rules with { OnlyIds = ["DAX1007"] });

    [Theory]
    [InlineData("_ = Native.msync(p, 4096, 4);")]
    [InlineData("if (Native.fsync(n) != 0) throw new IOException();")]
    [InlineData("var result = Native.fdatasync(n); if (result < 0) throw new IOException();")]
    [InlineData("return Native.FlushFileBuffers(0);")]
    [InlineData("if (!Native.FlushFileBuffers(0)) return false;")]
    [InlineData("System.Diagnostics.Debug.Assert(Native.fsync(n) == 0);")]
    public async Task ResultThatIsLookedAt_IsSilent(string body) => await Verify.Silent(WithNative(body), Rules with { OnlyIds = ["DAX1007"] });

    [Theory]
    [InlineData("try { view.Write(0, 1); view.Flush(); } catch (IOException) { throw; }")]
    [InlineData("try { view.Write(0, 1); view.Flush(); } catch (IOException e) { throw new InvalidOperationException(\"lost\", e); }")]
    [InlineData("try { view.Write(0, 1); view.Flush(); } catch (IOException) { Environment.FailFast(\"lost\"); }")]
    [InlineData("try { view.Write(0, 1); } catch (IOException) { } view.Flush();")]
    [InlineData("try { view.Write(0, 1); view.Flush(); } finally { Risky(); }")]
    public async Task CatchThatDoesNotHideIt_IsSilent(string body) => await Verify.Silent(WithView(body), Rules);

    [Theory]
    [InlineData("try { Console.Out.Flush(); } catch { }")]
    [InlineData("try { source.Flush(); } catch { }")]
    [InlineData("try { RandomAccess.FlushToDisk(file); } catch (Exception e) { done.SetException(e); return; } done.SetResult();")]
    public async Task StreamThatNobodyKnows_AndFailureThatIsPassedOn_AreSilent(string body) => await Verify.Silent(
        $$"""class Store { MemoryMappedFile _map; void Save(Stream source, Microsoft.Win32.SafeHandles.SafeFileHandle file, TaskCompletionSource done) { {{body}} } }""", Rules);

    [Fact]
    public async Task CatchThatReturnsFalse_IsSilent() => await Verify.Silent("""
        class Store
        {
            bool Save(MemoryMappedFile map)
            {
                var view = map.CreateViewAccessor();
                try { view.Write(0, 1); view.Flush(); return true; } catch (IOException) { return false; }
            }
        }
        """, Rules);

    private static string WithNative(string body) => $$"""
        static unsafe class Native
        {
            [DllImport("libc")] public static extern int msync(void* addr, nuint len, int flags);
            [DllImport("libc")] public static extern int fsync(int fd);
            [DllImport("libc")] public static extern int fdatasync(int fd);
            [DllImport("kernel32")] public static extern bool FlushFileBuffers(IntPtr file);
        }
        unsafe class Store
        {
            bool Save(MemoryMappedFile map, byte* p, int n) { {{body}} {{(body.StartsWith("return", StringComparison.Ordinal) ? "" : "return true;")}} }
        }
        """;
}
