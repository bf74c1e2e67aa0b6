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
        value.Refs.All(place => place is { OffsetKnown: true } && place.OffsetEntity == 0 && DivisorOf(place.Entity, place.Offset, entities, page, 0) == page);

    /// <summary>The greatest power of two, up to a page, that surely divides an entity plus a constant.</summary>
    private static long DivisorOf(int entity, long offset, EntityTable entities, long page, int depth) => Math.Min(
        entities[entity].Kind switch
        {
            EntityKind.Zero => page,
            EntityKind.Computed when depth < 6 => DivisorOf(entities[entity], entities, page, depth + 1),
            _ => 1,
        },
        DivisorOf(offset, page));

    /// <summary><c>n * 4096</c>, <c>x &amp; ~4095</c>, <c>x / 4096 * 4096</c>, <c>x - x % 4096</c>, <c>x - (x &amp; 4095)</c>, and what is made of such.</summary>
    private static long DivisorOf(Entity entity, EntityTable entities, long page, int depth)
    {
        var (operation, offsetA, offsetB, _) = ((string, long, long, int))entity.Payload!;
        var right = (int)entity.B;
        var (a, b) = (DivisorOf(entity.A, offsetA, entities, page, depth), DivisorOf(right, offsetB, entities, page, depth));
        var shift = entities[right].Kind == EntityKind.Zero && offsetB is >= 0 and < 63 ? (int)offsetB : -1;
        return operation switch
        {
            "*" => Math.Min(a * b, page),
            "And" => Math.Max(a, b),
            "Or" or "ExclusiveOr" or "+" => Math.Min(a, b),
            "-" => Math.Max(Math.Min(a, b), DivisorLeftBy(entities[right], entity.A, offsetA, entities, page)),
            "LeftShift" when shift >= 0 => a >= page >> Math.Min(shift, 62) ? page : a << shift,
            "RightShift" when shift >= 0 => Math.Max(1, a >> shift),
            _ => 1,
        };
    }

    /// <summary>What divides a number less a part of itself: its remainder, or its lowest bits.</summary>
    private static long DivisorLeftBy(Entity part, int whole, long offset, EntityTable entities, long page)
    {
        if (part.Kind != EntityKind.Computed)
            return 1;
        var (operation, offsetA, offsetB, _) = ((string, long, long, int))part.Payload!;
        if (part.A != whole || offsetA != offset || entities[(int)part.B].Kind != EntityKind.Zero)
            return 1;
        return operation switch
        {
            "Remainder" => DivisorOf(offsetB, page),
            "And" when offsetB >= 0 && (offsetB & (offsetB + 1)) == 0 => DivisorOf(offsetB + 1, page),
            _ => 1,
        };
    }

    private static long DivisorOf(long number, long page) => number == 0 ? page : Math.Min(number & -number, page);

    private static long Modulo(long number, long page) => (number % page + page) % page;

    private static long RoundUp(long number, long page) => (number + page - 1) / page * page;
}
