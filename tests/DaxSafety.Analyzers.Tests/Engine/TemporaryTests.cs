using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Tests.Programs;
using DaxSafety.Analyzers.Tests.Verification;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>
/// A temporary lives no longer than its block: in another one its number is something else's, or nobody's. What a block reads it has made before: checked
/// step by step, over all programs.
/// </summary>
public sealed class TemporaryTests
{
    public static TheoryData<string> Programs => ProgramTests.Names;

    [Theory]
    [MemberData(nameof(Programs))]
    public void Blocks_ReadTheirOwnTemporaries(string program) =>
        Assert.Empty(ReadTooEarly(ProgramTests.CompilationOf(program).Compile(EditorConfig.Parse(""))));

    [Theory]
    [InlineData("page[at + 1] = set ? (byte)1 : (byte)0;")]
    [InlineData("page[_used] = page[at] > 0 ? page[at + 2] : (byte)7;")]
    [InlineData("page[Next()] = set ? throw new InvalidOperationException() : (byte)1;")]
    [InlineData("page[at + 1] += set ? (byte)1 : (byte)0;")]
    [InlineData("names[at + 1] ??= set ? \"a\" : null;")]
    [InlineData("pages[at + 1][at + 2] = set ? (byte)1 : (byte)0;")]
    [InlineData("Pick(at + 1)[at + 2] = set ? (byte)1 : (byte)0;")]
    [InlineData("(page[at + 1], page[at + 2]) = set ? ((byte)1, (byte)2) : ((byte)3, (byte)4);")]
    [InlineData("fixed (byte* p = &raw[at + 1]) p[at * 2] = set ? (byte)1 : (byte)0;")]
    [InlineData("span[at + 1] = set ? (byte)1 : (byte)0; span[^(at + 1)] = set ? (byte)1 : (byte)0; span[(at + 1)..][at] = set ? (byte)1 : (byte)0;")]
    [InlineData("(set ? ref span[at + 1] : ref span[at + 2]) = at > 3 ? (byte)1 : (byte)0;")]
    [InlineData("view.Write(at + 1, set ? (byte)1 : page[at + (set ? 1 : 2)]);")]
    [InlineData("Take(ref raw[at + 1], set ? 1 : 2, at + 5 is var x && x > 3 ? x : 0);")]
    [InlineData("ref var count = ref Pick(at + 1).Count; if (set) at++; count = at; if (count > 3) view.Flush();")]
    [InlineData("var o = new Page { [at + 1] = set ? (byte)1 : (byte)0, Tag = set ? at + 1 : at + 2 };")]
    public void WhatIsEvaluatedBeforeAChoice_WaitsInAVariable(string statements)
    {
        var source = $$"""
            unsafe class Page
            {
                private byte* _p; private MemoryMappedViewAccessor _view; public int Count;
                public int Tag { get => _view.ReadInt32(0); set => _view.Write(0, value); }
                public byte this[int at] { get => _p[at]; set => _p[at] = value; }
            }
            class Names { private MemoryMappedViewAccessor _view; public string this[int at] { get => null; set => _view.Write(at, value.Length); } }
            class Pages { private Page[] _all; public Page this[int at] => _all[at]; }
            unsafe class C
            {
                int _used;
                int Next() => _used++;
                Page Pick(int at) => _used > at ? new Page() : null;
                static void Take(ref byte b, int a, int c) => b = (byte)(a + c);
                void Use(Page page, Names names, Pages pages, byte[] raw, Span<byte> span, MemoryMappedViewAccessor view, int at, bool set)
                {
                    {{statements}}
                }
            }
            """;
        Assert.Empty(ReadTooEarly(TestCompilation.From(source, VerifyOptions.Default).Compile(EditorConfig.Parse(""))));
    }

    private static IEnumerable<string> ReadTooEarly(Compilation compilation) =>
        LoweredBodies.Of(LoweredBodies.ContextOf(compilation), compilation).SelectMany(found => ReadTooEarly(found.Body).Select(what => $"{found.Owner.ToDisplayString()}: {what}"));

    private static IEnumerable<string> ReadTooEarly(LoweredBody body) =>
        body.Nodes.Select(node => node.Content).Distinct().SelectMany(content => ReadTooEarly(body, content)).Concat(body.Nested.SelectMany(ReadTooEarly));

    private static IEnumerable<string> ReadTooEarly(LoweredBody body, BlockContent content)
    {
        HashSet<int> made = [];
        foreach (var step in content.Instructions)
        {
            foreach (var register in ReadBy(step))
                if (Registers.IsTemporary(register) && !made.Contains(register))
                    yield return $"{step.Code} reads {register - Registers.FirstTemporary} at {(step.Site < 0 ? "?" : body.Sites[step.Site].Syntax)}";
            made.Add(step.Dst);
        }
        foreach (var register in ReadBy(content.Condition).Append(content.ReturnValue))
            if (Registers.IsTemporary(register) && !made.Contains(register))
                yield return $"the end reads {register - Registers.FirstTemporary}: {content.Condition?.Text}";
        if (made.Count > 0 && made.Max() is var last && Registers.IsTemporary(last) && last - Registers.FirstTemporary >= content.TemporaryCount)
            yield return $"{content.TemporaryCount} temporaries, and one is numbered {last - Registers.FirstTemporary}";
    }

    private static IEnumerable<int> ReadBy(Instruction step) => step switch
    {
        { Payload: CallSite call } => ReadBy(call),
        { Payload: ClosureInfo closure } => closure.Described is { } described ? ReadBy(described).Append(closure.Receiver) : [closure.Receiver],
        { Code: OpCode.LoadField } => [step.A],
        { Code: OpCode.LoadElement or OpCode.StoreField } => [step.A, step.C],
        _ => [step.A, step.B, step.C],
    };

    private static IEnumerable<int> ReadBy(CallSite call) => call.Arguments.Concat(call.Contents ?? []).Append(call.Receiver);

    private static IEnumerable<int> ReadBy(Condition? condition) =>
        condition is null ? [] : condition.Parts.SelectMany(ReadBy).Concat([condition.A, condition.B]);
}
