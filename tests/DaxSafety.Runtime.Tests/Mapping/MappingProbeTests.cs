using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DaxSafety.Tests.Mapping;

/// <summary>What lies behind an address: the ioctl of newer kernels and the text of all of them must say the same.</summary>
public sealed unsafe class MappingProbeTests
{
    private const int Page = 4096;

    [Fact]
    public void SharedView_IsShared()
    {
        using MappedTestFile file = new(16 * Page);
        using MappedPointer view = new(file);
        AssertKind(MappingKind.Shared, new AddressRange(view.Address, 16 * Page));
        AssertKind(MappingKind.Shared, new AddressRange(view.Address + 1, 1));
        AssertKind(MappingKind.Shared, new AddressRange(view.Address + 16 * Page - 1, 1));
    }

    [Fact]
    public void PlainMemory_IsPrivate()
    {
        byte* memory = (byte*)NativeMemory.Alloc(100);
        AssertKind(MappingKind.Private, new AddressRange(memory, 100));
        NativeMemory.Free(memory);
    }

    [Fact]
    public void NothingMapped_IsUnmapped() => AssertKind(MappingKind.Unmapped, new AddressRange((void*)Page, 1));

    [Fact]
    public void RangeThatRunsIntoSomethingElse_IsNotShared()
    {
        using MappedTestFile file = new(16 * Page);
        using MappedPointer view = new(file);
        AddressRange beyond = new(view.Address, 1u << 30);
        Assert.NotEqual(MappingKind.Shared, MappingProbe.KindOf(beyond));
        if (OperatingSystem.IsLinux())
            Assert.NotEqual(MappingKind.Shared, MappingProbe.KindByText(beyond));
    }

    private static void AssertKind(MappingKind expected, AddressRange range)
    {
        if (OperatingSystem.IsMacOS())
            return;
        Assert.Equal(expected, MappingProbe.KindOf(range));
        if (!OperatingSystem.IsLinux())
            return;
        Assert.Equal(expected, MappingProbe.KindByText(range));
        using SafeFileHandle maps = File.OpenHandle("/proc/self/maps");
        if (MappingProbe.TryQuery(maps, range, out MappingKind kind))
            Assert.Equal(expected, kind);
    }
}
