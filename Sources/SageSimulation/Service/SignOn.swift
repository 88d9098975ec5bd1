import Foundation
import Synchronization

/// Who may use the Web API: Basic sign-on in upper case, sessions, lock-out, rights per module.
final class SignOn: Sendable {
    fileprivate struct State {
        var users: [String: Scenario.User]
        var badTries: [String: Int] = [:]
        var sessions: [String: String] = [:]
        var failures = 0
    }

    private let state: Mutex<State>
    private let lockout: Int
    private let allowsAdmin: Bool
    private static let sessionLimit = 10_000

    /// What a sign-on gives.
    struct Session: Sendable {
        let user: Scenario.User
        /// Set when the client has to be handed a cookie.
        let newCookie: String?
    }

    init(_ scenario: Scenario) {
        state = Mutex(State(users: Dictionary(scenario.users.map { ($0.name, $0) }) { $1 }))
        lockout = scenario.lockout
        allowsAdmin = scenario.allowsAdmin
    }

    /// Refused sign-ons so far; requests without credentials do not count.
    var failures: Int { state.withLock { $0.failures } }

    var lockedUsers: [String] {
        state.withLock { state in state.users.keys.filter { isLocked($0, state) }.sorted() }
    }

    /// - Throws: `Unauthorized`, or `Forbidden` for `ADMIN`.
    func authenticate(authorization: String?, cookie: String?) throws(ServiceError) -> Session {
        if let authorization { return try signOn(authorization, cookie) }
        guard let user = state.withLock({ $0.user(of: cookie) }) else { throw Self.unauthorized }
        return Session(user: user, newCookie: nil)
    }

    /// - Throws: `Forbidden` without the module's right or the company.
    func authorize(_ user: Scenario.User, company: String, module: SageModule) throws(ServiceError) {
        guard user.companies?.contains(company) ?? true, user.modules.contains(module.rawValue) else {
            throw ServiceError(.forbidden, "User does not have enough rights to perform the operation.")
        }
    }

    /// Changes a password, ends the user's sessions and unlocks the user. False if there is no such user.
    func setPassword(_ password: String, of name: String) -> Bool {
        state.withLock { state in
            guard state.users[name] != nil else { return false }
            state.users[name]?.password = password
            state.badTries[name] = nil
            state.sessions = state.sessions.filter { $0.value != name }
            return true
        }
    }

    /// Changes the modules a user has the right for. False if there is no such user.
    func setModules(_ modules: Set<String>, of name: String) -> Bool {
        state.withLock { state in
            guard state.users[name] != nil else { return false }
            state.users[name]?.modules = modules
            return true
        }
    }

    private static var unauthorized: ServiceError {
        ServiceError(.unauthorized, "Invalid credentials used in authentication header.")
    }

    private func signOn(_ authorization: String, _ cookie: String?) throws(ServiceError) -> Session {
        guard let (name, password) = Self.credentials(authorization) else {
            state.withLock { $0.failures += 1 }
            throw Self.unauthorized
        }
        if name == "ADMIN", !allowsAdmin {
            throw ServiceError(.forbidden, "User ADMIN cannot use the Web API.")
        }
        let session = state.withLock { state -> Session? in
            guard let user = state.users[name], user.password == password, !isLocked(name, state) else {
                state.failures += 1
                if state.users[name] != nil { state.badTries[name, default: 0] += 1 }
                return nil
            }
            state.badTries[name] = nil
            if state.user(of: cookie) == user { return Session(user: user, newCookie: nil) }
            if state.sessions.count >= Self.sessionLimit { state.sessions.removeAll() }
            let cookie = UUID().uuidString.replacing("-", with: "").lowercased()
            state.sessions[cookie] = name
            return Session(user: user, newCookie: cookie)
        }
        guard let session else { throw Self.unauthorized }
        return session
    }

    private func isLocked(_ name: String, _ state: borrowing State) -> Bool {
        lockout > 0 && (state.badTries[name] ?? 0) >= lockout
    }

    private static func credentials(_ authorization: String) -> (String, String)? {
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic",
            let data = Data(base64Encoded: parts[1].trimmed), let text = String(bytes: data, encoding: .utf8),
            let colon = text.firstIndex(of: ":")
        else { return nil }
        return (String(text[..<colon]), String(text[text.index(after: colon)...]))
    }
}

extension SignOn {
    static let cookieName = "ASP.NET_SessionId"
}

extension SignOn.State {
    fileprivate func user(of cookieHeader: String?) -> Scenario.User? {
        for pair in (cookieHeader ?? "").split(separator: ";") {
            let sides = pair.split(separator: "=", maxSplits: 1)
            guard sides.count == 2, sides[0].trimmed == SignOn.cookieName else { continue }
            return sessions[sides[1].trimmed].flatMap { users[$0] }
        }
        return nil
    }
}
