using System.Collections.Immutable;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>What a member can do to mapped memory. The words of the effect tables, one to one.</summary>
internal enum EffectKind
{
    /// <summary><c>file(target, path:, options:, mode:, access:, [volatile], [temporary], [unmapped])</c>: target is an open file; a volatile one is not meant to last; an unmapped one is emptied or written at its end, so that no mapping made before is of it. A <c>temporary</c> one is the path of a temporary file. <c>mode</c> is a FileMode or, with the same numbers, a Win32 disposition.</summary>
    File,

    /// <summary><c>map(target, file:, path:, capacity:, access:, page-protection:, [anonymous], [unknown])</c>: target maps a file as a whole. <c>access</c> is a MemoryMappedFileAccess, <c>page-protection</c> Win32's (PAGE_READWRITE is 4, PAGE_WRITECOPY 8).</summary>
    Map,

    /// <summary><c>view(target, of:, path:, offset:, size:, access:, protection:, flags:, desired-access:, [anonymous], [may-be-direct], [unknown], [portable])</c>: target is memory that can be written.
    /// <c>access</c> is a MemoryMappedFileAccess, <c>protection</c> and <c>flags</c> are mmap's (with <c>portable</c>, here and below, in the numbers of .NET's own native library), <c>desired-access</c> is MapViewOfFile's (FILE_MAP_COPY is 1). On a type's row, <c>view(this, unknown)</c>: every value of the type is a view.</summary>
    View,

    /// <summary><c>derive(target, from:, offset:, length:, [page-base], [at-position], [by-get-span], [variable], [own], [buffered], [below], [unflushed])</c>: target names the same mapping, file or memory as another operand. Without an offset it starts where that does;
    /// <c>page-base</c>: at the page below it, so that PointerOffset has to be added; <c>at-position</c>: somewhere in it; <c>by-get-span</c>: what the object's own GetSpan returns, where that is in source; <c>variable</c>: only when the by-ref argument is a variable or field, whose value is meant; <c>own</c>: memory of the program's own that no file stands behind, as long as what it lies over; <c>buffered</c>: it holds back what is written to it; <c>below</c>: what lies under one that does; <c>unflushed</c>: its flush and its end do nothing to the memory, nor do those of what lies over it.</summary>
    Derive,

    /// <summary><c>measure(target, of:, what)</c>: target is a number that tells something of another operand: <c>offset-in-page</c>, where a view starts in its first page; <c>file-length</c>; <c>true-if-written</c>, of what can be true only where something is owed; and of nothing else <c>page-size</c>.</summary>
    Measure,

    /// <summary><c>runs-on(target, system:, what)</c>: target is true when the program runs on that system; <c>system</c> is a member of that name.</summary>
    RunsOn,

    /// <summary><c>write(target, offset:, length:, [at-position])</c>. Without an offset at target's start; <c>at-position</c>: at a stream's own position, which is not known. Without a length of unknown length.</summary>
    Write,

    /// <summary><c>flush-view(target, offset:, length:, autoflush:, [misses-tail], [disposal], [first-of-two], [zero-is-all], [unless-left-open])</c>: durable on Linux; elsewhere, and everywhere when it is <c>first-of-two</c>, the first of two steps.
    /// Counts only when target is a view; when it is a file, nothing happens to its mappings. Without a range the whole view. <c>autoflush:</c> names the object whose property of that name must be true.</summary>
    FlushView,

    /// <summary><c>flush-file(target, when:, command:)</c>: durable on Linux and macOS, on Windows only after the view's own flush. <c>when</c> names the bool that must be true (else it is weak: stream-flush), <c>command</c> the number that must be F_FULLFSYNC (51).</summary>
    FlushFile,

    /// <summary><c>flush-weak(target, weakness)</c>: looks like a flush and makes nothing durable; the weakness is a flag, one of those of <c>dax.weakness</c>. Counts only when target is a file: beside a flush-view, the target's nature chooses.</summary>
    FlushWeak,

    /// <summary><c>msync(target, length:, flags:, [portable])</c>: a view flush whose flags decide what it is worth.</summary>
    Msync,

    /// <summary><c>persist(target, offset:, length:, flags:)</c>: durable everywhere. <c>flags</c> is libpmem's word: 0 is durable, 1 (NODRAIN) only a write-back, 32 (NOFLUSH) nothing.</summary>
    Persist,

    /// <summary><c>write-back(target, offset:, length:)</c>: cache lines on their way; needs a fence.</summary>
    WriteBack,

    /// <summary><c>fence()</c>: completes every write-back before it.</summary>
    Fence,

    /// <summary><c>release(target)</c>: target must not be used any more.</summary>
    Release,

    /// <summary><c>create(target, mode:, flags:, [portable])</c>: the file named or opened may be new: always, or when the FileMode or FileStreamOptions (<c>mode</c>) or open(2)'s <c>flags</c> (O_CREAT) say so.</summary>
    Create,

    /// <summary><c>grow(target, length:)</c>: the file gets longer.</summary>
    Grow,

    /// <summary><c>rename(target, to:, over:, [replaces])</c>: the file named by target takes another name; in place of a file that has it when the bool <c>over</c> is true, or always when it <c>replaces</c>.</summary>
    Rename,

    /// <summary><c>delete(target)</c>: the file is gone, and nothing of it need be durable.</summary>
    Delete,

    /// <summary><c>flush-directory(target)</c>: the directory entry becomes durable.</summary>
    FlushDirectory,

    /// <summary><c>fails(how)</c>: how the result tells that the call failed: <c>minus-one</c>, <c>false</c>, <c>non-zero</c>.</summary>
    Fails,

    /// <summary><c>tells()</c>: whoever waits for the work learns that it failed.</summary>
    Tells,

    /// <summary><c>keep(target, value:)</c>: target holds on to another operand; the value is out of the caller's sight.</summary>
    Keep,

    /// <summary><c>varies()</c>: it changes by itself or by being asked; two readings are two questions.</summary>
    Varies,

    /// <summary><c>exit()</c>: does not return.</summary>
    Exit,

    /// <summary><c>counts(target, of:)</c>: target is 0, false or of nothing else where a delegate, or what was made with one, has never answered anything else.</summary>
    Counts,
}

/// <summary>One effect of one member: a kind, what it is about, and its named operands.</summary>
internal sealed class Effect
{
    public Effect(EffectKind kind, Operand target, ImmutableArray<NamedOperand> operands, ImmutableArray<string> flags)
    {
        Kind = kind;
        Target = target;
        Operands = operands;
        Flags = flags;
    }

    public EffectKind Kind { get; }

    /// <summary>The first operand; <see cref="Operand.None"/> for <c>fence()</c> and the like.</summary>
    public Operand Target { get; }

    public ImmutableArray<NamedOperand> Operands { get; }

    /// <summary>Bare words after the operands: <c>misses-tail</c>, <c>anonymous</c>, <c>ms-async</c>.</summary>
    public ImmutableArray<string> Flags { get; }

    /// <summary>The operand of that name, or null. A name may stand more than once; the first that the member has wins.</summary>
    public ByteExpression? this[string name]
    {
        get
        {
            foreach (var operand in Operands)
                if (operand.Name == name)
                    return operand.Value;
            return null;
        }
    }

    public bool Has(string flag) => Flags.Contains(flag);

    /// <summary>Whoever does this has to do with mappings or what becomes of their files. A disposal says nothing by itself: nearly every <c>using</c> and <c>foreach</c> ends in one.</summary>
    public bool IsAboutMappings => IsKindAboutMappings && !Has("disposal");

    private bool IsKindAboutMappings => Kind is EffectKind.Map or EffectKind.View or EffectKind.FlushView or EffectKind.FlushFile
        or EffectKind.FlushWeak or EffectKind.Msync or EffectKind.Persist or EffectKind.WriteBack or EffectKind.Fence or EffectKind.Rename or EffectKind.Grow;
}

internal readonly record struct NamedOperand(string Name, ByteExpression Value);

/// <summary>Who takes part in an effect: the receiver, the result, or a parameter by its ordinal.</summary>
internal readonly record struct Operand(OperandKind Kind, int Ordinal = -1)
{
    public static readonly Operand None = default;
    public static readonly Operand This = new(OperandKind.This);
    public static readonly Operand Return = new(OperandKind.Return);

    public static Operand Parameter(int ordinal) => new(OperandKind.Parameter, ordinal);
}

internal enum OperandKind
{
    None,
    This,
    Return,
    Parameter,
}

/// <summary>
/// A number of bytes or a reference, in the words of a table: a sum of terms. <c>file: fileStream</c> is one term that is
/// just an operand; <c>offset: start * sizeof(T)</c> and <c>length: sizeof(value)</c> are the other usual shapes.
/// </summary>
internal sealed class ByteExpression
{
    public ByteExpression(ImmutableArray<ByteTerm> terms) => Terms = terms;

    public ImmutableArray<ByteTerm> Terms { get; }

    /// <summary>The operand, when the expression is nothing else.</summary>
    public Operand? AsOperand =>
        Terms.Length == 1 && Terms[0] is { Factor: 1, Value: { Kind: not OperandKind.None } operand, SizeOf: null, LengthOf.Kind: OperandKind.None }
            ? operand
            : null;
}

/// <summary><c>Factor * Value * sizeof(SizeOf) </c>, or <c>Factor * length(LengthOf)</c> in bytes; parts that are absent count as one.</summary>
/// <param name="Factor">The constant factor.</param>
/// <param name="Value">An operand whose number counts, or none.</param>
/// <param name="SizeOf">A type parameter's name, or the name of a parameter whose type is meant (for a pointer, span, array or ref: its element's). Null when absent.</param>
/// <param name="LengthOf">An operand whose length in bytes counts (array, span, memory, string), or none.</param>
internal readonly record struct ByteTerm(long Factor, Operand Value, string? SizeOf, Operand LengthOf);
