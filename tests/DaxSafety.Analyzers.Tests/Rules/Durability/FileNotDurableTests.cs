using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>DAX1008: a new or longer file whose contents alone are flushed, and a file that gets its name too early.</summary>
public sealed class FileNotDurableTests
{
    [Theory]
    [InlineData("using var file = {|DAX1008:new FileStream(path, FileMode.CreateNew)|}; file.SetLength(4096);")]
    [InlineData("using var file = {|DAX1008:new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite)|};")]
    [InlineData("using var file = {|DAX1008:new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.ReadWrite })|};")]
    [InlineData("using var file = {|DAX1008:File.Create(path)|};")]
    [InlineData("using var file = {|DAX1008:File.Open(path, FileMode.Create)|};")]
    [InlineData("using var file = {|DAX1008:File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite)|}; RandomAccess.SetLength(file, 4096);")]
    [InlineData("using var file = {|DAX1008:new FileInfo(path).Create()|};")]
    [InlineData("using var file = new FileStream(path, FileMode.Open); {|DAX1008:file.SetLength(8192)|};")]
    [InlineData("using var file = new FileStream(path, FileMode.Open); if (file.Length < 8192) {|DAX1008:file.SetLength(8192)|};")]
    [InlineData("using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite); {|DAX1008:RandomAccess.SetLength(file, 8192)|};")]
    public async Task NewOrLongerFileThatIsMapped_IsReported(string open) => await Verify.Analyzer(Mapping(open), Rules);

    [Theory]
    [InlineData("using var file = new FileStream(path, FileMode.Open);")]
    [InlineData("using var file = new FileStream(path, mode);")]
    [InlineData("using var file = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);")]
    [InlineData("using var file = new FileStream(path, FileMode.CreateNew); file.SetLength(4096); file.Flush(true);")]
    [InlineData("using var file = new FileStream(path, FileMode.Open); file.SetLength(0);")]
    [InlineData("using var file = new FileStream(path, FileMode.Open); file.SetLength(file.Length - 4096);")]
    [InlineData("using var file = new FileStream(path, FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);")]
    [InlineData("using var file = new FileStream(path, new FileStreamOptions { Mode = FileMode.Create, Options = FileOptions.DeleteOnClose });")]
    [InlineData("using var file = new FileStream(\"/dev/shm/queue\", FileMode.Create);")]
    [InlineData("path = Path.GetTempFileName(); using var file = new FileStream(path, FileMode.Create);")]
    [InlineData("path = Path.Combine(Path.GetTempPath(), path); using var file = new FileStream(path, FileMode.Create);")]
    [InlineData("using var file = new FileStream($\"{Path.GetTempPath()}/{path}\", FileMode.Create);")]
    [InlineData("using var file = new FileStream($\"/dev/shm/{path}\", FileMode.Create);")]
    [InlineData("using var file = new FileStream(Path.Combine(\"/dev/shm\", path), FileMode.Create);")]
    [InlineData("var file = new FileStream(path, FileMode.Create); Keep(file);")]
    [InlineData("var file = new FileStream(path, FileMode.Create); _files.Add(file);")]
    public async Task FileThatIsNeither_OrIsFlushedFirst_IsSilent(string open) => await Verify.Silent(Mapping(open), Rules);

    [Theory]
    [InlineData("file.Flush(true);")]
    [InlineData("file.Flush(flushToDisk: true);")]
    [InlineData("RandomAccess.FlushToDisk(file.SafeFileHandle);")]
    [InlineData("if (mode == FileMode.Open) file.Flush(true);")]
    [InlineData("using (var again = new FileStream(path, FileMode.Open)) again.Flush(true);")]
    [InlineData("Sync(file);")]
    [InlineData("SyncDirectory(Path.GetDirectoryName(path));")]
    [InlineData("var fd = open(directory, 0); if (fsync(fd) != 0) throw new IOException();")]
    [InlineData("sync();")]
    [InlineData("File.Delete(path);")]
    [InlineData("if (File.Exists(path)) File.Delete(path);")]
    [InlineData("throw new IOException();")]
    public async Task FileThatIsFlushedItself_IsSilent(string after) =>
        await Verify.Silent(Mapping("using var file = new FileStream(path, FileMode.CreateNew); file.SetLength(4096);", after), Rules);

    [Theory]
    [InlineData("file.Flush();")]
    [InlineData("file.Flush(false);")]
    [InlineData("Log(path);")]
    public async Task WhatFlushesNoFile_DoesNotHelp(string after) =>
        await Verify.Analyzer(Mapping("using var file = {|DAX1008:new FileStream(path, FileMode.CreateNew)|};", after), Rules);

    [Theory]
    [InlineData("{|DAX1008:MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, 4096)|}")]
    [InlineData("{|DAX1008:MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, new FileInfo(path).Length + 4096)|}")]
    [InlineData("{|DAX1008:MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, new FileInfo(path).Length * 2)|}")]
    public async Task MapThatCreatesOrGrows_IsReported(string map) => await Verify.Analyzer(OfMap(map), Rules);

    [Theory]
    [InlineData("MemoryMappedFile.CreateFromFile(path)")]
    [InlineData("MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 4096)")]
    [InlineData("MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, new FileInfo(path).Length)")]
    [InlineData("MemoryMappedFile.CreateNew(null, 4096)")]
    public async Task MapThatDoesNeither_IsSilent(string map) => await Verify.Silent(OfMap(map), Rules);

    [Fact]
    public async Task FileWhoseContentsAreNotFlushedEither_IsTheOtherRules() => await Verify.Analyzer("""
        class Store
        {
            void Save(string path)
            {
                var map = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, 4096);
                var view = map.CreateViewAccessor();
                {|DAX1001:view.Write(0, 1)|};
            }
        }
        """, Rules);

    [Theory]
    [InlineData("DurableFile.FlushDirectory(Path.GetDirectoryName(path));", false)]
    [InlineData("", true)]
    public async Task RuntimeLibrary_FlushesTheDirectoryWhenAsked(string after, bool isReported)
    {
        const string create = "MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, null, 4096)";
        var source = $$"""
            using DaxSafety;
            class Store
            {
                void Save(string path)
                {
                    using var map = {{(isReported ? $"{{|DAX1008:{create}|}}" : create)}};
                    using var view = map.CreateViewAccessor();
                    view.Write(0, 1);
                    view.Persist();
                    {{after}}
                }
                void SaveWell(string path) { using var map = DurableMap.Create(path, 4096); map.Write(0, 1); map.Persist(); }
            }
            """;
        await (isReported ? Verify.Analyzer(source, Rules with { WithRuntime = true }) : Verify.Silent(source, Rules with { WithRuntime = true }));
    }

    [Theory]
    [InlineData("public void Commit() => _view.Flush();", true)]
    [InlineData("public void Commit() { _view.Flush(); _file.Flush(true); }", false)]
    [InlineData("public void Commit() { _view.Flush(); Sync(); } void Sync() { RandomAccess.FlushToDisk(_file.SafeFileHandle); }", false)]
    [InlineData("public FileStream File2 => _file; public void Commit() => _view.Flush();", false)]
    [InlineData("public void Commit() { _view.Flush(); Deeper(_path); } static void Deeper(string p) => SyncPath(p); static void SyncPath(string p) { using var f = System.IO.File.OpenHandle(p); RandomAccess.FlushToDisk(f); }", false)]
    public async Task FileOfAType_IsTheTypesBusiness(string members, bool isReported)
    {
        const string create = "new FileStream(path, FileMode.Create)";
        var source = $$"""
            sealed class Store : IDisposable
            {
                readonly string _path;
                readonly FileStream _file;
                readonly MemoryMappedFile _map;
                readonly MemoryMappedViewAccessor _view;
                public Store(string path)
                {
                    _path = path;
                    _file = {{(isReported ? $"{{|DAX1008:{create}|}}" : create)}};
                    _file.SetLength(4096);
                    _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                    _view = _map.CreateViewAccessor();
                }
                public void Put() => _view.Write(0, 1);
                public void Dispose() { _view.Dispose(); _map.Dispose(); _file.Dispose(); }
                {{members}}
            }
            """;
        await (isReported ? Verify.Analyzer(source, Rules) : Verify.Silent(source, Rules));
    }

    [Fact]
    public async Task MemberThatGrowsItsFileAndMapsItAgain_IsReported() => await Verify.Analyzer("""
        sealed class Store
        {
            FileStream _file; MemoryMappedFile _map; MemoryMappedViewAccessor _view;
            public Store(string path) { _file = new FileStream(path, FileMode.Open); Map(); }
            void Map() { _map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true); _view = _map.CreateViewAccessor(); }
            public void Grow(long length) { _view.Dispose(); _map.Dispose(); {|DAX1008:_file.SetLength(length)|}; Map(); }
            public void Put() => _view.Write(0, 1);
            public void Commit() => _view.Flush();
        }
        """, Rules);

    [Theory]
    [InlineData("view.Write(0, 1); {|DAX1008:File.Move(temporary, path, overwrite: true)|}; view.Flush();")]
    [InlineData("view.Write(0, 1); {|DAX1008:File.Replace(temporary, path, null)|}; view.Flush();")]
    [InlineData("view.Write(0, 1); {|DAX1008:File.Move(temporary, path)|}; view.Flush();")]
    [InlineData("using (view) { view.Write(0, 1); {|DAX1008:File.Move(temporary, path, true)|}; }")]
    public async Task MappedFileRenamedBeforeItsFlush_IsReported(string lines) => await Verify.Analyzer(Renaming(lines), Rules);

    [Theory]
    [InlineData("view.Write(0, 1); view.Flush(); file.Flush(true); File.Move(temporary, path, overwrite: true);")]
    [InlineData("{|DAX1001:view.Write(0, 1)|}; File.Move(temporary, path, overwrite: true); file.Close();")]
    [InlineData("File.Move(other, path, overwrite: true); view.Write(0, 1); view.Flush(); file.Flush(true);")]
    public async Task MappedFileRenamedAfterIt_OrNeverFlushed_IsNot(string lines)
    {
        if (lines.Contains("DAX1001", StringComparison.Ordinal))
            await Verify.Analyzer(Renaming(lines), Rules);
        else
            await Verify.Silent(Renaming(lines), Rules);
    }

    [Theory]
    [InlineData("using (var f = File.Create(temporary)) f.Write(data); {|DAX1008:File.Move(temporary, path, overwrite: true)|};")]
    [InlineData("File.WriteAllBytes(temporary, data); {|DAX1008:File.Replace(temporary, path, null)|};")]
    [InlineData("using (var f = new FileInfo(temporary).Create()) f.Write(data); {|DAX1008:new FileInfo(temporary).MoveTo(path, true)|};")]
    public async Task NewFileRenamedOverAnotherWithoutAFlush_IsReported(string lines) => await Verify.Analyzer(WithoutMap(lines), Rules);

    [Theory]
    [InlineData("using (var f = File.Create(temporary)) { f.Write(data); f.Flush(true); } File.Move(temporary, path, overwrite: true);")]
    [InlineData("File.WriteAllBytes(temporary, data); using (var f = File.OpenHandle(temporary, FileMode.Open, FileAccess.Write)) RandomAccess.FlushToDisk(f); File.Replace(temporary, path, null);")]
    [InlineData("File.Move(other, path, overwrite: true);")]
    [InlineData("File.WriteAllBytes(path, data); File.Move(path, other);")]
    [InlineData("File.WriteAllBytes(temporary, data); File.Move(other, path, overwrite: true);")]
    public async Task OtherRenames_AreSilent(string lines) => await Verify.Silent(WithoutMap(lines), Rules);

    [Theory]
    [InlineData("int fd = {|DAX1008:open(path, 0x42)|}; ftruncate(fd, 4096);", "")]
    [InlineData("int fd = open(path, 2); {|DAX1008:ftruncate(fd, 4096)|};", "")]
    [InlineData("int fd = open(path, 0x42); ftruncate(fd, 4096);", "if (fsync(fd) != 0) throw new IOException();")]
    [InlineData("int fd = open(path, 2);", "")]
    public async Task NativeFile_IsAFileLikeAnyOther(string open, string after)
    {
        var source = $$"""
            unsafe class Store
            {
                [DllImport("libc")] static extern int open(string path, int flags);
                [DllImport("libc")] static extern int ftruncate(int fd, long length);
                [DllImport("libc")] static extern int fsync(int fd);
                [DllImport("libc")] static extern int msync(byte* address, nint length, int flags);
                [DllImport("libc")] static extern byte* mmap(byte* address, nint length, int protection, int flags, int fd, nint offset);
                void Save(string path)
                {
                    {{open}}
                    byte* p = mmap(null, 4096, 3, 1, fd, 0);
                    *p = 1;
                    if (msync(p, 4096, 4) != 0) throw new IOException();
                    {{after}}
                }
            }
            """;
        await (source.Contains("DAX1008", StringComparison.Ordinal) ? Verify.Analyzer(source, Rules) : Verify.Silent(source, Rules));
    }

    [Fact]
    public async Task FileThatIsHandedOut_IsItsOwnersBusiness() => await Verify.Silent("""
        static class Store
        {
            public static MemoryMappedFile Make(string path) => MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, 4096);
            public static MemoryMappedViewAccessor Open(string path) { var map = MemoryMappedFile.CreateFromFile(path, FileMode.Create, null, 4096); var view = map.CreateViewAccessor(); view.Write(0, 1); view.Flush(); return view; }
            public static void Extend(FileStream file) { file.SetLength(8192); using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true); using var view = map.CreateViewAccessor(); view.Write(0, 1); view.Flush(); }
        }
        """, Rules);

    private static readonly VerifyOptions Rules = DurabilityScenario.DurabilityRules;

    private static string Mapping(string open, string after = "") => $$"""
        class Store
        {
            [DllImport("libc")] static extern int open(string path, int flags);
            [DllImport("libc")] static extern int fsync(int fd);
            [DllImport("libc")] static extern void sync();
            readonly List<object> _files = new();
            FileStream _kept;
            void Keep(FileStream file) => _kept = file;
            void Close() => _kept.Flush(true);
            static void Sync(FileStream file) => file.Flush(true);
            static void SyncDirectory(string path) { var fd = open(path, 0); if (fsync(fd) != 0) throw new IOException(); }
            static void Log(string text) => Console.WriteLine(text);
            void Save(string path, string directory, FileMode mode)
            {
                {{open}}
                using (var map = MemoryMappedFile.CreateFromFile(file, null, 4096, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true))
                using (var view = map.CreateViewAccessor())
                {
                    view.Write(0, 1);
                    view.Flush();
                }
                {{after}}
            }
        }
        """;

    private static string OfMap(string map) => $$"""
        class Store
        {
            void Save(string path)
            {
                using var map = {{map}};
                using var view = map.CreateViewAccessor();
                view.Write(0, 1);
                view.Flush();
            }
        }
        """;

    private static string Renaming(string lines) => $$"""
        class Store
        {
            void Save(string path, string other)
            {
                var temporary = path + ".tmp";
                var file = new FileStream(temporary, FileMode.Create);
                var map = MemoryMappedFile.CreateFromFile(file, null, 4096, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, true);
                var view = map.CreateViewAccessor();
                {{lines}}
            }
        }
        """;

    private static string WithoutMap(string lines) => $$"""
        class Store
        {
            MemoryMappedFile _map;
            void Save(string path, string other, byte[] data)
            {
                var temporary = path + ".tmp";
                {{lines}}
            }
        }
        """;
}
