using System;
using System.Linq;
using Microsoft.CodeAnalysis;

namespace DaxSafety.Analyzers.Knowledge;

/// <summary>
/// Recognises a P/Invoke by what it calls, whatever the method is named: <c>DllImport</c> and <c>LibraryImport</c>, the entry
/// point, and the library under the names it goes by (<c>libc</c>, <c>libc.so.6</c>, <c>c</c>, <c>libSystem.dylib</c>).
/// </summary>
internal static class NativeLibrary
{
    public const string Windows = "kernel32";

    /// <summary>What an entry point of Windows may end in, without a row of its own: the encoding of its strings.</summary>
    public const string WindowsEncodings = "AW";

    /// <summary>The library without directory, prefix and suffix, in lower case; other names of the same library become one.</summary>
    public static string Canonical(string library)
    {
        var name = library.Substring(library.LastIndexOfAny(new[] { '/', '\\' }) + 1).ToLowerInvariant();
        foreach (var suffix in new[] { ".so", ".dylib", ".dll", ".exe" })
            if (name.IndexOf(suffix + ".", StringComparison.Ordinal) is var versioned and > 0)
                name = name.Substring(0, versioned);
            else if (name.EndsWith(suffix, StringComparison.Ordinal))
                name = name.Substring(0, name.Length - suffix.Length);
        if (name.StartsWith("lib", StringComparison.Ordinal) && name.Length > 3)
            name = name.Substring(3);

        return name switch
        {
            "system" or "system.b" or "__internal" => "c",
            _ when name.StartsWith("c.musl", StringComparison.Ordinal) => "c",
            "kernelbase" => Windows,
            _ when name.StartsWith("api-ms-win-core-", StringComparison.Ordinal) => Windows,
            _ => name,
        };
    }

    /// <summary>What a method imports, or null when it imports nothing.</summary>
    public static (string Library, string EntryPoint)? ImportOf(IMethodSymbol method)
    {
        if (method.IsExtern && method.GetDllImportData() is { ModuleName: { } module } import)
            return (Canonical(module), import.EntryPointName ?? method.Name);

        var definition = method.PartialDefinitionPart ?? method;
        if (!definition.IsPartialDefinition)
            return null;
        var attribute = definition.GetAttributes().FirstOrDefault(IsLibraryImport);
        if (attribute?.ConstructorArguments.FirstOrDefault().Value is not string library)
            return null;
        var entryPoint = attribute.NamedArguments.FirstOrDefault(argument => argument.Key == "EntryPoint").Value.Value as string;
        return (Canonical(library), entryPoint ?? method.Name);
    }

    private static bool IsLibraryImport(AttributeData attribute) =>
        attribute.AttributeClass is { Name: "LibraryImportAttribute", ContainingNamespace.Name: "InteropServices" };
}
