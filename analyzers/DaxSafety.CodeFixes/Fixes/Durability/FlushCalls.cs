using DaxSafety.CodeFixes.Placement;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Text;

namespace DaxSafety.CodeFixes.Fixes.Durability;

/// <summary>Which statements make a mapping durable: by the framework as far as the target's system allows it, or by our runtime.</summary>
internal sealed class FlushCalls(FixSite site, MappingName mapping, SyntaxNode write)
{
    private readonly bool _isView = mapping.IsView;

    private readonly bool _isOnLinux = site[DiagnosticKeys.TargetOs] is null or "linux";
    private readonly bool _hasTail = site[DiagnosticKeys.MissesTail] is not null;

    /// <summary>It went through a stream whose own flush does nothing to the view.</summary>
    private readonly bool _isUnflushed = site[DiagnosticKeys.Unflushed] is not null;

    /// <summary>On Linux a view's own flush reaches the medium, if the view starts on a page; elsewhere the file has to follow.</summary>
    public bool IsFrameworkEnough => _isOnLinux && !_hasTail;

    /// <summary><c>view.Flush();</c>, and where that is not enough <c>file.Flush(true);</c> after it. Null without a way.</summary>
    public Offer? ByFramework(IReadOnlyList<FlushPlace> places)
    {
        if (!_isView)
            return ByItself(places);
        if (places.Count == 0 || Writer() is not var (isWriter, writer))
            return null;
        string[] flushes = !isWriter ? [mapping.Text + ".Flush();"] : _isUnflushed ? [writer + ".Flush();", mapping.Text + ".Flush();"] : [writer + ".Flush();"];
        if (places.All(place => place.Slot.IsFollowedBy(At(place, flushes[0]))))
            return null;
        if (IsFrameworkEnough)
            return new Offer(FixKeys.Flush, $"Flush '{mapping.Text}' after the write", edits => InsertAll(edits, places, flushes));
        if (_hasTail && !_isOnLinux || MappedFile.Of(site.Model, mapping, write) is not { } file || !places.All(place => file.IsUsableAfter(place.Slot)))
            return null;
        if (_isOnLinux && !isWriter)
            return new Offer(FixKeys.Flush, $"Flush the file of '{mapping.Text}' after the write", edits => InsertAll(edits, places, [file.FlushStatement]));
        return new Offer(FixKeys.Flush, $"Flush '{mapping.Text}', then its file, after the write", edits => InsertAll(edits, places, [.. flushes, file.FlushStatement]));
    }

    /// <summary>A writer that is all there is of the view, or a type that keeps the view and has a member that promises to persist it.</summary>
    private Offer? ByItself(IReadOnlyList<FlushPlace> places)
    {
        if (places.Count > 0 && IsFrameworkEnough && IsOrDerives(mapping.Type, Flushables) && $"{mapping.Text}.Flush();" is var flush && !places.All(place => place.Slot.IsFollowedBy(At(place, flush))))
            return new Offer(FixKeys.Flush, $"Flush '{mapping.Text}' after the write", edits => InsertAll(edits, places, [flush]));
        if (places.Count == 0 || RuntimeLibrary.IsMap(mapping.Type) || write is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } || !mapping.IsMapping(call.Expression)
            || OwnFlush.Of(mapping.Type, site.Model, write.SpanStart) is not { } member || $"{mapping.Text}.{member}();" is var statement && places.All(place => place.Slot.IsFollowedBy(statement)))
            return null;
        return new Offer(FixKeys.Flush, $"Call '{mapping.Text}.{member}' after the write", edits => InsertAll(edits, places, [statement]));
    }

    /// <summary><c>view.Persist(…);</c> of the written range if that is known, else of the view. Null when the runtime is not referenced.</summary>
    public Offer? ByRuntime(IReadOnlyList<FlushPlace> places)
    {
        if (places.Count == 0 || Writer() is not var (isWriter, writer) || RuntimeLibrary.IsMap(mapping.Type) && IsInAScope()
            || !RuntimeLibrary.HasPersist(site, mapping.Type, write.SpanStart, out var import))
            return null;
        var range = isWriter ? null : WrittenRange.Of(site, mapping, write, places);
        var file = site[DiagnosticKeys.TargetOs] is "windows" or "any" && !RuntimeLibrary.IsMap(mapping.Type) && MappedFile.Of(site.Model, mapping, write) is { } known && places.All(place => known.IsUsableAfter(place.Slot)) ? known.Handle : null;
        var arguments = string.Join(", ", new[] { range, file }.Where(argument => argument is not null));
        var persist = $"{mapping.Text}.Persist({arguments});";
        string[] statements = isWriter ? [writer + ".Flush();", persist] : [persist];
        if (places.All(place => place.Slot.IsFollowedBy(At(place, statements[0]))))
            return null;
        var title = range is null ? $"Persist '{mapping.Text}' after the write" : $"Persist the written bytes of '{mapping.Text}'";
        return new Offer(FixKeys.Persist, title, edits => InsertAll(edits, places, statements, import));
    }

    /// <summary>A scope of a runtime's map marks what it has written when it ends, and before that there is nothing to persist.</summary>
    private bool IsInAScope() => write is not InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax call } || !mapping.IsMapping(call.Expression)
        || Slot.FunctionOf(write)?.DescendantNodes().OfType<SimpleNameSyntax>().Any(name => name.Identifier.ValueText == "BeginWrite") != false;

    /// <summary>For a mapping that only a pointer, a span or a ref leads to: persists what was assigned, by its address.</summary>
    public Offer? ByAddress(IReadOnlyList<SyntaxNode> earlier)
    {
        if (_isView || !RuntimeLibrary.HasPersistentMemory(site, write.SpanStart, out var import))
            return null;
        var placement = new FlushPlacement(site.Model, mapping, Exits.Unknown);
        var places = new List<(Slot Slot, string Statement)>();
        foreach (var one in earlier.Append(write))
        {
            if (AssignedPlace.Of(one, site.Model) is not { } place || placement.NextTo(one) is not { } slot || !place.IsSameAfter(slot))
                return null;
            places.Add((slot, $"PersistentMemory.Persist(in {place.Text});"));
        }
        return new Offer(FixKeys.Persist, $"Persist what is written to '{mapping.Text}'", edits =>
        {
            foreach (var (slot, statement) in places)
                edits.Insert(slot, statement);
            if (import)
                edits.ImportRuntime();
        });
    }

    private void InsertAll(DocumentEdits edits, IReadOnlyList<FlushPlace> places, IReadOnlyList<string> statements, bool import = false)
    {
        foreach (var place in places.Where(place => !place.Slot.IsFollowedBy(At(place, statements[0]))))
            foreach (var statement in statements)
                edits.Insert(place.Slot, At(place, statement), place.Value);
        if (import)
            edits.ImportRuntime();
    }

    /// <summary>What is written <c>view?.Write(…)</c> may be null behind it.</summary>
    private string At(FlushPlace place, string statement) => statement.StartsWith(mapping.Text + ".", StringComparison.Ordinal) && place.Writes.Any(mapping.IsConditionalAt)
        ? mapping.Text + "?" + statement.Substring(mapping.Text.Length) : statement;

    /// <summary>
    /// A writer or a buffer over a view stream keeps bytes of its own: it is the one to flush. Null when the write went through something
    /// that no flush empties, such as a compression stream. What a call is given as its destination, it writes to directly; what is read into
    /// mapped memory has passed the stream it comes from; and what is disposed of has given away its last byte.
    /// </summary>
    private (bool IsWriter, string Text)? Writer()
    {
        if (write is not InvocationExpressionSyntax { ArgumentList.Arguments: var arguments } invocation)
            return (false, "");
        if (invocation.Expression is MemberAccessExpressionSyntax call && !mapping.IsMapping(call.Expression) && !arguments.Any(argument => mapping.IsMapping(argument.Expression))
            && call.Name.Identifier.ValueText is var name && !name.StartsWith("Read", StringComparison.Ordinal) && name is not ("Dispose" or "DisposeAsync" or "Close") && IsStreamOrWriter(call.Expression))
            return IsBare(call.Expression) || _isUnflushed && IsOrDerives(site.Model.GetTypeInfo(call.Expression).Type, "UnmanagedMemoryStream") ? (false, "") : IsFlushable(call.Expression) ? (true, call.Expression.ToString()) : null;
        if (site[DiagnosticKeys.HeldBack] is null)
            return (false, "");
        // A helper that is given the writer.
        var given = arguments.Select(argument => argument.Expression).Where(IsStreamOrWriter).ToArray();
        return given.Length == 1 && IsFlushable(given[0]) ? (true, given[0].ToString()) : null;
    }

    private static readonly string[] Flushables = ["BinaryWriter", "TextWriter", "BufferedStream"];

    private bool IsFlushable(ExpressionSyntax expression) => expression is IdentifierNameSyntax && IsOrDerives(site.Model.GetTypeInfo(expression).Type, Flushables);

    private bool IsStreamOrWriter(ExpressionSyntax expression) => IsOrDerives(site.Model.GetTypeInfo(expression).Type, "BinaryWriter", "TextWriter", "Stream");

    private static bool IsOrDerives(ITypeSymbol? type, params string[] names)
    {
        for (; type is not null; type = type.BaseType)
            if (names.Contains(type.Name) && type.ContainingNamespace.ToDisplayString() == "System.IO")
                return true;
        return false;
    }

    /// <summary>A writer or stream of the program's own, straight from the library's abstract ones, that has no Flush of its own: there is nothing in it to flush.</summary>
    private bool IsBare(ExpressionSyntax expression)
    {
        var receiver = site.Model.GetTypeInfo(expression).Type;
        var type = receiver;
        for (; type is { DeclaringSyntaxReferences.IsEmpty: false }; type = type.BaseType)
            if (type.GetMembers("Flush").Any(member => member.IsOverride))
                return false;
        return !SymbolEqualityComparer.Default.Equals(type, receiver) && type is { Name: "TextWriter" or "Stream", ContainingNamespace: { Name: "IO", ContainingNamespace.Name: "System" } };
    }
}
