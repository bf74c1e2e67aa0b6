using DaxSafety.Analyzers.Knowledge;

namespace DaxSafety.Analyzers.Durability;

/// <summary>What the constants of an opening or mapping call say: the flag values of each system, in one place.</summary>
internal static class MappingFlags
{
    private const long MapPrivate = 0x02;
    private const long MapTypeMask = 0x0f;
    private const long MapSharedValidate = 0x03;
    private const long MapAnonymous = 0x20;
    private const long PortableMapAnonymous = 0x10;
    private const long MapSync = 0x80000;
    private const long ProtWrite = 0x2;
    private const long DeleteOnClose = 0x0400_0000;
    private const long CreateNew = 1;
    private const long CreateAlways = 2;
    private const long Truncate = 5;
    private const long Append = 6;
    private const long FileMapCopy = 0x1;
    private const long FileMapWrite = 0x2;
    private const long PageWriteCopy = 0x08;
    private const long PageExecuteWriteCopy = 0x80;

    public static void Read(Mapping mapping, Effect effect, Func<string, long?> constant)
    {
        if (effect.Kind == EffectKind.File)
        {
            mapping.Ephemeral |= constant("options") is { } options && (options & DeleteOnClose) != 0;
            mapping.Unmapped |= effect.Has("unmapped") || constant("mode") is CreateNew or CreateAlways or Truncate or Append;
            return;
        }
        ReadAccess(mapping, constant("access"));
        if (constant("flags") is { } flags)
        {
            mapping.Anonymous |= (flags & (effect.Has("portable") ? PortableMapAnonymous : MapAnonymous)) != 0;
            mapping.CopyOnWrite |= (flags & MapTypeMask) == MapPrivate;
            // The kernel honours MAP_SYNC only together with MAP_SHARED_VALIDATE, and ignores it beside MAP_SHARED.
            mapping.PageCache = (flags & MapSync) == 0 || (flags & MapTypeMask) != MapSharedValidate;
        }
        if (constant("protection") is { } protection)
            mapping.ReadOnly |= (protection & ProtWrite) == 0;
        if (constant("desired-access") is { } desired)
        {
            mapping.CopyOnWrite |= (desired & FileMapCopy) != 0 && (desired & FileMapWrite) == 0;
            mapping.ReadOnly |= (desired & (FileMapWrite | FileMapCopy)) == 0;
            mapping.PageCache = true;
        }
        if (constant("page-protection") is { } page)
            mapping.CopyOnWrite |= (page & (PageWriteCopy | PageExecuteWriteCopy)) != 0;
        // A Windows mapping of no file is memory.
        if (effect.Kind == EffectKind.Map && effect["page-protection"] is not null && constant("file") is -1)
            mapping.Anonymous = true;
    }

    private static void ReadAccess(Mapping mapping, long? access)
    {
        const long read = 1;
        const long copyOnWrite = 3;
        const long readExecute = 4;
        mapping.ReadOnly |= access is read or readExecute;
        mapping.CopyOnWrite |= access is copyOnWrite;
    }
}
