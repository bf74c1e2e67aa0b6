using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Lowering;

internal enum PlaceKind : byte
{
    /// <summary>Nothing that is tracked: a store to it is dropped, a load of it is unknown.</summary>
    None,

    /// <summary>The variable in register <see cref="Place.Base"/>.</summary>
    Variable,

    /// <summary>A field, automatic property or element of the object in <see cref="Place.Base"/>; of a type when that is −1.</summary>
    Field,

    /// <summary>Memory at the address in <see cref="Place.Base"/>.</summary>
    Memory,

    /// <summary>A property whose accessors are code of their own.</summary>
    Property,
}

/// <summary>What an assignment target, a captured target or a by-ref argument names.</summary>
/// <param name="Kind">Which of the shapes below.</param>
/// <param name="Base">The register of the variable, object or address.</param>
/// <param name="Field">A field's number.</param>
/// <param name="Inexact">Memory somewhere behind the address: inside the struct that lies there.</param>
/// <param name="Size">Bytes that a store covers, 0 when unknown; of a length, those of one element.</param>
/// <param name="Property">The property, for <see cref="PlaceKind.Property"/>.</param>
/// <param name="Arguments">Its index arguments.</param>
/// <param name="Content">Of memory behind a by-ref parameter: the variable that holds what stands there. Of what is passed by reference: what it holds.</param>
internal readonly record struct Place(
    PlaceKind Kind, int Base = -1, int Field = -1, bool Inexact = false, long Size = 0, IPropertySymbol? Property = null, int[]? Arguments = null, int Content = -1)
{
    public static readonly Place None = default;

    public static Place Variable(int slot) => new(PlaceKind.Variable, slot);

    public static Place OfField(int target, int field) => new(PlaceKind.Field, target, field);

    public static Place Memory(int address, long size, bool inexact = false) => new(PlaceKind.Memory, address, Inexact: inexact, Size: size);
}

/// <summary>How registers are numbered: variables from 0, temporaries of a block from <see cref="FirstTemporary"/>.</summary>
internal static class Registers
{
    public const int FirstTemporary = 1 << 20;

    public const int None = -1;

    /// <summary>What a delegate is bound to, while it runs.</summary>
    public const int Bound = -2;

    public static bool IsTemporary(int register) => register >= FirstTemporary;
}

/// <summary>Collects the steps of one block.</summary>
internal sealed class StepList
{
    private readonly List<Instruction> _steps = new();
    private int _temporaries;

    /// <summary>How many temporaries the block needs.</summary>
    public int TemporaryCount => _temporaries;

    public void StartBlock()
    {
        _steps.Clear();
        _temporaries = 0;
    }

    public Instruction[] EndBlock() => _steps.ToArray();

    public int Temporary()
    {
        _temporaries++;
        return Registers.FirstTemporary + _temporaries - 1;
    }

    public void Add(Instruction step) => _steps.Add(step);

    public int Into(OpCode code, int a = -1, int b = -1, int c = -1, long scale = 0, int site = -1, object? payload = null)
    {
        var dst = Temporary();
        Add(new Instruction(code, dst, a, b, c, scale, site, payload));
        return dst;
    }
}
