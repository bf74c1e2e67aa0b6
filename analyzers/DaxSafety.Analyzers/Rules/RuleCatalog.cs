using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Rules;

/// <summary>Every rule's ID, title, category, severity and help link. Nothing else in the code base repeats them.</summary>
internal static class RuleCatalog
{
    public const string Durability = nameof(Durability);
    public const string Configuration = nameof(Configuration);

    public static readonly DiagnosticDescriptor WriteNotFlushed = Define(
        RuleIds.WriteNotFlushed, Durability, DiagnosticSeverity.Warning,
        "Mapped write is not durably flushed on every path",
        "'{0}' is written here, but {1} does not flush it: a power cut loses the bytes");

    public static readonly DiagnosticDescriptor MappingNeverFlushed = Define(
        RuleIds.MappingNeverFlushed, Durability, DiagnosticSeverity.Warning,
        "Mapping is written but nothing ever flushes it",
        "'{0}' is written here, but nothing in this project ever flushes it durably: a power cut loses the bytes");

    public static readonly DiagnosticDescriptor FlushNotDurable = Define(
        RuleIds.FlushNotDurable, Durability, DiagnosticSeverity.Warning,
        "Flush does not reach the storage medium",
        "This does not make '{0}' durable: {1}");

    public static readonly DiagnosticDescriptor WriteBackNotFenced = Define(
        RuleIds.WriteBackNotFenced, Durability, DiagnosticSeverity.Warning,
        "Cache-line write-back is never fenced",
        "The cache lines of '{0}' are written back here, but {1} has no fence: they may still be on their way when the power goes");

    public static readonly DiagnosticDescriptor WriteBackOfPageCache = Define(
        RuleIds.WriteBackOfPageCache, Durability, DiagnosticSeverity.Warning,
        "Cache-line write-back of a page-cache mapping",
        "'{0}' lies in the page cache: a cache-line write-back reaches DRAM, not the medium; flush the view instead");

    public static readonly DiagnosticDescriptor FlushDoesNotCoverWrite = Define(
        RuleIds.FlushDoesNotCoverWrite, Durability, DiagnosticSeverity.Warning,
        "Flushed range does not cover the write",
        "{0}");

    public static readonly DiagnosticDescriptor FlushFailureIgnored = Define(
        RuleIds.FlushFailureIgnored, Durability, DiagnosticSeverity.Warning,
        "Flush failure is ignored",
        "{0}: after a failed flush the bytes are not durable, and the program goes on as if they were");

    public static readonly DiagnosticDescriptor FileItselfNotDurable = Define(
        RuleIds.FileItselfNotDurable, Durability, DiagnosticSeverity.Info,
        "New or grown file is not made durable itself",
        "{0}");

    public static readonly DiagnosticDescriptor ContractNotKept = Define(
        RuleIds.ContractNotKept, Durability, DiagnosticSeverity.Warning,
        "Member does not keep its durability contract",
        "'{0}' {1}");

    public static readonly DiagnosticDescriptor FlushMissesTail = Define(
        RuleIds.FlushMissesTail, Durability, DiagnosticSeverity.Warning,
        "View flush misses the tail of an unaligned view",
        "'{0}' starts {1}: its Flush starts at the page below and stops that much short of the end, so the last page can stay dirty");

    public static readonly DiagnosticDescriptor WriteNeverReachesFile = Define(
        RuleIds.WriteNeverReachesFile, Durability, DiagnosticSeverity.Warning,
        "Write can never reach the file",
        "'{0}' is copy-on-write: the flush that follows succeeds and persists nothing");

    public static readonly DiagnosticDescriptor EffectRowUnreadable = Define(
        RuleIds.EffectRowUnreadable, Configuration, DiagnosticSeverity.Warning,
        "Effect table row cannot be read",
        "{0}");

    public static readonly DiagnosticDescriptor MethodTooComplex = Define(
        RuleIds.MethodTooComplex, Configuration, DiagnosticSeverity.Info,
        "A method was too complex to analyse",
        "'{0}' is too complex to analyse ({1}); nothing in it was checked");

    public static readonly ImmutableArray<DiagnosticDescriptor> All = ImmutableArray.Create(
        WriteNotFlushed, MappingNeverFlushed, FlushNotDurable, WriteBackNotFenced, WriteBackOfPageCache, FlushDoesNotCoverWrite,
        FlushFailureIgnored, FileItselfNotDurable, ContractNotKept, FlushMissesTail, WriteNeverReachesFile,
        EffectRowUnreadable, MethodTooComplex);

    private static DiagnosticDescriptor Define(string id, string category, DiagnosticSeverity severity, string title, string message) =>
        new(id, title, message, category, severity, isEnabledByDefault: true, helpLinkUri: HelpLink(id));

    private static string HelpLink(string id) => $"https://github.com/daxsafety/daxsafety/blob/main/docs/rules/{id}.md";
}
