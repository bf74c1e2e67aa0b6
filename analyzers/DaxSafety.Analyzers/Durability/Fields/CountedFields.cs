using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Whole numbers of objects that the body has kept a copy of to compare them with: <c>var before = _version; … if (_version != before)</c></summary>
internal sealed partial class BodyAnalysis
{
    private HashSet<int>? _countedFields;

    private bool IsCountedField(int field) => _body.CounterSlots.Count > 0 && (_countedFields ??= FindCountedFields()).Contains(field);

    /// <summary>Those that a local is given which never gets anything else. What is kept in more than that is a state, and would multiply the groups.</summary>
    private HashSet<int> FindCountedFields()
    {
        var (times, copied) = (new Dictionary<int, int>(), new List<(int Local, int Field)>());
        foreach (var content in new HashSet<BlockContent>(_body.Nodes.Select(node => node.Content)))
        {
            var loaded = new Dictionary<int, int>();
            foreach (var step in content.Instructions)
            {
                if (step.Code == OpCode.LoadField)
                    loaded[step.Dst] = step.B;
                if (step.Dst < 0 || Registers.IsTemporary(step.Dst))
                    continue;
                times[step.Dst] = times.TryGetValue(step.Dst, out var before) ? before + 1 : 1;
                if (step.Code == OpCode.Copy && loaded.TryGetValue(step.A, out var field))
                    copied.Add((step.Dst, field));
            }
        }
        return new HashSet<int>(copied
            .Where(copy => times[copy.Local] == 1 && _body.CounterSlots.Contains(copy.Local) && IsWholeNumber(copy.Field)).Select(copy => copy.Field));
    }

    bool INumbers.CountsSizes => _countsSizes ??=
        _body.Nodes.Any(node => Array.Exists(node.Content.Instructions, step => step.Code == OpCode.StoreField && IsSize(step.B)));

    private bool? _countsSizes;

    private bool IsWholeNumber(int field) => BodyLowering.IsInteger(TypeFacts.TypeOf(_context.Lowering.Members.SymbolOf(field)));
}
