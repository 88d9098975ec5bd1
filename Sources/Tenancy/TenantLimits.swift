/// What a host grants each tenant, whatever its file asks for (docs/isolation.md). A host with one tenant need set none.
public struct TenantLimits: Sendable, Hashable {
    /// `TENANT_MAX_REQUESTS_PER_MINUTE`: of the store; nil for what the tenant file says.
    public var requestsPerMinute: Int?
    /// `TENANT_MAX_REQUESTS_AT_A_TIME`: of the store; nil for what the tenant file says.
    public var requestsAtATime: Int?
    /// `TENANT_MAX_QUEUED`: messages ready in the tenant's queues, above which its store is not read on. Far more than a
    /// night's work, and little for a broker's disk.
    public var queued = 250_000
    /// `TENANT_MAX_DOCUMENTS`: documents remembered, at which its store is not read on.
    public var documents = 10_000_000

    /// The defaults.
    public init() {}
}

extension TenantConfiguration {
    /// What the host grants of what the file asks for.
    public func within(_ limits: TenantLimits) -> TenantConfiguration {
        var granted = self
        granted.adobe.requestsPerMinute = min(
            adobe.requestsPerMinute,
            limits.requestsPerMinute ?? adobe.requestsPerMinute
        )
        granted.adobe.requestsAtATime = min(
            adobe.requestsAtATime,
            limits.requestsAtATime ?? adobe.requestsAtATime
        )
        return granted
    }
}
