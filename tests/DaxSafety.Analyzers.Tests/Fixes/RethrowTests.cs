using DaxSafety.Analyzers.Tests.Verification;

namespace DaxSafety.Analyzers.Tests.Fixes;

/// <summary>DAX1007's fix for a <c>catch</c> that swallows the failure of a flush.</summary>
public sealed class RethrowTests
{
    [Theory]
    [InlineData("catch { }", "catch { throw; }")]
    [InlineData("catch {}", "catch { throw; }")]
    [InlineData("catch (IOException) { Console.WriteLine(); }", "catch (IOException) { Console.WriteLine(); throw; }")]
    [InlineData("catch (System.Exception e) when (e is IOException) { }", "catch (System.Exception e) when (e is IOException) { throw; }")]
    public Task ClauseOnOneLine_ThrowsInTheEnd(string before, string after) =>
        FixSource.Fixes("view.Write(0, n);\ntry { {|DAX1007:view.Flush()|}; } " + before, "view.Write(0, n);\ntry { view.Flush(); } " + after);

    [Fact]
    public Task ClausesOfTheirOwnLines_KeepWhatTheySay() => FixSource.Fixes("""
        view.Write(0, n);
        try
        {
            {|DAX1007:view.Flush()|};
        }
        catch (IOException e) // the disk
        {
            Console.WriteLine(e);
            // and that is it
        }
        catch (TimeoutException)
        {
        }
        catch
        {
        }
        """, """
        view.Write(0, n);
        try
        {
            view.Flush();
        }
        catch (IOException e) // the disk
        {
            Console.WriteLine(e);
            // and that is it
            throw;
        }
        catch (TimeoutException)
        {
        }
        catch
        {
            throw;
        }
        """);

    [Fact]
    public Task TwoFlushesOfOneTry_ThrowOnce() => FixSource.Fixes("""
        view.Write(0, n);
        var other = map.CreateViewAccessor();
        other.Write(0, n);
        try
        {
            {|DAX1007:view.Flush()|};
            {|DAX1007:other.Flush()|};
        } catch (Exception) {
            Console.WriteLine();
        }
        """, """
        view.Write(0, n);
        var other = map.CreateViewAccessor();
        other.Write(0, n);
        try
        {
            view.Flush();
            other.Flush();
        } catch (Exception) {
            Console.WriteLine();
            throw;
        }
        """);

    [Theory]
    [InlineData("while (n-- > 0) { view.Write(0, n); try { {|DAX1007:view.Flush()|}; } catch (IOException) { Console.WriteLine(); } }")]
    [InlineData("view.Write(0, n); try { {|DAX1007:view.Flush()|}; } catch (IOException) { return; }")]
    [InlineData("view.Write(0, n); try { {|DAX1007:view.Flush()|}; } catch (IOException) { if (ok) return; }")]
    [InlineData("view.Write(0, n); try { try { {|DAX1007:view.Flush()|}; } catch (IOException) { } } catch (Exception) { Console.WriteLine(); }")]
    public Task WhatToDoIsADecision_IsNotFixed(string body) => Verify.NoFix(FixSource.InMethod(body));

    [Fact]
    public Task Finalizer_IsNotFixed() => Verify.NoFix(FixSource.InType("""
        sealed class Log(MemoryMappedFile map)
        {
            private readonly MemoryMappedViewAccessor _view = map.CreateViewAccessor();

            public void Put(int value) => _view.Write(0, value);

            ~Log()
            {
                try { {|DAX1007:_view.Flush()|}; } catch (IOException) { }
            }
        }
        """));
}
