namespace DaxSafety.Analyzers.Tests.Verification;

/// <summary>One file given to a test: a source document, or an additional file the analyzer reads.</summary>
internal readonly record struct TestFile(string Path, string Text);
