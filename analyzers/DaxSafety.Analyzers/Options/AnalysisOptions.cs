namespace DaxSafety.Analyzers.Options;

/// <summary>The operating system whose rules decide what a flush is worth.</summary>
internal enum TargetOs : byte
{
    Linux,
    Windows,
    MacOs,

    /// <summary>The sequence must be durable everywhere.</summary>
    Any,
}

/// <summary>What the user configured. Immutable.</summary>
/// <param name="TargetOs"><c>dax_safety.target_os</c>, else what the project targets, else Linux.</param>
/// <param name="ExceptionalPaths"><c>dax_safety.exceptional_paths</c>: paths that an exception opens owe as well.</param>
internal sealed record AnalysisOptions(TargetOs TargetOs, bool ExceptionalPaths)
{
    public static readonly AnalysisOptions Default = new(TargetOs.Linux, ExceptionalPaths: false);

    /// <summary>A view's flush (an msync, or FlushViewOfFile) is all that is needed.</summary>
    public bool ViewFlushIsDurable => TargetOs == TargetOs.Linux;

    /// <summary>A flush of the file alone reaches what was written through its views.</summary>
    public bool FileFlushIsDurable => TargetOs is TargetOs.Linux or TargetOs.MacOs;

    /// <summary>Where a view may start: views at other offsets are extended down to it.</summary>
    public long Granularity => TargetOs is TargetOs.Windows or TargetOs.Any ? 65536 : 4096;

    public string TargetOsName => TargetOs switch
    {
        TargetOs.Windows => "windows",
        TargetOs.MacOs => "macos",
        TargetOs.Any => "any",
        _ => "linux",
    };
}
