namespace DaxSafety.Tour;

/// <summary>What the command line asks for.</summary>
internal sealed record TourOptions(string? Svg = null, bool KeepFolder = false, bool LeaveOutFix = false)
{
    public const string Usage = """
        usage: dotnet run --project samples/Tour [-- OPTION...]
          --svg FILE       also draw what was shown as a picture of a terminal
          --keep           keep the temporary folder with the program, the packages and the ledgers' files
          --leave-out-fix  do not apply the fixes; the tour must then fail, and a test sees that it does
        """;

    public static bool TryParse(ReadOnlySpan<string> arguments, out TourOptions options, out string complaint)
    {
        options = new TourOptions();
        complaint = "";
        for (int at = 0; at < arguments.Length; at++)
        {
            switch (arguments[at])
            {
                case "--svg" when at + 1 < arguments.Length:
                    options = options with { Svg = Path.GetFullPath(arguments[++at]) };
                    break;
                case "--keep":
                    options = options with { KeepFolder = true };
                    break;
                case "--leave-out-fix":
                    options = options with { LeaveOutFix = true };
                    break;
                default:
                    complaint = $"'{arguments[at]}' is not an option of the tour, or lacks its value.";
                    return false;
            }
        }

        return true;
    }
}
