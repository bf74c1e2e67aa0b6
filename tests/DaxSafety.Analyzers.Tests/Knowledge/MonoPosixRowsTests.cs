using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Knowledge;

/// <summary>The rows about Mono.Posix fit its signatures, which stand here because tests should not need its package.</summary>
public sealed class MonoPosixRowsTests
{
    private const string Declarations = """
        namespace Mono.Unix.Native
        {
            public enum MmapProts { } public enum MmapFlags { } public enum MsyncFlags { } public enum MremapFlags { } public enum OpenFlags { } public enum FilePermissions { }
            public abstract class Stdlib
            {
                public static extern int rename(string oldpath, string newpath);
                public static extern void exit(int status);
                public static extern void abort();
            }
            public sealed class Syscall : Stdlib
            {
                public static extern IntPtr mmap(IntPtr start, ulong length, MmapProts prot, MmapFlags flags, int fd, long offset);
                public static extern IntPtr mremap(IntPtr old_address, ulong old_size, ulong new_size, MremapFlags flags);
                public static extern int munmap(IntPtr start, ulong length);
                public static extern int msync(IntPtr start, ulong len, MsyncFlags flags);
                public static extern int fsync(int fd);
                public static extern int fdatasync(int fd);
                public static extern int open(string pathname, OpenFlags flags);
                public static extern int open(string pathname, OpenFlags flags, FilePermissions mode);
                public static int openat(int dirfd, string pathname, OpenFlags flags) => 0;
                public static extern int creat(string pathname, FilePermissions mode);
                public static extern int close(int fd);
                public static extern int dup(int fd);
                public static extern int ftruncate(int fd, long length);
                public static extern int truncate(string path, long length);
                public static extern int posix_fallocate(int fd, long offset, ulong len);
                public static extern int renameat(int olddirfd, string oldpath, int newdirfd, string newpath);
                public static extern long read(int fd, IntPtr buf, ulong count);
                public static extern long pread(int fd, IntPtr buf, ulong count, long offset);
                public static extern int _exit(int status);
            }
        }
        namespace Mono.Unix
        {
            public abstract class UnixStream : Stream
            {
                protected UnixStream(int fileDescriptor) { }
                public int Handle => 0;
                public override void Flush() { }
                public override void SetLength(long value) { }
                public override void Write(byte[] buffer, int offset, int count) { }
            }
        }
        """;

    [Fact]
    public void EveryRow_FitsItsSignature()
    {
        var rows = KnowledgeBase.BuiltIn.Rows.Where(row => row.Place.Path == "MonoPosix.effects.txt").ToArray();
        var compilation = TestCompilation.From(Declarations, VerifyOptions.Default).Compile(EditorConfig.Parse(""));
        Assert.Empty(EffectTableCheck.Of(rows, compilation).Select(error => error.Message));
        Assert.All(rows, row => Assert.NotEmpty(EffectTableCheck.MembersOf(row, compilation)));
    }
}
