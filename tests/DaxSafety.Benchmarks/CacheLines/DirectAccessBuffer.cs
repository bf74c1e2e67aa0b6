using System.Runtime.InteropServices;

namespace DaxSafety.Benchmarks.CacheLines;

/// <summary>
/// Plain memory that the library is told is direct access, as PMEM_IS_PMEM_FORCE tells libpmem: the work of the processor is the
/// same, and this machine has no persistent memory.
/// </summary>
internal sealed unsafe class DirectAccessBuffer : IDisposable
{
    private readonly AddressRange _range;

    public DirectAccessBuffer(nuint length)
    {
        Address = (byte*)NativeMemory.AlignedAlloc(length, 1 << 21);
        NativeMemory.Fill(Address, length, 1);
        _range = new AddressRange(Address, length);
        DirectAccessRegions.Add(_range, PersistGranularity.CacheLine);
    }

    public byte* Address { get; }

    public void Dispose()
    {
        DirectAccessRegions.Remove(_range);
        NativeMemory.AlignedFree(Address);
    }
}
