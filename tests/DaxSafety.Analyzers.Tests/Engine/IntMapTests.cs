using DaxSafety.Analyzers.Flow;

namespace DaxSafety.Analyzers.Tests.Engine;

/// <summary>The persistent map against a dictionary, on random contents that share much and differ in a little.</summary>
public sealed class IntMapTests
{
    private const int Keys = 300;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void MergesAndChanges_AgreeWithADictionary(int seed)
    {
        Random random = new(seed);
        for (var round = 0; round < 300; round++)
        {
            var (common, model) = Change(IntMap<int>.Empty, [], random.Next(60), random);
            var (a, x) = Change(common, model, random.Next(8), random);
            var (b, y) = Change(common, model, random.Next(8), random);

            Same(x.Keys.Union(y.Keys).ToDictionary(key => key, key => (x.TryGetValue(key, out var mine), y.TryGetValue(key, out var theirs)) switch { (true, true) => Math.Max(mine, theirs), (true, _) => -mine - key, _ => -theirs - key }),
                a.Union(b, (_, mine, theirs) => Math.Max(mine, theirs), IntMap<int>.OfOnlyOne.Changed((key, value) => -value - key)));
            Same(x.Where(entry => entry.Key % 3 == 0 || y.ContainsKey(entry.Key)).Concat(y.Where(entry => entry.Key % 3 == 0 && !x.ContainsKey(entry.Key))).ToDictionary(entry => entry.Key, entry => y.TryGetValue(entry.Key, out var theirs) ? Math.Max(entry.Value, theirs) : entry.Value),
                a.Intersect(b, (_, mine, theirs) => Math.Max(mine, theirs), IntMap<int>.OfOnlyOne.Kept((key, _) => key % 3 == 0)));
            Same(x.Keys.Intersect(y.Keys).ToDictionary(key => key, key => Math.Max(x[key], y[key])), a.Intersect(b, (_, mine, theirs) => Math.Max(mine, theirs)));
            Assert.Equal(y.All(entry => x.TryGetValue(entry.Key, out var mine) && mine >= entry.Value), a.Covers(b, (_, mine, theirs) => mine >= theirs));
            Assert.True(a.Union(b, (_, mine, theirs) => Math.Max(mine, theirs)).Covers(b, (_, mine, theirs) => mine >= theirs));
            Assert.Equal(x.Count == y.Count && x.All(entry => y.TryGetValue(entry.Key, out var value) && value == entry.Value), a.Equals(b));
            var differing = x.Keys.Intersect(y.Keys).Where(key => x[key] != y[key]).ToHashSet();
            Assert.Equal(differing.Count > 0, a.AnyChange(b, (key, mine, theirs) => mine != theirs));
            Assert.All(differing, key => Assert.True(a.AnyChange(b, (changed, mine, theirs) => changed == key && mine == x[key] && theirs == y[key])));
        }
    }

    /// <summary>A part that both share is not looked at: that is what keeps the meet of two long methods' states cheap.</summary>
    [Fact]
    public void SharedParts_AreNotVisited()
    {
        var common = IntMap<int>.Empty;
        for (var key = 0; key < 10_000; key++)
            common = common.Set(key, key);
        var (a, b) = (common.Set(5000, -1), common.Set(5000, -2).Set(20_000, 1));
        var visited = 0;
        var merged = a.Union(b, (_, mine, theirs) => { visited++; return Math.Min(mine, theirs); }, IntMap<int>.OfOnlyOne.Changed((_, value) => { visited++; return value; }));
        Assert.True(visited < 40, $"{visited} values were combined of two maps that differ in two");
        Assert.True(merged.TryGet(5000, out var met) && met == -2 && merged.TryGet(20_000, out var added) && added == 1);
    }

    private static (IntMap<int> Map, Dictionary<int, int> Model) Change(IntMap<int> map, Dictionary<int, int> model, int steps, Random random)
    {
        model = new(model);
        for (var step = 0; step < steps; step++)
        {
            var key = random.Next(Keys);
            if (random.Next(4) == 0)
            {
                map = map.Remove(key);
                model.Remove(key);
            }
            else
            {
                var value = 1 + random.Next(5);
                map = map.Set(key, value);
                model[key] = value;
            }
        }
        return (map, model);
    }

    /// <summary>A map's entries come by rising keys.</summary>
    private static void Same(Dictionary<int, int> expected, IntMap<int> actual)
    {
        List<KeyValuePair<int, int>> entries = [];
        foreach (var entry in actual)
            entries.Add(new(entry.Key, entry.Value));
        Assert.Equal(expected.OrderBy(entry => entry.Key), entries);
    }
}
