using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// The rows of some tables, found by simple name first and only then by documentation ID: nearly every member that a
/// compilation uses is turned away by one look into a dictionary of strings, and no row is resolved that nobody calls.
/// </summary>
internal sealed class EffectIndex
{
    private readonly Dictionary<string, List<EffectRow>> _documented = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<EffectRow>> _native = new(StringComparer.Ordinal);
    private readonly Lazy<HashSet<string>> _carriers;
    private readonly Lazy<HashSet<string>> _libraries;
    private readonly Lazy<HashSet<string>> _openers;
    private readonly Lazy<HashSet<string>> _flushers;

    public EffectIndex(IEnumerable<EffectRow> rows)
    {
        Rows = rows.ToImmutableArray();
        foreach (var row in Rows)
        {
            var index = row.Member.Library is null ? _documented : _native;
            if (!index.TryGetValue(row.Member.Name, out var named))
                index.Add(row.Member.Name, named = new List<EffectRow>(1));
            named.Add(row);
        }

        _carriers = new Lazy<HashSet<string>>(() => new HashSet<string>(Rows.SelectMany(MappingNames.CarriersOf), StringComparer.Ordinal));
        _libraries = new Lazy<HashSet<string>>(() => new HashSet<string>(Rows.Select(row => row.Member.Library).OfType<string>(), StringComparer.Ordinal));
        _openers = new Lazy<HashSet<string>>(() => new HashSet<string>(_native.Where(named => named.Value.Any(row => row.MayHave("file("))).Select(named => named.Key), StringComparer.Ordinal));
        _flushers = new Lazy<HashSet<string>>(() => new HashSet<string>(Rows.Where(row => row.MayHave("flush-file(")).Select(row => row.Member.Name), StringComparer.Ordinal));
        SourceNames = MappingNames.Of(Rows);
    }

    public ImmutableArray<EffectRow> Rows { get; }

    public ImmutableHashSet<string> SourceNames { get; }

    /// <summary>Whether some row says of a type, by its documentation ID, what its values do to memory.</summary>
    public bool IsCarrier(string typeId) => _carriers.Value.Contains(typeId);

    /// <summary>Whether some row is of a member of this native library.</summary>
    public bool HasLibrary(string library) => _libraries.Value.Contains(library);

    /// <summary>Whether some row of this name is of an import that returns a descriptor or handle of a file.</summary>
    public bool OpensFile(string name) => _openers.Value.Contains(name);

    /// <summary>Whether some row of this name is of a member that flushes the file which it is given, or is of.</summary>
    public bool FlushesFile(string name) => _flushers.Value.Contains(name);

    public bool HasName(string name) => _documented.ContainsKey(name);

    /// <summary>The row of this ID, or else that of all its overloads. Of several the last: a user's row stands in for ours.</summary>
    public EffectRow? Find(string name, string id)
    {
        if (!_documented.TryGetValue(name, out var named))
            return null;
        return named.LastOrDefault(row => !row.Member.EveryOverload && row.Member.Id == id)
            ?? (MemberNameReader.EveryOverloadId(id) is var every
                ? named.LastOrDefault(row => row.Member.EveryOverload && row.Member.Id == every)
                : null);
    }

    public EffectRow? FindImport(string library, string entryPoint)
    {
        var row = FindExactImport(library, entryPoint);
        return row is null && library == NativeLibrary.Windows && entryPoint.Length > 1 && NativeLibrary.WindowsEncodings.Contains(entryPoint[entryPoint.Length - 1])
            ? FindExactImport(library, entryPoint.Substring(0, entryPoint.Length - 1))
            : row;
    }

    private EffectRow? FindExactImport(string library, string entryPoint) =>
        _native.TryGetValue(entryPoint, out var named) ? named.LastOrDefault(row => row.Member.Library == library) : null;
}
