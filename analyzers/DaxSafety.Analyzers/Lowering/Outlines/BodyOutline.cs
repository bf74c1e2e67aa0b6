using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// What a member, with the lambdas and local functions in it, has to do with: from its operations alone, in no order, and never less than lowering finds. By
/// this most members are known to be of no concern, and are never lowered. Immutable.
/// </summary>
/// <param name="NamesMapping">It calls what the tables or contracts describe as making, flushing or renaming a mapping or file. If so, it has been read no further.</param>
/// <param name="Mentions">Fields and properties, and the types of variables, that may be mappings.</param>
/// <param name="Callees">The members that it may run.</param>
internal sealed record BodyOutline(bool NamesMapping, ImmutableArray<ISymbol> Mentions, ImmutableArray<CallTarget> Callees)
{
    public static readonly BodyOutline Empty = new(false, ImmutableArray<ISymbol>.Empty, ImmutableArray<CallTarget>.Empty);
}
