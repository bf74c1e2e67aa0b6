using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

internal enum MappingRole : byte
{
    File,
    Map,
    View,
}

/// <summary>What is known of a file, a map or a view. Filled by the step that creates it; only ever gains knowledge.</summary>
internal sealed class Mapping(MappingRole role)
{
    public readonly MappingRole Role = role;

    /// <summary>What it was made from: a view from its map, a map from its file.</summary>
    public readonly List<Value> Parents = new();

    public Value? Offset;
    public Value? Size;

    /// <summary>No file behind it.</summary>
    public bool Anonymous;

    /// <summary>Nobody can tell what is behind it.</summary>
    public bool UnknownBacking;

    public bool ReadOnly;
    public bool CopyOnWrite;

    /// <summary>The file does not outlive the program.</summary>
    public bool Ephemeral;

    /// <summary>A path rather than a file: one of a temporary file, of which nobody expects that it outlives a power cut.</summary>
    public bool Temporary;

    /// <summary>A file that was emptied as it was opened, or is written at its end: what was mapped before is another.</summary>
    public bool Unmapped;

    /// <summary>Certainly in the page cache: a cache-line write-back does not reach the medium.</summary>
    public bool PageCache;

    /// <summary>Its map was replaced together with it: views of the new one are of other memory.</summary>
    public bool IsOrphaned;

    /// <summary>What writes to it was made to flush each write.</summary>
    public bool FlushesItself;

    /// <summary>A view of all of its map, when that was found out where it was made.</summary>
    public bool KnownOfAll;

    /// <summary>How the view starts inside a page, when that was found out where it was made.</summary>
    public string? KnownTail;

    /// <summary>Takes over what is known of the same thing elsewhere; its numbers and parents, which have other names there, are left to the caller.</summary>
    public void Learn(Mapping other)
    {
        Anonymous |= other.Anonymous;
        UnknownBacking |= other.UnknownBacking;
        ReadOnly |= other.ReadOnly;
        CopyOnWrite |= other.CopyOnWrite;
        Ephemeral |= other.Ephemeral;
        Unmapped |= other.Unmapped;
        PageCache |= other.PageCache;
    }

    public Mapping Orphaned()
    {
        var copy = (Mapping)MemberwiseClone();
        copy.IsOrphaned = true;
        return copy;
    }

    public bool OwesNothing => Anonymous || ReadOnly || Ephemeral;

    /// <summary>The step that made it, for DAX1008.</summary>
    public Site? Origin;
}
