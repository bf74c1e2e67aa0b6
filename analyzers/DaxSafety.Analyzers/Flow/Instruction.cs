namespace DaxSafety.Analyzers.Flow;

/// <summary>What one step of a lowered body does. Registers are small ints: variables first, block-local temporaries above them.</summary>
internal enum OpCode : byte
{
    /// <summary>Dst is the constant in Payload (null for null).</summary>
    Constant,

    /// <summary>Dst is a value nobody knows, the same one until the step runs again.</summary>
    Unknown,

    /// <summary>Dst becomes A.</summary>
    Copy,

    /// <summary>Dst is the field numbered B of A; of a span's length, Scale is the bytes of one element.</summary>
    LoadField,

    /// <summary>Dst is the element of A, in its field numbered B, that the variable numbered C picks.</summary>
    LoadElement,

    /// <summary>The variable numbered B picks other elements from here on.</summary>
    MoveIndex,

    /// <summary>The field numbered B of A becomes C.</summary>
    StoreField,

    /// <summary>Dst is A, moved by B times Scale, or any other arithmetic; Payload is the operator as a string.</summary>
    Arithmetic,

    /// <summary>Dst is the number A and B more; with Scale −1, B less; the variable C gets it.</summary>
    Grow,

    /// <summary>Dst is the number A; the variable C, which may be null, gets it.</summary>
    Lift,

    /// <summary>Dst is the smaller of the numbers A and B; with C, the larger.</summary>
    Extreme,

    /// <summary>Dst is A, the smaller of the variable C and something else; with Scale, the larger. The variable gets it.</summary>
    Keep,

    /// <summary>Dst is a new object without known content.</summary>
    Allocate,

    /// <summary>Dst is code that can be run later; Payload says which.</summary>
    Closure,

    /// <summary>A store through the address A; Scale is its length in bytes, 0 when unknown.</summary>
    Write,

    /// <summary>A call; Payload says of what, Dst receives the result.</summary>
    Call,

    /// <summary>Dst is what the call in Payload left in its parameter B; the counter C, which it may have raised, gets it.</summary>
    OutArgument,

    /// <summary>A loop over the enumerator in A begins.</summary>
    BeginLoop,

    /// <summary>A becomes visible outside of the analysed code: an event, a collection, a delegate that somebody keeps.</summary>
    Escape,
}

/// <summary>One step. Which of the numbers count is the code's business; −1 stands for "none".</summary>
internal readonly struct Instruction(OpCode code, int dst, int a = -1, int b = -1, int c = -1, long scale = 0, int site = -1, object? payload = null)
{
    public readonly OpCode Code = code;
    public readonly int Dst = dst;
    public readonly int A = a;
    public readonly int B = b;
    public readonly int C = c;

    /// <summary>Where in the source, as an index that the lowering resolves.</summary>
    public readonly int Site = site;

    /// <summary>Bytes.</summary>
    public readonly long Scale = scale;

    public readonly object? Payload = payload;
}

internal enum ConditionKind : byte
{
    /// <summary>Nothing is known about it.</summary>
    Opaque,

    /// <summary>A is true.</summary>
    Truth,

    /// <summary>A is null.</summary>
    IsNull,

    /// <summary>A equals B.</summary>
    Equal,

    /// <summary>A is less than B.</summary>
    Less,

    /// <summary>A is at most B.</summary>
    LessOrEqual,

    /// <summary>The enumerator A has one more element; B is what it enumerates. Without A, what B enumerates has any.</summary>
    Iterates,

    /// <summary>A has the shape that Key names (a type or another pattern).</summary>
    Matches,
}

/// <summary>What decides which of two edges leaves a block. Successor 0 is taken when it holds, successor 1 when it does not.</summary>
internal sealed class Condition(ConditionKind kind, int a, int b, bool negated, string? key, string text, int site)
{
    public readonly ConditionKind Kind = kind;
    public readonly int A = a;
    public readonly int B = b;

    /// <summary>The condition holds when the described test does not.</summary>
    public readonly bool Negated = negated;

    /// <summary>For <see cref="ConditionKind.Matches"/>: the shape, equal for equal shapes.</summary>
    public readonly string? Key = key;

    /// <summary>As the user wrote it, for messages.</summary>
    public readonly string Text = text;

    public readonly int Site = site;

    /// <summary>Whether the same variable or field decides more than one condition of the body, so that its outcome is worth remembering.</summary>
    public bool Correlated;

    /// <summary>For <see cref="ConditionKind.Iterates"/>: how many elements there are, or −1.</summary>
    public int Size = -1;

    /// <summary>The variable that the condition itself steps, as in <c>i-- &gt; 0</c>, or −1.</summary>
    public int Stepped = -1;

    /// <summary>A comparison of what may be null: where it holds, it is not.</summary>
    public bool IsLifted;

    /// <summary>The only numbers that A can be, when its type names them: an enum's.</summary>
    public long[]? Domain;

    /// <summary>Conditions that have outcome <see cref="PartsWhen"/> each whenever this one has it: of <c>&gt; 3 and &lt; 10</c>.</summary>
    public Condition[] Parts = Array.Empty<Condition>();

    public bool PartsWhen;

    /// <summary>It reads only what is decided elsewhere: a flag parameter, a member, an option, a clock.</summary>
    public bool IsPolicy;

    /// <summary>The method of the program's own, of this object or of one that it holds, whose answer it is; null for anything else.</summary>
    public object? Question;

    /// <summary>It asks how far something has been counted.</summary>
    public bool IsCount;

    /// <summary>Where the call stands whose number it compares, if that is the program's own; null for anything else.</summary>
    public object? Answered;

    /// <summary>It asks whether there is a mapping at all: what has been written is there.</summary>
    public bool AsksForMemory;
}

internal enum ExitKind : byte
{
    None,

    /// <summary>The body returns; the block's value register is what it returns.</summary>
    Return,

    /// <summary>An iterator hands out a value and may never be resumed.</summary>
    Yield,

    /// <summary>An explicit throw.</summary>
    Throw,
}

/// <summary>The straight-line content of a block; several blocks of a graph share one when a finally region runs on several edges.</summary>
internal sealed class BlockContent
{
    public Instruction[] Instructions = Array.Empty<Instruction>();
    public Condition? Condition;

    /// <summary>How many temporaries the instructions use.</summary>
    public int TemporaryCount;

    /// <summary>The register of the value that leaves the body here, or −1.</summary>
    public int ReturnValue = -1;
}
