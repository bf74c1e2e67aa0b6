using DaxSafety.Tour.Terminal;
using DaxSafety.Tour.Toolchain;

namespace DaxSafety.Tour.Steps;

/// <summary>What a command printed, for a step whose command did not do what it should.</summary>
internal static class CommandOutput
{
    public static void Show(Screen screen, CommandResult result)
    {
        foreach (string line in result.Output.TakeLast(40))
            screen.Line("   ", Run.Dim("│ "), line);
    }
}
