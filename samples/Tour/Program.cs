using System.Diagnostics;
using DaxSafety.Tour;
using DaxSafety.Tour.Terminal;

if (!TourOptions.TryParse(args, out TourOptions options, out string complaint))
{
    Console.Error.WriteLine(complaint);
    Console.Error.WriteLine(TourOptions.Usage);
    return 2;
}

var clock = Stopwatch.StartNew();
var screen = Screen.OfThisProcess();
using var workshop = Workshop.Create(options.KeepFolder);
bool holds = new GuidedTour(screen, workshop, options).Show();
screen.FleetingLine(Run.Dim($"   {clock.Elapsed.TotalSeconds:F0} s in {workshop.Root}{(options.KeepFolder ? "" : ", deleted now")}"));

if (options.Svg is { } svg && holds)
{
    File.WriteAllText(svg, SvgTerminal.Render("dotnet run --project samples/Tour", screen.Picture));
    screen.FleetingLine(Run.Dim($"   picture written to {svg}"));
}

return holds ? 0 : 1;
