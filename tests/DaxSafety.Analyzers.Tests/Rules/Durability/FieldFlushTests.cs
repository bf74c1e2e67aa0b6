using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>A type writes its mapping in one member and takes it for flushed in another, with a call that is not enough: that call is reported, and not each write.</summary>
public sealed class FieldFlushTests
{
    [Theory]
    [InlineData("linux", "{|DAX1003:_file.Flush()|};")]
    [InlineData("linux", "{|DAX1003:_file.Flush()|}; } public void Close() { _view.Dispose();")]
    [InlineData("linux", "if ({|DAX1003:msync(_p, 4096, 1)|} != 0) throw new IOException();")]
    [InlineData("linux", "{|DAX1005:pmem_persist(_p, 4096)|};")]
    [InlineData("windows", "{|DAX1003:_view.Flush()|};")]
    [InlineData("windows", "{|DAX1003:_file.Flush(true)|};")]
    [InlineData("windows", "{|DAX1003:_view.Dispose()|};")]
    [InlineData("windows", "{|DAX1003:_view.Flush()|}; } public void Dispose() { _view.Dispose();")]
    [InlineData("windows", "Inner(); } void Inner() { {|DAX1003:_view.Flush()|};")]
    [InlineData("windows", "{|DAX1003:Shared(_view)|}; } static void Shared(MemoryMappedViewAccessor view) { view.Flush();")]
    [InlineData("macos", "{|DAX1003:_view.Flush()|};")]
    public async Task FlushThatIsNotEnough_IsReportedInPlaceOfTheWrites(string os, string flush) => await Verify.Analyzer(Store(flush), For(os));

    [Theory]
    [InlineData("linux", "if (msync(_p, 4096, 1) != 0) throw new IOException(); } public void Sync() { if (msync(_p, 4096, 4) != 0) throw new IOException();")]
    [InlineData("windows", "_view.Flush(); _file.Flush(true);")]
    [InlineData("windows", "_view.Flush(); } public void Sync() { _file.Flush(true);")]
    [InlineData("macos", "_file.Flush(true);")]
    public async Task FlushThatAnotherMemberCompletes_IsSilent(string os, string flush) => await Verify.Silent(Store(flush), For(os));

    [Fact]
    public async Task StreamOfAMappingThatNobodyWrites_IsFlushedInPeace() => await Verify.Silent(Store("_file.Flush();").Replace("*_p = 1", "_file.WriteByte(*_p)", StringComparison.Ordinal), For("linux"));

    [Theory]
    [InlineData("", true)]
    [InlineData("class Owner { void Sync(Store store) { store.Commit(); store.File.Flush(true); } }", false)]
    public async Task MappingThatOthersCanReach_WaitsForThem(string other, bool isReported)
    {
        var source = $$"""
            public class Store
            {
                public readonly MemoryMappedViewAccessor View;
                public readonly FileStream File;
                public Store(FileStream file) { File = file; View = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true).CreateViewAccessor(); }
                public void Put() => View.Write(0, 1);
                public void Commit() { {{(isReported ? "{|DAX1003:View.Flush()|}" : "View.Flush()")}}; }
            }
            {{other}}
            """;
        await (isReported ? Verify.Analyzer(source, For("windows")) : Verify.Silent(source, For("windows")));
    }

    private static VerifyOptions For(string os) => DurabilityScenario.DurabilityRules with { EditorConfig = $"[*.cs]\ndax_safety.target_os = {os}" };

    private static string Store(string flush) => $$"""
        unsafe class Store
        {
            [DllImport("libc")] static extern int msync(byte* address, nint length, int flags);
            [DllImport("libpmem")] static extern void pmem_persist(void* address, nuint length);
            private readonly FileStream _file;
            private readonly MemoryMappedViewAccessor _view;
            private byte* _p;
            public Store(FileStream file)
            {
                _file = file;
                _view = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true).CreateViewAccessor();
                _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _p);
            }
            public void Put() { *_p = 1; }
            public void Commit() { {{flush}} }
        }
        """;
}
