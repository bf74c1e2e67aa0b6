using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>Paths of which only the start is known: enough to tell a device from a file.</summary>
internal sealed partial class BodyLowering
{
    /// <summary>Memory and registers. Block devices and /dev/dax have a medium.</summary>
    private static readonly string[] PlacesWithoutMedium =
        { "shm", "hugepages", "mem", "kmem", "gpiomem", "zero", "uio", "fb", "dri/", "vfio/", "udmabuf", "infiniband/" };

    public static bool IsWithoutMedium(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) && PlacesWithoutMedium.Any(place => string.CompareOrdinal(path, 5, place, 0, place.Length) == 0);

    /// <summary>The path of a temporary file, or of their directory, that a composed path starts with; null when it does not.</summary>
    private IInvocationOperation? TemporaryStart(IOperation operation) =>
        Leftmost(operation) is IInvocationOperation start && !ReferenceEquals(start, operation)
            && _context.Knowledge.EffectsOf(start.TargetMethod).Any(effect => effect.Has("temporary")) ? start : null;

    /// <summary>The constant that a composed path starts with, if that says where it leads; else null.</summary>
    private static string? PathStart(IOperation operation) =>
        Leftmost(operation).ConstantValue is { HasValue: true, Value: string start } && IsWithoutMedium(start) ? start : null;

    private static IOperation Leftmost(IOperation operation)
    {
        var leftmost = operation;
        while (true)
        {
            switch (leftmost)
            {
                case IInterpolatedStringOperation { Parts.IsEmpty: false } text:
                    leftmost = text.Parts[0] switch
                    {
                        IInterpolatedStringTextOperation literal => literal.Text,
                        IInterpolationOperation hole => hole.Expression,
                        var other => other,
                    };
                    continue;
                case IInvocationOperation { TargetMethod: { ContainingType.Name: "Path" or "String", ReturnType.SpecialType: SpecialType.System_String } method, Arguments.IsEmpty: false } call when IsFramework(method):
                    leftmost = call.Arguments[0].Value;
                    continue;
                case IBinaryOperation { OperatorKind: BinaryOperatorKind.Add } sum:
                    leftmost = sum.LeftOperand;
                    continue;
                case IConversionOperation conversion:
                    leftmost = conversion.Operand;
                    continue;
            }
            break;
        }
        return leftmost;
    }
}
