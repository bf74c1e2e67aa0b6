using DaxSafety.Analyzers.Tests.Verification;
using static DaxSafety.Analyzers.Tests.Rules.Durability.DurabilityScenario;

namespace DaxSafety.Analyzers.Tests.Rules.Durability;

/// <summary>Each way to write to a mapping, once without a flush and once with one.</summary>
public sealed class WriteNotFlushedByWriteTests
{
    public static TheoryData<string> Writes => new()
    {
        // Accessors, handles, streams.
        "[|view.Write(8, 1L)|];",
        "[|view.Write(8, true)|];",
        "int v = 1; [|view.Write(8, ref v)|];",
        "[|view.WriteArray(8, data, 0, 4)|];",
        "[|view.SafeMemoryMappedViewHandle.Write(8, 1L)|];",
        "[|view.SafeMemoryMappedViewHandle.WriteSpan<byte>(8, data)|];",
        "var handle = view.SafeMemoryMappedViewHandle; [|handle.WriteArray(8, data, 0, 4)|];",
        // Pointers.
        "[|*p = 1|];",
        "[|p[n] = 1|];",
        "[|*(int*)(p + 8) = 1|];",
        "[|((int*)p)[2] = 1|];",
        "[|((Header*)p)->Magic = 1|];",
        "[|(*(Header*)p).Magic = 1|];",
        "[|((Header*)p)->Inner.Y = 1|];",
        "[|((Header*)p)->Count = 1|];",
        "[|((Header*)p)->Reset()|];",
        "[|*p += 1|];",
        "[|p[0]++|];",
        "[|--*p|];",
        "[|*p++ = 1|];",
        "[|*p = ok ? (byte)1 : (byte)2|];",
        "[|(*p, p[1]) = (1, 2)|];",
        "[|*(Header*)p = new Header { Magic = 1 }|];",
        "[|*(Header*)p = default|];",
        "ref int r = ref *(int*)p; [|r = 1|];",
        "ref var h = ref *(Header*)p; [|h.Magic = 1|];",
        "var q = p + 8; if (ok) q = p + 16; [|*q = 1|];",
        "var address = (nint)p; [|*(int*)(address + 8) = 1|];",
        "long address = (long)p; [|*(int*)(address + 8) = 1|];",
        "for (var q = p; q < p + n; q++) [|*q = 0|];",
        "if (([|p[0] = 3|]) > 2 && ok) n = 1;",
        // References.
        "[|Unsafe.AsRef<int>(p) = 1|];",
        "[|Unsafe.AsRef<Header>(p).Magic = 1|];",
        "ref var r = ref Unsafe.AsRef<int>(p); [|Unsafe.Add(ref r, 2) = 1|];",
        "[|Unsafe.As<byte, int>(ref *p) = 1|];",
        "[|Volatile.Write(ref *(long*)p, 1)|];",
        "[|Interlocked.Increment(ref *(long*)p)|];",
        "[|Interlocked.CompareExchange(ref ((Header*)p)->Magic, 1, 0)|];",
        // Spans and memory.
        "var span = new Span<byte>(p, 4096); [|span[0] = 1|];",
        "var span = new Span<byte>(p, 4096); [|span[^1] = 1|];",
        "var span = new Span<byte>(p, 4096); [|span.Fill(1)|];",
        "[|new Span<byte>(p, 4096).Clear()|];",
        "[|data.AsSpan().CopyTo(new Span<byte>(p, 4096))|];",
        "[|data.AsSpan().TryCopyTo(new Span<byte>(p, 4096)[8..])|];",
        "var span = new Span<byte>(p, 4096); [|MemoryMarshal.Write(span.Slice(8), in n)|];",
        "var span = new Span<byte>(p, 4096); [|MemoryMarshal.AsRef<Header>(span).Magic = 1|];",
        "var span = new Span<byte>(p, 4096); [|MemoryMarshal.Cast<byte, long>(span)[^1] = 1|];",
        "var span = MemoryMarshal.CreateSpan(ref *p, 4096); [|span.Reverse()|];",
        "[|new Span<int>(p, 4).Sort()|];",
        "[|BinaryPrimitives.WriteInt64LittleEndian(new Span<byte>(p, 8), 1)|];",
        "[|Encoding.UTF8.GetBytes(\"x\", new Span<byte>(p, 8))|];",
        "[|System.Buffers.Text.Utf8Formatter.TryFormat(n, new Span<byte>(p, 8), out _)|];",
        "[|n.TryFormat(new Span<byte>(p, 8), out _)|];",
        "[|System.Security.Cryptography.RandomNumberGenerator.Fill(new Span<byte>(p, 8))|];",
        "[|source.Read(new Span<byte>(p, 8))|];",
        "[|System.Buffers.Text.Base64.EncodeToUtf8(data, new Span<byte>(p, 8), out _, out _)|];",
        "foreach (ref var b in new Span<byte>(p, 8)) [|b = 1|];",
        "fixed (byte* q = new Span<byte>(p, 8)) [|*q = 1|];",
        // Blocks.
        "[|Unsafe.Write(p, 1L)|];",
        "[|Unsafe.WriteUnaligned(p + 1, 1L)|];",
        "fixed (byte* q = data) [|Unsafe.CopyBlock(p, q, 8)|];",
        "[|Unsafe.InitBlockUnaligned(p, 0, 8)|];",
        "fixed (byte* q = data) [|Buffer.MemoryCopy(q, p, 8, 8)|];",
        "fixed (byte* q = data) [|NativeMemory.Copy(q, p, 8)|];",
        "[|NativeMemory.Clear(p, 8)|];",
        "[|Marshal.Copy(data, 0, (nint)p, 8)|];",
        "[|Marshal.WriteInt32((nint)p, 8, 1)|];",
        "[|Marshal.StructureToPtr(n, (nint)p, false)|];",
        "[|System.Runtime.Intrinsics.Vector128.Store(System.Runtime.Intrinsics.Vector128<byte>.Zero, p)|];",
    };

    [Theory]
    [MemberData(nameof(Writes))]
    [InlineData("[|((Header*)p)->Name[3] = 1|];")]
    public async Task WriteWithoutAFlush_IsReported(string write) => await Verify.Analyzer(WithPointer(write), DurabilityRules);

    [Theory]
    [MemberData(nameof(Writes))]
    public async Task WriteWithAFlush_IsSilent(string write) =>
        await Verify.Silent(WithPointer(write.Replace("[|", "").Replace("|]", "") + " view.Flush();"), DurabilityRules);

    public static TheoryData<string> StreamWrites => new()
    {
        "[|stream.Write(data, 0, 4)|];",
        "[|stream.Write(data.AsSpan())|];",
        "[|stream.WriteByte(1)|];",
        "[|source.CopyTo(stream)|];",
        "Stream plain = stream; [|plain.WriteByte(1)|];",
        "var writer = new BinaryWriter(stream); [|writer.Write(1)|];",
        "[|System.Text.Json.JsonSerializer.Serialize(stream, n)|];",
    };

    [Theory]
    [MemberData(nameof(StreamWrites))]
    public async Task StreamWriteWithoutAFlush_IsReported(string write) =>
        await Verify.Analyzer(WithPointer("var stream = map.CreateViewStream(); " + write), DurabilityRules);

    [Theory]
    [MemberData(nameof(StreamWrites))]
    public async Task StreamWriteWithAFlush_IsSilent(string write) =>
        await Verify.Silent(WithPointer("var stream = map.CreateViewStream(); " + write.Replace("[|", "").Replace("|]", "") + " stream.Flush();"), DurabilityRules);

    [Theory]
    [InlineData("var writer = new BinaryWriter(stream); writer.Write(1); writer.Flush();")]
    [InlineData("using var writer = new BinaryWriter(stream); writer.Write(1);")]
    [InlineData("using (var writer = new StreamWriter(stream)) writer.WriteLine(\"x\");")]
    [InlineData("using (var deflate = new System.IO.Compression.DeflateStream(stream, System.IO.Compression.CompressionMode.Compress)) deflate.Write(data, 0, 4);")]
    public async Task WriterThatFlushesItsStream_IsSilent(string body) =>
        await Verify.Silent(WithPointer("var stream = map.CreateViewStream(); " + body), DurabilityRules);

    /// <summary>What only looks like a write to the mapping.</summary>
    [Theory]
    [InlineData("new Span<byte>(p, 4096).CopyTo(data);")]
    [InlineData("fixed (byte* q = data) Buffer.MemoryCopy(p, q, 8, 8);")]
    [InlineData("fixed (byte* q = data) Unsafe.CopyBlock(q, p, 8);")]
    [InlineData("Marshal.Copy((nint)p, data, 0, 8);")]
    [InlineData("p += 8; p++;")]
    [InlineData("ref int r = ref *(int*)p; r = ref *(int*)(p + 4); n = r;")]
    [InlineData("var copy = *(Header*)p; copy.Magic = 1;")]
    [InlineData("var span = new Span<byte>(p, 8); span = span[4..]; n = span[0];")]
    [InlineData("fixed (byte* q = data) *q = *p;")]
    [InlineData("data[0] = *p; n = p[1];")]
    [InlineData("view.Read(0, out Header h); h.Magic = 1;")]
    [InlineData("var list = stackalloc byte[8]; list[0] = *p;")]
    [InlineData("source.Write(new ReadOnlySpan<byte>(p, 8));")]
    public async Task ReadOrMove_IsNoWrite(string body) => await Verify.Silent(WithPointer(body), DurabilityRules);
}
