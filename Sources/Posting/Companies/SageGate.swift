public import Accounting
import Foundation
public import Sage300
import Storage

/// The way to a Sage 300 server as one user: lets calls through only with a sign-in that may be used.
///
/// A wrong password may lock the user, and only Sage 300's administrator can unlock it. So an unproven sign-in
/// is tried by one process with one call; a refused one by nobody, until the credential changes.
public actor SageGate {
    private enum Standing {
        case unknown, beingTried, proven
        /// Refused, and not yet written down: nobody may find it untried.
        case refused(by: CompanyID, String)
    }

    /// Identity of the server.
    public nonisolated let address: String
    /// The user, upper case.
    public nonisolated let user: String
    /// Keyed hash of address, user and password.
    public nonisolated let fingerprint: String
    private nonisolated let session: SageSession
    private let database: Database
    private let instance: UUID
    private var standing = Standing.unknown

    init(session: SageSession, fingerprint: String, database: Database, instance: UUID) {
        self.session = session
        self.fingerprint = fingerprint
        self.database = database
        self.instance = instance
        address = session.address.identity
        user = session.user
    }

    /// Makes a call, once the sign-in may be used.
    /// - Throws: `SageError`; `.credentials` without any call when the sign-in is known to be refused.
    public nonisolated func call<Value: Sendable>(
        _ company: CompanyID,
        _ body: (SageSession) async throws(SageError) -> Value
    ) async throws -> Value {
        let isFirst = try await admit()
        do throws(SageError) {
            let value = try await body(session)
            if isFirst { try? await learn(company, nil) }
            return value
        } catch {
            // What the call came to is more important than that the sign-in could not be noted.
            if isFirst || error.cause == .credentials { try? await learn(company, error) }
            throw error
        }
    }

    /// - Returns: true for the call that tries the sign-in.
    private func admit() async throws -> Bool {
        while true {
            switch standing {
            case .proven: return false
            case .beingTried: try await Task.sleep(for: .milliseconds(50))
            case .refused(let company, let detail):
                try await refuse(company, detail)
                throw SageError.refusedSignIn(detail)
            case .unknown:
                standing = .beingTried
                let state: SignInState
                do { state = try await signIn() } catch {
                    standing = .unknown
                    throw error
                }
                // Anything but a turn to try is asked for again at the next call: it may have changed.
                guard state != .mayTry else { return true }
                standing = state == .proven ? .proven : .unknown
                if case .refused(let detail) = state { throw SageError.refusedSignIn(detail) }
                if state == .beingTried { try await Task.sleep(for: .milliseconds(200)) }
            }
        }
    }

    private func learn(_ company: CompanyID, _ error: SageError?) async throws {
        switch error?.cause {
        case .credentials: try await refuse(company, error?.failure.reason ?? "")
        case .unreachable, .noAnswer, .unreadable, .busy, .unavailable:
            if case .beingTried = standing { standing = .unknown }
            try await database.yieldSignIn(address: address, user: user, process: instance)
        case nil, .forbidden, .notFound, .locked, .refused:
            // Whatever it answered, it knew the user.
            standing = .proven
            try await database.proveSignIn(
                address: address,
                user: user,
                company: company,
                fingerprint: fingerprint
            )
        }
    }

    /// Writes a 401 down. Until that has been done, no call is let through.
    private func refuse(_ company: CompanyID, _ detail: String) async throws {
        standing = .refused(by: company, detail)
        try await database.refuseSignIn(
            address: address,
            user: user,
            company: company,
            detail: detail,
            fingerprint: fingerprint
        )
        // What it means for this sign-in, the database tells: with another company it may work.
        if case .refused = standing { standing = .unknown }
    }

    private func signIn() async throws -> SignInState {
        try await database.signIn(address: address, user: user, process: instance, fingerprint: fingerprint)
    }
}
