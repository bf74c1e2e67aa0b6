using System.Runtime.Intrinsics.X86;

namespace DaxSafety.Tests.CacheLines;

/// <summary>Every width of the copy and the fill, called directly, at every kind of alignment and around every size where a loop changes.</summary>
public sealed unsafe class StreamingCopyTests
{
    private static readonly int[] s_lengths =
        [0, 1, 7, 63, 64, 65, 127, 128, 191, 192, 193, 255, 256, 257, 319, 320, 1000, 4095, 4096, 4097, 10_000, 16_383, 16_384, 16_385 + 64, 20_001];

    private static readonly int[] s_misalignments = [0, 1, 8, 31, 32, 33, 63];

    public static TheoryData<string> Widths => new("512", "256", "128", "best");

    [Theory, MemberData(nameof(Widths))]
    public void Copy_CopiesExactly_AndTouchesNothingElse(string width)
    {
        if (!Sse2.IsSupported && width != "best")
            return;
        byte[] source = new byte[20_100];
        new Random(1).NextBytes(source);
        fixed (byte* from = source)
        {
            foreach (int length in s_lengths)
            {
                foreach (int misalignment in s_misalignments)
                {
                    using GuardedBuffer to = new(length, misalignment);
                    int shift = misalignment % 5;
                    Copy(width, from + shift, to.Address, (nuint)length);
                    Assert.True(to.IsIntact, $"{length} bytes at +{misalignment}: wrote outside");
                    Assert.True(to.Bytes.SequenceEqual(source.AsSpan(shift, length)), $"{length} bytes at +{misalignment}");
                }
            }
        }
    }

    /// <summary>From here on both halves are copied at once, in pages: lengths that leave nothing, lines, and part of a line for the end.</summary>
    [Theory]
    [InlineData(0, 0)]
    [InlineData(0, 64)]
    [InlineData(0, 4096 + 192)]
    [InlineData(13, 8192 + 77)]
    public void LongCopy_CopiesExactly_AndTouchesNothingElse(int misalignment, int more)
    {
        int length = (int)StreamingCopy.LongCopy + more;
        byte[] source = new byte[length];
        new Random(3).NextBytes(source);
        foreach (string width in Sse2.IsSupported ? new[] { "512", "256", "128", "best" } : ["best"])
        {
            using GuardedBuffer to = new(length, misalignment);
            fixed (byte* from = source)
                Copy(width, from, to.Address, (nuint)length);
            Assert.True(to.IsIntact, $"{width}: wrote outside");
            Assert.True(to.Bytes.SequenceEqual(source), $"{width}: not the same bytes");
        }
    }

    [Theory, MemberData(nameof(Widths))]
    public void Fill_FillsExactly_AndTouchesNothingElse(string width)
    {
        if (!Sse2.IsSupported && width != "best")
            return;
        foreach (int length in s_lengths)
        {
            foreach (int misalignment in s_misalignments)
            {
                using GuardedBuffer to = new(length, misalignment);
                Fill(width, to.Address, (nuint)length, 0x5A);
                Assert.True(to.IsIntact, $"{length} bytes at +{misalignment}: wrote outside");
                Assert.False(to.Bytes.ContainsAnyExcept((byte)0x5A), $"{length} bytes at +{misalignment}");
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(-1)]
    [InlineData(-64)]
    [InlineData(-100)]
    public void OverlappingRanges_AreCopiedAsIfThroughACopyOfTheSource(int distance)
    {
        using GuardedBuffer buffer = new(5000, 3);
        new Random(2).NextBytes(buffer.Bytes);
        byte[] expected = buffer.Bytes.ToArray();
        expected.AsSpan(200, 4000).CopyTo(expected.AsSpan(200 + distance));
        PersistentMemory.Copy(buffer.Bytes.Slice(200, 4000), buffer.Address + 200 + distance);
        PersistentMemory.Fence();
        Assert.True(buffer.IsIntact);
        Assert.True(buffer.Bytes.SequenceEqual(expected));
    }

    private static void Copy(string width, byte* from, byte* to, nuint length)
    {
        switch (width)
        {
            case "512": StreamingCopy.Copy<Line512>(ref *from, to, length); break;
            case "256": StreamingCopy.Copy<Line256>(ref *from, to, length); break;
            case "128": StreamingCopy.Copy<Line128>(ref *from, to, length); break;
            default: StreamingCopy.Copy(ref *from, to, length); break;
        }
    }

    private static void Fill(string width, byte* to, nuint length, byte value)
    {
        switch (width)
        {
            case "512": StreamingCopy.Fill<Line512>(to, length, value); break;
            case "256": StreamingCopy.Fill<Line256>(to, length, value); break;
            case "128": StreamingCopy.Fill<Line128>(to, length, value); break;
            default: StreamingCopy.Fill(to, length, value); break;
        }
    }
}
