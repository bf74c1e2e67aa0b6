using System.Diagnostics;
using System.Text;

namespace DaxSafety.Tour.Terminal;

/// <summary>
/// Where the tour is shown: coloured lines on a terminal, plain ones in a log or where NO_COLOR is set. It also keeps what it
/// showed, for the picture; what differs from run to run, times and folders, is left out of that.
/// </summary>
internal sealed class Screen
{
    private readonly TextWriter _output;
    private readonly bool _colour;
    private readonly bool _live;
    private readonly List<IReadOnlyList<Run>> _picture = [];
    private bool _offPicture;

    public Screen(TextWriter output, bool colour, bool live)
    {
        _output = output;
        _colour = colour;
        _live = live;
    }

    /// <summary>What was shown and is the same in every run.</summary>
    public IReadOnlyList<IReadOnlyList<Run>> Picture => _picture;

    public static Screen OfThisProcess()
    {
        bool terminal = !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") != "dumb";
        bool colour = terminal && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        return new Screen(Console.Out, colour, terminal);
    }

    public void Line(params ReadOnlySpan<Run> runs)
    {
        if (!_offPicture)
            _picture.Add(runs.ToArray());
        Show(runs);
    }

    /// <summary>A line that is not the same in every run.</summary>
    public void FleetingLine(params ReadOnlySpan<Run> runs) => Show(runs);

    /// <summary>Keeps lines out of the picture until disposed: a picture wants three examples, a run shows all.</summary>
    public IDisposable OffPicture() => new PictureGap(this);

    public void Heading(int number, string title)
    {
        Line();
        Line(Run.Heading($"{number}  {title}"));
    }

    /// <summary>Shows a command while it runs, and how long it took.</summary>
    public T During<T>(string command, Func<T> work)
    {
        var clock = Stopwatch.StartNew();
        T result;
        using (_live ? new Spinner(_output, command, clock) : null)
            result = work();
        if (!_offPicture)
            _picture.Add([Run.Dim("   $ "), Run.Command(command)]);
        Show([Run.Dim("   $ "), Run.Command(command), Run.Dim($"   {clock.Elapsed.TotalSeconds:F1} s")]);
        return result;
    }

    private void Show(ReadOnlySpan<Run> runs)
    {
        var line = new StringBuilder();
        foreach (Run run in runs)
        {
            string code = _colour ? AnsiOf(run.Ink) : "";
            line.Append(code.Length == 0 ? run.Text : $"\e[{code}m{run.Text}\e[0m");
        }

        _output.WriteLine(line);
    }

    private static string AnsiOf(Ink ink) => ink switch
    {
        Ink.Dim => "2",
        Ink.Strong => "1",
        Ink.Heading => "1;36",
        Ink.Good => "32",
        Ink.Bad => "31",
        Ink.Warning => "33",
        Ink.Command => "35",
        _ => "",
    };

    /// <summary>A line that is rewritten in place, so that nobody wonders whether a long command still runs.</summary>
    private sealed class Spinner : IDisposable
    {
        private const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";

        private readonly TextWriter _output;
        private readonly Timer _timer;
        private int _frame;

        public Spinner(TextWriter output, string command, Stopwatch clock)
        {
            _output = output;
            _timer = new Timer(_ => _output.Write($"\r   {Frames[_frame++ % Frames.Length]} {command}   {clock.Elapsed.TotalSeconds:F0} s "), null, 0, 100);
        }

        public void Dispose()
        {
            using var stopped = new ManualResetEvent(false);
            _timer.Dispose(stopped);
            stopped.WaitOne();
            _output.Write("\r\e[K");
        }
    }

    private sealed class PictureGap : IDisposable
    {
        private readonly Screen _screen;
        private readonly bool _before;

        public PictureGap(Screen screen)
        {
            _screen = screen;
            _before = screen._offPicture;
            screen._offPicture = true;
        }

        public void Dispose() => _screen._offPicture = _before;
    }
}
