import ExactJSON
import Synchronization

/// What a merchant does to the credentials while a client is at work.
enum AuthorityChange: Sendable {
    /// New tokens, as "Reauthorize" makes them; the consumer stays (reference 1.2).
    case tokens(access: String, secret: String)
    /// Every bearer token handed out so far ends.
    case expiry
}

/// Changes that wait until so many more requests were let in.
struct AuthorityChanges: Sendable {
    private var waiting: [(left: Int, change: AuthorityChange)] = []

    mutating func add(_ change: AuthorityChange, after requests: Int) {
        waiting.append((max(requests, 0), change))
    }

    /// One more request was let in.
    mutating func count() {
        for position in waiting.indices { waiting[position].left -= 1 }
    }

    /// What is due before the next request.
    mutating func due() -> [AuthorityChange] {
        let due = waiting.filter { $0.left <= 0 }.map(\.change)
        if !due.isEmpty { waiting.removeAll { $0.left <= 0 } }
        return due
    }
}

extension SimulatedStore.State {
    mutating func applyAuthorityChanges() {
        for change in authorityChanges.due() {
            switch change {
            case .tokens(let access, let secret):
                scenario.credentials.accessToken = access
                scenario.credentials.accessTokenSecret = secret
                verifier.credentials = scenario.credentials
            case .expiry: tokens.expireAll()
            }
        }
    }
}

extension SimulatedStore {
    /// `POST reauthorize {"accessToken": …, "accessTokenSecret": …, "after": N}`: all of it optional.
    func reauthorize(_ body: [UInt8]) throws(JSONError) -> JSON {
        let wishes = body.isEmpty ? JSON.object([:]) : try JSON(parsing: body)
        let access = wishes["accessToken"]?.string ?? Self.randomToken()
        let secret = wishes["accessTokenSecret"]?.string ?? Self.randomToken()
        change(.tokens(access: access, secret: secret), after: wishes["after"]?.int ?? 0)
        return ["accessToken": .string(access), "accessTokenSecret": .string(secret)]
    }

    /// `POST tokens/expire {"after": N}`.
    func expireTokens(_ body: [UInt8]) throws(JSONError) -> JSON {
        let wishes = body.isEmpty ? JSON.object([:]) : try JSON(parsing: body)
        change(.expiry, after: wishes["after"]?.int ?? 0)
        return tokenCounts()
    }

    func tokenCounts() -> JSON {
        let now = now
        return state.withLock { $0.tokens.json(now: now) }
    }

    private func change(_ change: AuthorityChange, after requests: Int) {
        state.withLock { state in
            state.authorityChanges.add(change, after: requests)
            state.applyAuthorityChanges()
        }
    }

    /// As Magento makes them: 32 characters `[0-9a-z]`.
    private static func randomToken() -> String {
        let alphabet = Array("0123456789abcdefghijklmnopqrstuvwxyz")
        return String((0..<32).map { _ in alphabet[Int.random(in: alphabet.indices)] })
    }
}
