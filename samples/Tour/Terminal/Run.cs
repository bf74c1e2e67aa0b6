namespace DaxSafety.Tour.Terminal;

/// <summary>What a stretch of text is, not how it looks: the screen and the picture each have their own colours for it.</summary>
internal enum Ink
{
    Plain,
    Dim,
    Strong,
    Heading,
    Good,
    Bad,
    Warning,
    Command,
}

/// <summary>A stretch of text in one ink; a line on the screen is a few of them.</summary>
internal readonly record struct Run(string Text, Ink Ink)
{
    public static implicit operator Run(string text) => new(text, Ink.Plain);

    public static Run Dim(string text) => new(text, Ink.Dim);

    public static Run Strong(string text) => new(text, Ink.Strong);

    public static Run Heading(string text) => new(text, Ink.Heading);

    public static Run Good(string text) => new(text, Ink.Good);

    public static Run Bad(string text) => new(text, Ink.Bad);

    public static Run Warning(string text) => new(text, Ink.Warning);

    public static Run Command(string text) => new(text, Ink.Command);

    public static Run Verdict(bool holds, string text) => holds ? Good(text) : Bad(text);
}
