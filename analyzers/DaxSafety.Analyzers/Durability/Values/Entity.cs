using DaxSafety.Analyzers.Lowering;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Durability;

internal enum EntityKind : byte
{
    /// <summary>The zero that constant numbers are offsets from.</summary>
    Zero,

    /// <summary>Null.</summary>
    Null,

    /// <summary>Anything else that is not tracked.</summary>
    Untracked,

    /// <summary>The receiver at entry.</summary>
    This,

    /// <summary>Parameter A at entry.</summary>
    Parameter,

    /// <summary>Captured variable A at entry.</summary>
    Captured,

    /// <summary>What holds the static fields.</summary>
    Statics,

    /// <summary>Field A of entity B, as it was at entry.</summary>
    Field,

    /// <summary>A constant that is not a number: a string.</summary>
    Constant,

    /// <summary>Variable A before anything was assigned to it.</summary>
    Variable,

    /// <summary>What step A yields: nobody knows what it is, but it is the same until the step runs again.</summary>
    Result,

    /// <summary>A file, map or view that step A creates.</summary>
    Created,

    /// <summary>A plain object that step A allocates.</summary>
    Allocated,

    /// <summary>Something fresh that the callee of step A made.</summary>
    Called,

    /// <summary>An earlier instance of entity A, which step B has replaced by a new one.</summary>
    Stale,

    /// <summary>The file that path A names.</summary>
    FileAt,

    /// <summary>Arithmetic on entities.</summary>
    Computed,

    /// <summary>A number of which only the smallest value, B, is known: a counter in a loop, held by variable A (or the field with the number ~A, or what the step A - <see cref="EntityTable.HolderOfSite"/> makes).</summary>
    AtLeast,

    /// <summary>The smallest of the numbers that variable A was compared with, which is at most B.</summary>
    AtMost,

    /// <summary>A number that tells A of entity B: what a <c>measure</c> of the tables says.</summary>
    Measured,

    /// <summary>Code with its captured variables.</summary>
    Closure,
}

/// <summary>
/// One thing that values can name: a mapping, a file, an object, an unknown number. Interned for each analysis of a body,
/// so that equal IDs are equal things.
/// </summary>
internal sealed class Entity(int id, EntityKind kind, int a, long b, object? payload, int depth)
{
    public readonly int Id = id;
    public readonly EntityKind Kind = kind;
    public readonly int A = a;
    public readonly long B = b;
    public readonly object? Payload = payload;

    /// <summary>How many fields deep; chains through recursive types are cut.</summary>
    public readonly int Depth = depth;

    /// <summary>What is known of it as a file, map or view; null when it is none as far as anybody knows.</summary>
    public Mapping? Mapping;

    /// <summary>Set when it left the body's sight: kept by something that the analysis does not follow.</summary>
    public bool Escaped;

    /// <summary>It left the body's sight in another way than into a container of the body's own.</summary>
    public bool IsKeptElsewhere;

    /// <summary>The field in whose container it has been put.</summary>
    public int? KeptIn;

    /// <summary>Name of the variable or member that first held it, for messages.</summary>
    public string? Name;

    /// <summary>The result of a flush: what it is when that has not failed.</summary>
    public long? WhenFlushed;

    /// <summary>How many of something a library's call has read: never less than none.</summary>
    public bool IsAmount;

    public List<int>? Dependents;

    /// <summary>Some variable or field has held it, or something made of it: later steps can meet it again.</summary>
    public bool IsStored;

    public bool IsFresh => Kind is EntityKind.Created or EntityKind.Called or EntityKind.Allocated or EntityKind.Stale;

    /// <summary>A view that the body, or a callee of it, has made.</summary>
    public bool IsMadeView => Kind is EntityKind.Created or EntityKind.Called && Mapping is { Role: MappingRole.View };

    /// <summary>Belongs to whoever called: a parameter, the receiver, a captured variable, a static, or reached through one.</summary>
    public bool IsRooted => Kind is EntityKind.This or EntityKind.Parameter or EntityKind.Captured or EntityKind.Statics or EntityKind.Field;
}

/// <summary>The entities of one analysis.</summary>
internal sealed class EntityTable
{
    public const int Zero = 0;
    public const int Null = 1;
    public const int Untracked = 2;
    public const int This = 3;
    public const int Statics = 4;

    /// <summary>Beyond the numbers of variables.</summary>
    public const int HolderOfSite = 1 << 24;

    /// <summary>What an <see cref="EntityKind.AtLeast"/> has that is the largest of what a variable was compared with.</summary>
    public const string Kept = "kept";

    private const int DeepestField = 5;
    private const int DeepestArithmetic = 4;

    private readonly List<Entity> _entities = new();
    private readonly Dictionary<(EntityKind Kind, int A, long B, object? Payload), Entity> _index;

    /// <param name="expected">How many there will be, more or less.</param>
    public EntityTable(int expected)
    {
        _index = new Dictionary<(EntityKind Kind, int A, long B, object? Payload), Entity>(expected);
        Intern(EntityKind.Zero);
        Intern(EntityKind.Null);
        Intern(EntityKind.Untracked);
        Intern(EntityKind.This);
        Intern(EntityKind.Statics);
    }

    public Entity this[int id] => _entities[id];

    public int Count => _entities.Count;

    /// <summary>Thread safe, because what reads a finished analysis may still ask for a thing that the body itself never named.</summary>
    public Entity Intern(EntityKind kind, int a = 0, long b = 0, object? payload = null)
    {
        var key = (kind, a, b, payload);
        lock (_index)
        {
            if (_index.TryGetValue(key, out var found))
                return found;
            var depth = kind == EntityKind.Field ? _entities[(int)b].Depth + 1 : 0;
            var entity = new Entity(_entities.Count, kind, a, b, payload, depth);
            _entities.Add(entity);
            _index.Add(key, entity);
            return entity;
        }
    }

    /// <summary>Field <paramref name="field"/> of <paramref name="owner"/> as it was at entry; null when the chain gets too long.</summary>
    public Entity? Field(int owner, int field) =>
        _entities[owner].Depth >= DeepestField ? null : DependOn(Intern(EntityKind.Field, field, owner), owner);

    public Entity Computed(string operation, int left, long leftOffset, int right, long rightOffset)
    {
        var depth = Math.Max(_entities[left].Kind == EntityKind.Computed ? DepthOf(left) : 0, _entities[right].Kind == EntityKind.Computed ? DepthOf(right) : 0);
        if (depth >= DeepestArithmetic)
            return this[Untracked];
        var entity = Intern(EntityKind.Computed, left, right, (operation, leftOffset, rightOffset, depth + 1));
        DependOn(entity, left);
        return DependOn(entity, right);
    }

    /// <summary>Marks everything that a value leads to as stored.</summary>
    public void Store(Value value)
    {
        foreach (var place in value.Refs)
        {
            Store(place.Entity);
            Store(place.OffsetEntity);
            Store(place.LengthEntity);
        }
    }

    private void Store(int id)
    {
        for (; id > Statics && _entities[id] is { IsStored: false } entity; id = SourceOf(entity))
        {
            entity.IsStored = true;
            if (entity.Kind == EntityKind.Computed)
                Store(entity.A);
        }
    }

    /// <summary>Whether a later step can come across it: what a step yields and nothing holds is gone with its block.</summary>
    public bool CanBeMet(int id)
    {
        for (; id > Statics; id = SourceOf(_entities[id]))
        {
            var entity = _entities[id];
            if (entity.Kind == EntityKind.Result)
                return entity.IsStored;
            if (entity.Kind == EntityKind.Computed && !CanBeMet(entity.A))
                return false;
        }
        return true;
    }

    /// <summary>What an entity is read from or made of; of two, the second.</summary>
    private static int SourceOf(Entity entity) => entity.Kind is EntityKind.Field or EntityKind.Computed or EntityKind.Measured ? (int)entity.B : Zero;

    private int DepthOf(int computed) => (((string, long, long, int Depth))_entities[computed].Payload!).Depth;

    private Entity DependOn(Entity entity, int source)
    {
        if (source > Statics)
        {
            var dependents = _entities[source].Dependents ??= new List<int>();
            if (!dependents.Contains(entity.Id))
                dependents.Add(entity.Id);
        }
        return entity;
    }
}
