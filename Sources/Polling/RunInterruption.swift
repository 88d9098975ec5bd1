/// Why a run is left open before its end, to be gone on with later. Nothing is wrong with the store.
enum RunInterruption: Error, Sendable, Hashable, CustomStringConvertible {
    /// An operator stopped the tenant's work.
    case paused
    /// The tenant's file was applied: the run goes on under the new one.
    case newConfiguration
    /// A backfill was asked for; the sweep under way lets it go first.
    case backfillAsked
    /// What was published is to be worked off first.
    case queueDeep(String)
    /// Another poller may hold the tenant's lock by now.
    case lockLost

    /// For a log.
    var description: String {
        switch self {
        case .paused: "the tenant is paused"
        case .newConfiguration: "the tenant's file was applied; it goes on under the new one"
        case .backfillAsked: "a backfill goes first"
        case .queueDeep(let queue): "\(queue) is deep; it goes on once that is worked off"
        case .lockLost: "the connection that held its lock is gone"
        }
    }
}
