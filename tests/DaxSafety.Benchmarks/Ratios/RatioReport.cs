using System.Globalization;
using System.Text.Json;

namespace DaxSafety.Benchmarks.Ratios;

/// <summary>
/// Collects named ratios (ours divided by theirs, so less is better) and what could not be measured, and writes them as one flat
/// JSON object; what is missing is there as null, so that no reader takes silence for success.
/// </summary>
internal sealed class RatioReport(string? only)
{
    private readonly SortedDictionary<string, double?> _values = new(StringComparer.Ordinal);

    public int Missing { get; private set; }

    public int OverLimit { get; private set; }

    /// <summary>Whether a suite has any work under the chosen prefix.</summary>
    public bool Wants(string name)
        => only is null || name.StartsWith(only, StringComparison.Ordinal) || only.StartsWith(name, StringComparison.Ordinal);

    /// <summary>A measured ratio; the limit is what the documents promise, null where they promise nothing.</summary>
    public void Add(string name, double ratio, double? limit, string detail)
    {
        _values[name] = Math.Round(ratio, 4);
        bool over = ratio > limit;
        OverLimit += over ? 1 : 0;
        string verdict = limit is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(over ? "OVER" : "ok")} (at most {limit:0.00##})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {ratio,8:0.0000}  {verdict,-22} {detail}"));
    }

    /// <summary>A ratio of theirs to ours, of which more is better: at least the limit.</summary>
    public void AddAtLeast(string name, double ratio, double limit, string detail)
    {
        _values[name] = Math.Round(ratio, 4);
        bool under = ratio < limit;
        OverLimit += under ? 1 : 0;
        string verdict = string.Create(CultureInfo.InvariantCulture, $"{(under ? "UNDER" : "ok")} (at least {limit:0.##})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-32} {ratio,8:0.0}  {verdict,-22} {detail}"));
    }

    /// <summary>A ratio that cannot be had here, and why.</summary>
    public void Cannot(string name, string why)
    {
        _values[name] = null;
        Missing++;
        Console.WriteLine($"{name,-32}  MISSING  {why}");
    }

    public void Write(string path)
    {
        using FileStream file = File.Create(path);
        using Utf8JsonWriter json = new(file, new JsonWriterOptions { Indented = true });
        json.WriteStartObject();
        foreach ((string name, double? value) in _values)
        {
            if (value is { } number)
                json.WriteNumber(name, number);
            else
                json.WriteNull(name);
        }

        json.WriteEndObject();
    }
}
