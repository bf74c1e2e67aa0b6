using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>
/// Files that <c>OpenOrCreate</c> has opened. The framework maps no empty file without a capacity: one that was made by opening it, and that nobody has put
/// anything into, is refused, and what is mapped was there before.
/// </summary>
internal sealed partial class BodyAnalysis
{
    private const long OpenOrCreate = 4;

    /// <summary>Most bodies open none.</summary>
    private bool _opensOrCreates;

    private int AsOpenedTest(int file) => _tests.Of(ConditionKind.Opaque, file, key: "as-opened");

    private void NoteOpened(Path path, Value file)
    {
        _opensOrCreates = true;
        foreach (var place in file.Targets)
            path.Facts = path.Facts.Set(AsOpenedTest(place.Entity), Span.True);
    }

    /// <summary>Something may have been put into it.</summary>
    private void NoteFilled(Path path, Value file)
    {
        if (_opensOrCreates)
            foreach (var place in file.Targets)
                path.Facts = path.Facts.Remove(AsOpenedTest(place.Entity));
    }

    /// <summary>What becomes of a file in code of the program's own is not followed.</summary>
    private void NotePassed(Path path, CallSite call)
    {
        if (!_opensOrCreates)
            return;
        foreach (var argument in call.Arguments)
            NoteFilled(path, Read(path, argument));
    }

    /// <summary>A map with the length that its file has.</summary>
    private void NoteMappedAsIs(Path path, Mapping map)
    {
        if (!_opensOrCreates)
            return;
        foreach (var entry in path.Pending)
            if (_obligations[entry.Key] is { Debt: Debt.File } debt && map.Parents.Exists(file => IsDebtOf(debt.Id, file)) && IsAsOpened(path, debt.Target))
                path.Pending = path.Pending.Remove(debt.Id);
    }

    private bool IsAsOpened(Path path, Value file)
    {
        foreach (var place in file.Targets)
            if (!path.Facts.Contains(AsOpenedTest(place.Entity)))
                return false;
        return true;
    }
}
