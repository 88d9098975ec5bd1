import Synchronization

/// What a process remembers of one store between clients: how many rows it manages at a time, how busy it is being
/// kept, and which of its paths works. From any thread.
public final class StoreMemory: Sendable {
    let pageSizes = PageSizes()
    let pace = RequestPace()
    private let scope = Mutex<StoreScope?>(nil)

    /// Of a store that nothing is known of.
    public init() {}

    /// The paths to try, the one that worked last first.
    func scopes(preferring storeViewCode: String) -> [StoreScope] {
        let all: [StoreScope] = [.storeView(storeViewCode), .standard, .all]
        guard let known = scope.withLock({ $0 }), all.contains(known) else { return all }
        return [known] + all.filter { $0 != known }
    }

    /// The store has answered there.
    func remember(_ scope: StoreScope) { self.scope.withLock { $0 = scope } }
}

/// In whose name a store's API is called. It filters nothing (reference Adobe 3.1).
enum StoreScope: Sendable, Hashable {
    /// A store view, by code.
    case storeView(String)
    /// Whatever the store takes without a code.
    case standard
    /// All of them, with the settings of the administration.
    case all

    /// Between the store's address and `/V1`.
    var path: String {
        switch self {
        case .storeView(let code): "/rest/\(code.percentEncoded)"
        case .standard: "/rest"
        case .all: "/rest/all"
        }
    }
}
