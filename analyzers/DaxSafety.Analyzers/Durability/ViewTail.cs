namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// The base library's flush of a view passes the view's size as the length but starts at the page (on Windows: the
/// 64 KiB) below it, so a view that starts inside a page can keep a dirty last page. Measured on .NET 10 and Linux: lost
/// exactly when <c>roundup(size) &lt; roundup(offset % page + size)</c>.
/// </summary>
internal static class ViewTail
{
    /// <summary>How the view starts, for a message, when its flush loses a tail or nobody can show that it does not; else null.</summary>
    public static string? Describe(Mapping view, EntityTable entities, long page)
    {
        var size = view.Size?.AsConstant;
        if (view.Size is null || size == 0 || view.Offset is null)
            return null;
        if (view.Offset.AsConstant is { } offset)
        {
            var inPage = Modulo(offset, page);
            if (inPage == 0)
                return null;
            var lost = size is not { } bytes || RoundUp(bytes, page) < RoundUp(inPage + bytes, page);
            return lost ? $"at offset {offset}, {inPage} bytes into a page of {page}" : null;
        }
        return IsAligned(view.Offset, entities, page) ? null : $"at an offset that need not be a multiple of the page size ({page} bytes)";
    }

    private static bool IsAligned(Value value, EntityTable entities, long page) =>
        value.Refs.All(place => place is { OffsetKnown: true } && place.OffsetEntity == 0 && Modulo(place.Offset, page) == 0
            && IsAligned(entities[place.Entity], entities, page, 0));

    /// <summary><c>n * 4096</c>, <c>x &amp; ~4095</c>, <c>x / 4096 * 4096</c>, <c>x - x % 4096</c>, and sums of such.</summary>
    private static bool IsAligned(Entity entity, EntityTable entities, long page, int depth)
    {
        if (entity.Kind == EntityKind.Zero)
            return true;
        if (entity.Kind != EntityKind.Computed || depth > 6)
            return false;
        var (operation, offsetA, offsetB, _) = ((string, long, long, int))entity.Payload!;
        var (a, b) = (entities[entity.A], entities[(int)entity.B]);
        var (constantA, constantB) = (a.Kind == EntityKind.Zero, b.Kind == EntityKind.Zero);
        return operation switch
        {
            "*" => (constantB && Modulo(offsetB, page) == 0) || (constantA && Modulo(offsetA, page) == 0)
                || Aligned(a, offsetA) || Aligned(b, offsetB),
            "And" => (constantB && Modulo(offsetB, page) == 0) || (constantA && Modulo(offsetA, page) == 0),
            "LeftShift" => constantB && offsetB is >= 0 and < 63 && Modulo(1L << (int)offsetB, page) == 0,
            "+" => Aligned(a, offsetA) && Aligned(b, offsetB),
            "-" => (Aligned(a, offsetA) && Aligned(b, offsetB)) || IsRemainderOf(b, entity.A, offsetA, page),
            _ => false,
        };

        bool Aligned(Entity part, long offset) => Modulo(offset, page) == 0 && IsAligned(part, entities, page, depth + 1);
    }

    private static bool IsRemainderOf(Entity entity, int whole, long offset, long page)
    {
        if (entity.Kind != EntityKind.Computed)
            return false;
        var (operation, offsetA, offsetB, _) = ((string, long, long, int))entity.Payload!;
        return operation == "Remainder" && entity.A == whole && offsetA == offset && entity.B == EntityTable.Zero && Modulo(offsetB, page) == 0;
    }

    private static long Modulo(long number, long page) => (number % page + page) % page;

    private static long RoundUp(long number, long page) => (number + page - 1) / page * page;
}
