/// Why a run is left open before its end, to be gone on with later. Nothing is wrong with the store.
enum RunInterruption: Error, Sendable, Hashable, CustomStringConvertible {
    /// An operator stopped the tenant's work.
    case paused
    /// The tenant's file was applied: the run goes on under the new one.
    case newConfiguration
    /// A backfill was asked for; the sweep under way lets it go first.
    case backfillAsked
    /// What was published is to be worked off first: so many messages are ready, and so many may be.
    case queuesDeep(Int, limit: Int)
    /// So many documents of the tenant are remembered, and so many may be.
    case storageFull(Int, limit: Int)
    /// Another poller may hold the tenant's lock by now.
    case lockLost

    /// For a log.
    var description: String {
        switch self {
        case .paused: "the tenant is paused"
        case .newConfiguration: "the tenant's file was applied; it goes on under the new one"
        case .backfillAsked: "a backfill goes first"
        case .queuesDeep(let count, let limit):
            "\(count) of its messages wait in queues, where TENANT_MAX_QUEUED allows \(limit); it goes on once they are worked off"
        case .storageFull(let count, let limit):
            "\(count) of its documents are stored, where TENANT_MAX_DOCUMENTS allows \(limit); it goes on where it is once the "
                + "limit of the pollers is raised"
        case .lockLost: "the connection that held its lock is gone"
        }
    }
}
