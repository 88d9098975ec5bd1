public import Accounting

/// The locks under which a tenant's store is read: whoever holds them all knows that nobody does.
public enum StoreReading {
    /// Keys of advisory locks of the database.
    public static func locks(of tenant: TenantID) -> [Int64] {
        [LockKey.live(tenant), LockKey.background(tenant)]
    }
}

/// Names of advisory locks as numbers.
enum LockKey {
    /// Held by whoever reads a tenant's store, in either lane.
    static func live(_ tenant: TenantID) -> Int64 { of("poll/\(tenant.name)") }

    /// Held by whoever reads a tenant's store again.
    static func background(_ tenant: TenantID) -> Int64 { of("reread/\(tenant.name)") }

    /// The same key for a name in every process: FNV-1a.
    static func of(_ name: String) -> Int64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in name.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return Int64(bitPattern: hash)
    }
}
