namespace DaxSafety;

/// <summary>
/// A range of this process's address space, in bytes. A type of its own so that an address is never taken for an offset in a
/// file or a view, and so that rounding to pages is written once.
/// </summary>
internal readonly unsafe struct AddressRange
{
    public AddressRange(void* start, nuint length)
    {
        if ((nuint)start + length < (nuint)start)
            throw new ArgumentOutOfRangeException(
                nameof(length), $"{length} bytes from address 0x{(nuint)start:x} run past the end of the address space.");
        Start = (byte*)start;
        Length = length;
    }

    public byte* Start { get; }

    public nuint Length { get; }

    public byte* End => Start + Length;

    /// <summary>The smallest range of whole pages that holds this one: msync(2) refuses a start that is not page-aligned.</summary>
    public AddressRange ToWholePages()
    {
        nuint mask = (nuint)Environment.SystemPageSize - 1;
        nuint start = (nuint)Start & ~mask;
        return new AddressRange((void*)start, (((nuint)Start - start + Length) + mask) & ~mask);
    }

    public override string ToString() => $"{Length} bytes at 0x{(nuint)Start:x}";
}
