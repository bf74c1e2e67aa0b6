namespace DaxSafety.Tests.Tracking.Protocol;

/// <summary>
/// One indivisible step of a thread. It changes the machine it is given and moves the thread's counter, or returns false when
/// it cannot run yet. A step with several outcomes returns them through <see cref="Outcomes"/>: it is run once for each.
/// </summary>
internal sealed record TsoStep(string Name, Func<TsoMachine, int, int, bool> Run, int Outcomes = 1);
