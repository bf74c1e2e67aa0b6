namespace DaxSafety.Tests.Policies;

/// <summary>Runs in a process of its own, with the just-in-time compiler, and sets a policy on itself that cannot be lifted again.</summary>
internal static unsafe class PolicyProcess
{
    public const string Free = "free", WriteXorExecute = "write-xor-execute", NoPublishedCode = "no-published-code";

    public static int Run(string policy, string path)
    {
        switch (policy)
        {
            case WriteXorExecute:
                // The compiler cannot add code under this policy: everything is called once before it.
                Console.WriteLine(Use(path + ".before"));
                if (!SystemCallFilter.TryRefuseExecutableGain())
                {
                    Console.WriteLine("no such policy");
                    return 0;
                }

                break;
            case NoPublishedCode:
                SystemCallFilter.RefusePublishedCode();
                break;
        }

        Console.WriteLine(Use(path));
        return 0;
    }

    /// <summary>Publishes the code anew, calls it, and makes a map durable by whatever the library found when it was first asked.</summary>
    private static string Use(string path)
    {
        LineCode code = LineCode.Publish(ExecutableCode.TryPublish);
        bool byProtection = ExecutableCode.TryProtect([0xC3]) is not null;
        void* function = code.WriteBackBy(code.Best);
        using DurableMap map = DurableMap.Create(path, 1 << 20);
        map.Write(4090, 0x1122334455667788);
        map.Persist();
        if (function is not null)
            ((delegate* unmanaged<void*, nuint, void>)function)(map.Address, 10_000);
        PersistentMemory.CopyAndPersist("durable"u8, (byte*)map.Address + 20_000);
        PersistentMemory.WriteBack(map.Address, 100);
        PersistentMemory.Fence();
        byte[] all = File.ReadAllBytes(path);
        bool right = BitConverter.ToInt64(all, 4090) == 0x1122334455667788 && all[20_006] == (byte)'e';
        return $"published {code.Best}, by protection {byProtection}, used {PersistentMemory.Instruction}, {map.Granularity}, {(right ? "written" : "not written")}";
    }
}
