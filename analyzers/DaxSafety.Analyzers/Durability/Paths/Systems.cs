using DaxSafety.Analyzers.Flow;
using DaxSafety.Analyzers.Knowledge;
using DaxSafety.Analyzers.Lowering;
using DaxSafety.Analyzers.Options;

namespace DaxSafety.Analyzers.Durability;

/// <summary>Which system a path runs on, where the code asks and must be right on all of them: <c>if (!OperatingSystem.IsLinux()) file.Flush(true);</c></summary>
internal sealed partial class BodyAnalysis
{
    /// <summary>The question for a system, as something measured; above what the tables measure.</summary>
    private const int OnWindows = 16, OnLinux = 17, OnMacOs = 18;

    /// <summary>What a question for the system comes to: on the one that the code targets it has an answer, on all it is one that paths remember.</summary>
    private Value RunsOn(Path path, CallSite call, Effect effect)
    {
        var named = effect["system"]?.AsOperand is not { } system ? effect.Flags.FirstOrDefault()
            : Operand(path, call, system).Single is { Entity: var field } && _entities[field].Kind == EntityKind.Field ? _context.Lowering.Members.SymbolOf(_entities[field].A)?.Name
            : null;
        (int Question, TargetOs System)? asked = named?.ToLowerInvariant() switch
        {
            "windows" => (OnWindows, TargetOs.Windows),
            "linux" => (OnLinux, TargetOs.Linux),
            "macos" or "osx" => (OnMacOs, TargetOs.MacOs),
            _ => null,
        };
        return (_context.Options.TargetOs, asked) switch
        {
            (TargetOs.Any, { } question) => Value.OfEntity(System(question.Question)),
            (TargetOs.Any, null) => Value.Untracked,
            (_, { } question) => Value.Constant(question.System == _context.Options.TargetOs ? 1 : 0),
            _ => named is null ? Value.Untracked : Value.Constant(0),
        };
    }

    private int System(int question) => _entities.Intern(EntityKind.Measured, question, EntityTable.Statics).Id;

    /// <summary>An answer holds for the rest of the path, whoever asks next.</summary>
    public bool IsSystem(int entity) => _entities[entity] is { Kind: EntityKind.Measured, A: OnWindows or OnLinux or OnMacOs, B: EntityTable.Statics };

    private bool Is(Path path, int question, bool answer) =>
        _context.Options.TargetOs == TargetOs.Any && path.Facts.TryGet(NumberTest(System(question)), out var known) && known.Equals(answer ? Span.True : Span.False);

    private bool IsOnLinux(Path path) => Is(path, OnLinux, true) || (Is(path, OnWindows, false) && Is(path, OnMacOs, false));

    private bool IsViewFlushDurable(Path path) => _context.Options.ViewFlushIsDurable || IsOnLinux(path);

    private bool IsFileFlushDurable(Path path) => _context.Options.FileFlushIsDurable || IsOnLinux(path) || Is(path, OnWindows, false) || Is(path, OnMacOs, true);

    /// <summary>What has been flushed through its view is durable, now that the path is known to be Linux's.</summary>
    private void SettleForSystem(Path path, Value asked)
    {
        if (asked.Single is not { } place || !IsSystem(place.Entity) || !IsOnLinux(path))
            return;
        foreach (var entry in path.Pending)
            if (entry.Value.Progress == Progress.ViewFlushed)
                Settle(path, _obligations[entry.Key]);
    }
}
