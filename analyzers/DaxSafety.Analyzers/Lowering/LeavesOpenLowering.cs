using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>What is made over a stream and told to leave it open: <c>new GZipStream(view, mode, leaveOpen: true)</c>.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>The objects that the body's locals are given.</summary>
    private ILookup<ISymbol, IObjectCreationOperation?>? _madeFor;

    private bool IsMadeToLeaveOpen(IOperation closed) => BelowConversions(closed) switch
    {
        IObjectCreationOperation creation => IsToldToLeaveOpen(creation),
        ILocalReferenceOperation { Local: var local } => MadeFor(local) is var made && made.Any() && made.All(creation => creation is not null && IsToldToLeaveOpen(creation)),
        _ => false,
    };

    private static bool IsToldToLeaveOpen(IObjectCreationOperation creation) =>
        creation.Arguments.Any(argument => argument is { Parameter.Name: "leaveOpen", Value.ConstantValue: { HasValue: true, Value: true } });

    private IEnumerable<IObjectCreationOperation?> MadeFor(ILocalSymbol local) =>
        (_madeFor ??= _cfg.Blocks.SelectMany(block => block.Operations).SelectMany(operation => operation.DescendantsAndSelf()).OfType<ISimpleAssignmentOperation>()
            .Where(assignment => assignment.Target is ILocalReferenceOperation)
            .ToLookup(assignment => (ISymbol)((ILocalReferenceOperation)assignment.Target).Local, assignment => BelowConversions(assignment.Value) as IObjectCreationOperation, SymbolEqualityComparer.Default))[local];
}
