namespace DaxSafety.Tests.Guest;

/// <summary>How the writer of <see cref="GuestRecords"/> makes a record durable; all but the first are wrong on purpose.</summary>
internal enum PersistWay
{
    /// <summary>DurableMap.Persist.</summary>
    Map,

    /// <summary>PersistentMemory.CopyAndPersist.</summary>
    Copy,

    /// <summary>Everything but the write-back.</summary>
    NoWriteBack,

    /// <summary>Everything but the fence.</summary>
    NoFence,
}
