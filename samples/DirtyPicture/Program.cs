using System.IO.MemoryMappedFiles;
using System.Text;
using DaxSafety;

namespace DirtyPicture;

/// <summary>
/// A small store with a log and a table in one mapped file. It writes, shows where the mapping is dirty, makes the log
/// durable, shows it again, and then makes durable what is left. With a file name it also writes the first picture as SVG.
/// </summary>
internal static class Program
{
    private const int MiB = 1 << 20, Length = 16 * MiB, LogLength = 4 * MiB, Records = 400, RecordLength = 200;

    private static int Main(string[] args)
    {
        Console.OutputEncoding = Encoding.UTF8;
        Run(Console.Out, args.FirstOrDefault());
        return 0;
    }

    internal static void Run(TextWriter output, string? svg)
    {
        string path = Path.Combine(Path.GetTempPath(), $"dirty-picture-{Environment.ProcessId}.bin");
        using (FileStream stream = new(path, FileMode.Create, FileAccess.ReadWrite))
        using (MemoryMappedFile file = MemoryMappedFile.CreateFromFile(stream, null, Length, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: true))
        using (MemoryMappedViewAccessor view = file.CreateViewAccessor())
        using (DirtyTracker tracker = view.Track(TrackingMode.Scopes, stream.SafeFileHandle))
        {
            WriteRecords(tracker);
            DirtyMap written = DirtyMap.Of(tracker.Tree, tracker.FileRange, 256);
            Show("After 400 records:", written);
            if (svg != null)
                File.WriteAllText(svg, written.ToSvg());

            long log = tracker.Persist(0, LogLength);
            Show($"After Persist(log), {log} lines:", DirtyMap.Of(tracker.Tree, tracker.FileRange, 256));

            long rest = tracker.Persist();
            output.WriteLine($"After Persist(), {rest} lines: {(tracker.Tree.IsEmpty ? "clean" : "dirty")}");
        }

        File.Delete(path);

        void Show(string title, DirtyMap map)
        {
            output.WriteLine(title);
            output.WriteLine(map.ToText());
        }
    }

    /// <summary>Every record goes to the end of the log and to its place in the table.</summary>
    private static void WriteRecords(DirtyTracker tracker)
    {
        var random = new Random(7);
        for (int i = 0; i < Records; i++)
        {
            // Most keys are near each other, as keys are.
            double near = random.NextDouble();
            near *= near * near;
            long slot = (long)(near * near * (Length - LogLength - RecordLength));
            Write(tracker, (long)i * RecordLength, i);
            Write(tracker, LogLength + slot, i);
        }
    }

    private static void Write(DirtyTracker tracker, long offset, int value)
    {
        using WriteScope write = tracker.BeginWrite(offset, RecordLength);
        write.Span.Fill((byte)value);
    }
}
