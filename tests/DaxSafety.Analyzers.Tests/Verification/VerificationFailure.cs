namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>A test found what it is there to find. The message alone must be enough to understand it.</summary>
internal sealed class VerificationFailure(string message) : Exception(message);
