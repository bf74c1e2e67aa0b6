using DaxSafety.Analyzers.Durability;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>A diagnostic that holds only if no other type flushes the field: known when every body has been seen.</summary>
/// <param name="Field">Which holds the mapping.</param>
/// <param name="Diagnostic">To be reported then.</param>
/// <param name="OnFlush">It stands on a flush that is not enough, else on a write that has not even that.</param>
/// <param name="ByDisposal">That flush is a disposal.</param>
/// <param name="Layer">From how far up it is written.</param>
internal readonly record struct Undecided(int Field, Diagnostic Diagnostic, bool OnFlush = false, bool ByDisposal = false, int Layer = 0)
{
    /// <summary>It can be meant for nothing but the mapping, and a disposal at the end makes up for none of it.</summary>
    public bool IsInVain { get; init; }

    public bool Holds(FieldLedger ledger) => (IsInVain ? !ledger.IsFlushedByName(Field) : !ledger.IsFlushed(Field, Layer)) && !ledger.IsDoubtful(Field)
        && (OnFlush ? ledger.IsWritten(Field) && ledger.IsFlushedWeakly(Field, ByDisposal) : !ledger.IsFlushedWeakly(Field, false) && !ledger.IsFlushedWeakly(Field, true));
}
