namespace OrderLedger;

/// <summary>FNV-1a: enough to tell a whole entry from a torn one.</summary>
internal static class Checksum
{
    private const uint Basis = 2166136261;

    public static uint Of(ReadOnlySpan<byte> data, uint seed = Basis)
    {
        uint hash = seed;
        foreach (byte value in data)
            hash = (hash ^ value) * 16777619;
        return hash;
    }

    public static uint Of(EntryKind kind, long orderId, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        head[0] = (byte)kind;
        BitConverter.TryWriteBytes(head[1..], orderId);
        return Of(payload, Of(head));
    }
}
