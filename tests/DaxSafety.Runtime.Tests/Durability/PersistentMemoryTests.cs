using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace DaxSafety.Tests.Durability;

/// <summary>Persist of plain addresses: right wherever they point into a shared mapping, refused where no file can see the bytes.</summary>
public sealed unsafe class PersistentMemoryTests
{
    private const int Page = 4096;

    [PageCacheTheory]
    [InlineData(0, 1)]
    [InlineData(1, Page - 1)]
    [InlineData(100, Page - 100)]
    [InlineData(4000, 97)]
    [InlineData(4095, 2)]
    [InlineData(4095, 2 * Page + 1)]
    public void AddressInSharedMapping_PersistReachesItsPages(int offset, int length)
    {
        using MappedTestFile file = new(16 * Page);
        using MappedPointer view = new(file);
        byte* start = view.Address + offset;
        start[0] = 1;
        start[length - 1] = 1;
        Assert.NotEqual(0, file.NotOnDisk());
        PersistentMemory.Persist(start, (nuint)length);
        Assert.Equal(0, file.NotOnDisk());
    }

    [PageCacheFact]
    public void SpanAndValue_PersistReachTheirPages()
    {
        using MappedTestFile file = new(16 * Page);
        using MappedPointer view = new(file);
        Span<byte> span = new(view.Address + 4090, 100);
        span.Fill(7);
        PersistentMemory.Persist(span);
        Assert.Equal(0, file.NotOnDisk());
        ref long value = ref *(long*)(view.Address + 4092);
        value = -1;
        Assert.NotEqual(0, file.NotOnDisk());
        PersistentMemory.Persist(ref value);
        Assert.Equal(0, file.NotOnDisk());
    }

    [Fact]
    public void PrivateMemory_IsRefused_BecauseMsyncWouldCallItDone()
    {
        if (OperatingSystem.IsMacOS())
            return;
        byte* memory = (byte*)NativeMemory.Alloc(100);
        try
        {
            Assert.Throws<ArgumentException>("address", () => PersistentMemory.Persist(memory, 100));
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    [Fact]
    public void UnmappedTail_IsRefused()
    {
        using MappedTestFile file = new(16 * Page);
        using MappedPointer view = new(file);
        Assert.ThrowsAny<Exception>(() => PersistentMemory.Persist(view.Address, 1u << 30));
        Assert.Throws<ArgumentException>("address", () => PersistentMemory.Persist((void*)Page, 1));
    }

    [Fact]
    public void RangePastTheAddressSpace_IsOutOfRange()
        => Assert.Throws<ArgumentOutOfRangeException>("length", () => PersistentMemory.Persist((void*)Page, nuint.MaxValue));

    [Fact]
    public void EmptyRange_IsNothingToDo_WhereverItIs()
    {
        PersistentMemory.Persist(null, 0);
        PersistentMemory.Persist([]);
        PersistentMemory.WriteBack(null, 0);
    }

    [Fact]
    public void WriteBackAndFence_LeaveTheBytesAlone()
    {
        byte[] buffer = new byte[3 * 64 * 1024];
        Random.Shared.NextBytes(buffer);
        byte[] before = [.. buffer];
        fixed (byte* address = buffer)
        {
            foreach (int length in new[] { 1, 63, 64, 65, 4096, 4097, 65536 })
                PersistentMemory.WriteBack(address + 33, (nuint)length);
        }

        PersistentMemory.Fence();
        Assert.Equal(before, buffer);
    }
}
