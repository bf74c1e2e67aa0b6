namespace DaxSafety;

/// <summary>The IDs of the rules: what users write in an .editorconfig, and what a fix asks for. Never reused, never renumbered.</summary>
internal static class RuleIds
{
    public const string WriteNotFlushed = "DAX1001";
    public const string MappingNeverFlushed = "DAX1002";
    public const string FlushNotDurable = "DAX1003";
    public const string WriteBackNotFenced = "DAX1004";
    public const string WriteBackOfPageCache = "DAX1005";
    public const string FlushDoesNotCoverWrite = "DAX1006";
    public const string FlushFailureIgnored = "DAX1007";
    public const string FileItselfNotDurable = "DAX1008";
    public const string ContractNotKept = "DAX1009";
    public const string FlushMissesTail = "DAX1010";
    public const string WriteNeverReachesFile = "DAX1011";
    public const string EffectRowUnreadable = "DAX9001";
    public const string MethodTooComplex = "DAX9002";
}
