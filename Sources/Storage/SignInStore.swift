import Accounting
public import Foundation
import PostgresClient

/// What is known about a Sage 300 sign-in.
public enum SignInState: Sendable, Hashable {
    /// It has worked; anybody may use it.
    case proven
    /// Not tried yet, and this process has the turn to try it.
    case mayTry
    /// Not tried yet, and another process is trying it.
    case beingTried
    /// Refused; nobody tries it again until the credential changes.
    case refused(String)
}

extension Database {
    /// Asks whether a sign-in may be used, and takes the turn to try an unproven one.
    public func signIn(address: String, user: String, process: UUID) async throws -> SignInState {
        let tryable = try await client.query(
            """
            update sign_ins set prover = \(process.uuidString), prover_until = now() + interval '90 seconds'
            where sage_address = \(address) and sage_user = \(user) and state = 'unproven'
                and (prover is null or prover = \(process.uuidString) or prover_until < now())
            """
        )
        if tryable.affectedRows == 1 { return .mayTry }
        let row = try await client.query(
            "select state, detail from sign_ins where sage_address = \(address) and sage_user = \(user)"
        ).first
        switch try row?.get("state", as: String.self) {
        case "proven": return .proven
        case "refused": return .refused(try row?.get("detail", as: String?.self) ?? "")
        default: return .beingTried
        }
    }

    /// The sign-in worked.
    public func proveSignIn(address: String, user: String) async throws {
        _ = try await client.query(
            """
            update sign_ins set state = 'proven', detail = null, prover = null, prover_until = null
            where sage_address = \(address) and sage_user = \(user) and state = 'unproven'
            """
        )
    }

    /// Lets another process try: this one learned nothing, because the system could not be reached.
    public func yieldSignIn(address: String, user: String, process: UUID) async throws {
        _ = try await client.query(
            """
            update sign_ins set prover = null, prover_until = null
            where sage_address = \(address) and sage_user = \(user) and prover = \(process.uuidString)
            """
        )
    }

    /// The sign-in was refused: every worker of it stops.
    public func refuseSignIn(address: String, user: String, detail: String) async throws {
        _ = try await client.query(
            """
            update sign_ins set state = 'refused', detail = \(detail), prover = null, prover_until = null,
                changed_at = now()
            where sage_address = \(address) and sage_user = \(user)
            """
        )
        _ = try await client.query("select pg_notify('tenants', '')")
    }

    /// Refused sign-ins as (address, user) with what Sage 300 said.
    public func refusedSignIns() async throws -> [(address: String, user: String, detail: String)] {
        try await client.query("select * from sign_ins where state = 'refused'").map { row in
            (
                try row.get("sage_address"), try row.get("sage_user"),
                try row.get("detail", as: String?.self) ?? ""
            )
        }
    }
}
