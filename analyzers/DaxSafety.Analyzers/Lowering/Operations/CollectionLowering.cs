using System.Collections.Immutable;
using DaxSafety.Analyzers.Flow;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.FlowAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace DaxSafety.Analyzers.Lowering;

/// <summary>
/// How many elements a library's collection has: <c>foreach</c>, <c>Any</c>, <c>IsEmpty</c> and <c>Count</c> are one question, whose answer
/// holds until a call changes the collection.
/// </summary>
internal sealed partial class BodyLowering
{
    /// <summary>What calls that ask and change nothing begin with.</summary>
    private static readonly string[] Questions =
    {
        "Contains", "IndexOf", "LastIndexOf", "Get", "TryGet", "Find", "Exists", "TrueForAll", "BinarySearch", "CopyTo", "TryCopyTo", "To", "As", "Peek", "TryPeek",
        "ForEach", "Equals", "Slice", "Is", "Sort", "Reverse", "EnsureCapacity", "ConvertAll", "Fill",
    };

    private bool? _asksSizes;

    /// <summary>The property that tells how many elements a library's collection has.</summary>
    private IPropertySymbol? SizeOf(ITypeSymbol? type) => SizeMember(type) is { } size && !_context.IsOwn(size) ? size : null;

    /// <summary>How many elements there are, by whatever tells; none where nothing can.</summary>
    private int LoadSize(int collection, ITypeSymbol? type) => SizeOf(type) is { } size ? LoadOf(collection, size)
        : collection >= 0 && IsSequence(type) ? _steps.Into(OpCode.LoadField, collection, MemberNumbers.Size) : Registers.None;

    private static bool IsSequence(ITypeSymbol? type) => type is { OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T };

    public static IPropertySymbol? SizeMember(ITypeSymbol? type)
    {
        foreach (var candidate in TypesOf(type))
            foreach (var name in new[] { "Count", "Length" })
                if (candidate.GetMembers(name).OfType<IPropertySymbol>().FirstOrDefault(IsSize) is { } found)
                    return found;
        return null;
    }

    /// <summary>A sequence tells how many bytes all its segments have: where there are none, a loop over the segments writes nothing.</summary>
    private static bool IsSize(IPropertySymbol property) => property is { IsStatic: false, Type.SpecialType: SpecialType.System_Int32 }
        or { Type.SpecialType: SpecialType.System_Int64, ContainingType: { Name: "ReadOnlySequence", ContainingNamespace.Name: "Buffers" } };

    private static IEnumerable<ITypeSymbol> TypesOf(ITypeSymbol? type)
    {
        for (var current = type; current is not null; current = current.BaseType)
            yield return current;
        foreach (var implemented in type is { TypeKind: TypeKind.Interface } ? type.AllInterfaces : System.Collections.Immutable.ImmutableArray<INamedTypeSymbol>.Empty)
            yield return implemented;
    }

    /// <summary>After a call that may change how many elements there are, nobody knows how many.</summary>
    private void NoteResize(IInvocationOperation invocation, int receiver)
    {
        if (receiver >= 0 && MovesElsewhere(invocation.TargetMethod))
            _steps.Add(new Instruction(OpCode.StoreField, -1, receiver, MemberNumbers.Position, Known(Registers.None, invocation), site: AddSite(invocation)));
        if (receiver < 0 || invocation.TargetMethod.IsStatic || (Questions.Any(question => invocation.TargetMethod.Name.StartsWith(question, StringComparison.Ordinal)) && !HasOne(invocation.TargetMethod)))
            return;
        if (invocation.Instance?.Type is not { IsReferenceType: true } type || SizeOf(type) is not { } size || !Counts(type))
            return;
        // A set adds nothing that it has; it is not empty then.
        var addsOne = invocation.TargetMethod is { Name: "Add", Parameters.Length: 1 } or { ReturnsVoid: true, Name: "Add" or "Insert" or "Push" or "Enqueue" or "AddLast" or "AddFirst" };
        if (!addsOne && HasOne(invocation.TargetMethod))
        {
            NoteOne(receiver, size, invocation);
            return;
        }
        var now = invocation.TargetMethod is { ReturnsVoid: true, Name: "Clear", Parameters.IsEmpty: true } ? _steps.Into(OpCode.Constant, payload: 0L)
            : addsOne ? _steps.Into(OpCode.Arithmetic, LoadOf(receiver, size), _steps.Into(OpCode.Constant, payload: 1L), scale: 1, payload: "+", site: AddSite(invocation))
            : Known(Registers.None, invocation);
        _steps.Add(new Instruction(OpCode.StoreField, -1, receiver, FieldNumber(size), now, site: AddSite(invocation)));
    }

    /// <summary>Takes an element where there is one, and says whether there was: <c>while (dirty.TryDequeue(out var page))</c></summary>
    private int TakesOne(IInvocationOperation invocation, int receiver) =>
        receiver >= 0 && invocation.TargetMethod is { Name: "TryDequeue" or "TryPop" or "TryPeek" or "TryTake", Parameters.Length: 1 }
        && invocation.Instance?.Type is { IsReferenceType: true } type && SizeOf(type) is { } size && Counts(type)
            ? TestValue(BinaryOperatorKind.GreaterThan, LoadOf(receiver, size), _steps.Into(OpCode.Constant, payload: 0L), invocation) : Registers.None;

    /// <summary>A stream, or what reads from one, stands elsewhere after it.</summary>
    private static bool MovesElsewhere(IMethodSymbol method) =>
        (method.Name is "Seek" or "SetLength" || method.Name.StartsWith("Read", StringComparison.Ordinal))
        && method.ContainingNamespace is { Name: "IO", ContainingNamespace.Name: "System" };

    /// <summary>Afterwards the key is there, whether it was before or not.</summary>
    private static bool HasOne(IMethodSymbol method) => method.Name is "TryAdd" or "GetOrAdd" or "AddOrUpdate" or "AddFirst" or "AddLast";

    /// <summary><c>dirty[page] = true</c>, of a dictionary.</summary>
    private void NoteKey(IOperation target)
    {
        if (target is IPropertyReferenceOperation { Property: { IsIndexer: true, ContainingType: var type }, Instance: { Type.IsReferenceType: true } instance }
            && SizeOf(type) is { } size && Counts(type) && type.AllInterfaces.Append(type).Any(face => face is { Name: "IDictionary", ContainingNamespace.Name: "Generic" or "Collections" })
            && Lower(instance) is >= 0 and var receiver)
            NoteOne(receiver, size, target);
    }

    private void NoteOne(int receiver, IPropertySymbol size, IOperation operation) =>
        _steps.Add(new Instruction(OpCode.StoreField, -1, receiver, FieldNumber(size),
            _steps.Into(OpCode.Extreme, LoadOf(receiver, size), _steps.Into(OpCode.Constant, payload: 1L), c: 1, site: AddSite(operation)), site: AddSite(operation)));

    /// <summary>A size that was counted up to a call that may count on: unknown from there on. What was not known stays the number it is.</summary>
    public const string Given = "given";

    /// <summary>Whoever is given a collection that can grow may fill it.</summary>
    private void NoteGiven(IInvocationOperation invocation, int[] arguments)
    {
        foreach (var parameter in invocation.TargetMethod.Parameters)
            if (arguments[parameter.Ordinal] is >= 0 and var collection && CanGrow(parameter.Type) && SizeOf(parameter.Type) is { } size && Counts(parameter.Type))
                _steps.Add(new Instruction(OpCode.StoreField, -1, collection, FieldNumber(size),
                    _steps.Into(OpCode.Arithmetic, LoadOf(collection, size), Known(Registers.None, invocation), payload: Given, site: AddSite(invocation)), site: AddSite(invocation)));
    }

    private bool CanGrow(ITypeSymbol type) => type is INamedTypeSymbol { IsReferenceType: true, SpecialType: not SpecialType.System_String } && !_context.IsOwn(type)
        && type.AllInterfaces.Append(type).Any(face => face is { SpecialType: SpecialType.System_Collections_Generic_ICollection_T } or { OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_ICollection_T } or { Name: "ICollection", ContainingNamespace.Name: "Collections" });

    /// <summary>A collection that starts with nothing in it.</summary>
    private int EmptyCollection(IObjectCreationOperation creation)
    {
        if (creation is not { Type: { IsReferenceType: true } type, Constructor: { } constructor } || !constructor.Parameters.All(parameter => parameter.Type.SpecialType == SpecialType.System_Int32)
            || !type.AllInterfaces.Any(face => face.OriginalDefinition.SpecialType == SpecialType.System_Collections_Generic_IEnumerable_T) || SizeOf(type) is not { } size || !Counts(type))
            return Registers.None;
        return EmptyCollection(creation, size);
    }

    private int EmptyCollection(IOperation creation, IPropertySymbol size)
    {
        var instance = _steps.Into(OpCode.Allocate, site: AddSite(creation));
        _steps.Add(new Instruction(OpCode.StoreField, -1, instance, FieldNumber(size), _steps.Into(OpCode.Constant, payload: 0L), site: AddSite(creation)));
        return instance;
    }

    /// <summary>Marks an allocation of what has no elements and never gets any.</summary>
    public const long NoElements = 2;

    /// <summary><c>Array.Empty</c> and <c>Enumerable.Empty</c>.</summary>
    private static bool IsEmptyCall(IInvocationOperation invocation) => invocation.TargetMethod is
        { Name: "Empty", IsStatic: true, Parameters.IsEmpty: true, ContainingType: { Name: "Enumerable" } or { SpecialType: SpecialType.System_Array } };

    private int Nothing(IOperation operation) => _steps.Into(OpCode.Allocate, scale: NoElements, site: AddSite(operation));

    private static bool CannotGrow(ITypeSymbol type) => type is IArrayTypeSymbol or
        { OriginalDefinition.SpecialType: SpecialType.System_Collections_Generic_IEnumerable_T or SpecialType.System_Collections_Generic_IReadOnlyList_T or SpecialType.System_Collections_Generic_IReadOnlyCollection_T };

    /// <summary>Whether it is worth while to know how many elements there are: the body asks, or a callee that walks through what is flushed.</summary>
    private bool Counts(ITypeSymbol? type) => AsksSizes() || (_parent?.AsksSizes() ?? false) || _context.Types.ContainsMemory(type);

    /// <summary><c>[a, b, .. more]</c>, an operation of no public kind in the oldest compiler; a spread does not say how many there are.</summary>
    private int LowerCollectionExpression(IOperation collection, ITypeSymbol type)
    {
        if (_evaluated.TryGetValue(collection, out var slot))
            return slot;
        var elements = collection.ChildOperations.ToList();
        if (elements.Count == 0 && CannotGrow(type))
            return Nothing(collection);
        var registers = elements.Select(LowerElementOfCollection).ToList();
        if (!_context.Types.CanCarryMapping(type) && !Counts(type))
            return Registers.None;
        var value = _steps.Into(OpCode.Allocate, scale: type is IArrayTypeSymbol or { IsRefLikeType: true } ? OwnMemory : 0, site: AddSite(collection));
        if (elements.TrueForAll(element => element.Syntax is not SpreadElementSyntax))
            StoreSize(value, type, _steps.Into(OpCode.Constant, payload: (long)elements.Count), collection);
        foreach (var element in registers)
            if (element >= 0)
                _steps.Add(new Instruction(OpCode.StoreField, -1, value, MemberNumbers.Element, element));
        return value;
    }

    private int LowerElementOfCollection(IOperation element)
    {
        if (element.Syntax is not SpreadElementSyntax)
            return Lower(element);
        var spread = element.ChildOperations.FirstOrDefault();
        var container = Lower(spread);
        return container >= 0 && _context.Types.ContainsMemory(StaticType(spread)) ? Load(Place.OfField(container, MemberNumbers.Element)) : Registers.None;
    }

    /// <summary>Whether the body depends on any size at all: most that fill a collection do not.</summary>
    private bool AsksSizes() => _asksSizes ??= _cfg.Blocks
        .SelectMany(block => block.BranchValue is { } value ? block.Operations.Add(value) : block.Operations)
        .SelectMany(operation => operation.DescendantsAndSelf())
        .Any(operation => operation is IPropertyReferenceOperation { Property.Name: "Count" or "Length" or "IsEmpty" } or IInvocationOperation { TargetMethod.Name: "GetEnumerator" or "Any" });

    /// <summary>What <c>x.Any()</c> or <c>x.IsEmpty</c> asks about, if it is a collection of the library that can be asked again.</summary>
    private IOperation? AskedForAny(IOperation test)
    {
        var collection = test switch
        {
            IInvocationOperation { TargetMethod: { Name: "Any", ContainingType.Name: "Enumerable", Parameters.Length: 1 }, Arguments: { Length: 1 } arguments } => arguments[0].Value,
            IPropertyReferenceOperation { Property: { Name: "IsEmpty" } property, Instance: { } instance } when !_context.IsOwn(property) && SizeOf(property.ContainingType) is not null => instance,
            _ => null,
        };
        collection = collection is null ? null : Unconverted(collection);
        return collection is not null && (IsPlainRead(collection) || collection is IFlowCaptureReferenceOperation) ? collection : null;
    }

    /// <summary>The answer, where it is kept: how its size compares with nothing.</summary>
    private int EmptinessValue(IOperation test, IOperation collection) =>
        TestValue(test is IPropertyReferenceOperation ? BinaryOperatorKind.LessThanOrEqual : BinaryOperatorKind.GreaterThan, LoadSize(Known(Lower(collection), collection), collection.Type), _steps.Into(OpCode.Constant, payload: 0L), test);

    /// <summary><c>x.Any()</c> and <c>x.IsEmpty</c> of the library's collections.</summary>
    private Condition? EmptinessCondition(IOperation test, bool negated)
    {
        if (AskedForAny(test) is not { } collection)
            return null;
        var of = Known(Lower(collection), collection);
        var condition = new Condition(ConditionKind.Iterates, Registers.None, of, negated != test is IPropertyReferenceOperation, null, test.Syntax.ToString(), AddSite(test));
        condition.Size = LoadSize(of, collection.Type);
        condition.IsPolicy = ReadsOnlyPolicy(test);
        NoteEnumerated(collection, condition);
        return condition;
    }
}
