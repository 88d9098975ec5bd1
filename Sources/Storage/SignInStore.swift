public import Accounting
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
    /// - Parameter fingerprint: of the credential that would be used: one that was replaced is never tried. Nil: the
    ///   stored one.
    public func signIn(
        address: String,
        user: String,
        process: UUID,
        fingerprint: String? = nil
    ) async throws -> SignInState {
        let tryable = try await client.query(
            """
            update sign_ins set prover = \(process.uuidString), prover_until = now() + interval '90 seconds'
            where sage_address = \(address) and sage_user = \(user) and state = 'unproven'
                and fingerprint = coalesce(\(fingerprint), fingerprint)
                and (prover is null or prover = \(process.uuidString) or prover_until < now())
            """
        )
        if tryable.affectedRows == 1 { return .mayTry }
        let row = try await client.query(
            """
            select state, detail, fingerprint from sign_ins
            where sage_address = \(address) and sage_user = \(user)
            """
        ).first
        if let fingerprint, let row, try row.get("fingerprint", as: String.self) != fingerprint {
            return .refused("The password was replaced; the new one is used from now on.")
        }
        switch try row?.get("state", as: String.self) {
        case "proven": return .proven
        case "refused": return .refused(try row?.get("detail", as: String?.self) ?? "")
        default: return .beingTried
        }
    }

    /// The sign-in worked, first with this company.
    /// - Parameter fingerprint: of the credential that was used: what an older one came to says nothing of the one
    ///   that is stored now. Nil: the stored one.
    public func proveSignIn(
        address: String,
        user: String,
        company: CompanyID,
        fingerprint: String? = nil
    ) async throws {
        _ = try await client.query(
            """
            update sign_ins set state = 'proven', proven_by = \(company.name), detail = null, prover = null,
                prover_until = null
            where sage_address = \(address) and sage_user = \(user) and state = 'unproven'
                and fingerprint = coalesce(\(fingerprint), fingerprint)
            """
        )
    }

    /// The company a sign-in was first proven with; nil while it is not proven.
    public func companyProving(address: String, user: String) async throws -> CompanyID? {
        let row = try await client.query(
            """
            select proven_by from sign_ins
            where sage_address = \(address) and sage_user = \(user) and state = 'proven'
            """
        ).first
        return try row?.get("proven_by", as: String?.self).flatMap { CompanyID($0) }
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

    /// A company answered 401. If the sign-in has worked for another company, that company alone is stopped,
    /// until the credential changes; otherwise every worker of the sign-in is.
    /// - Parameter fingerprint: as for `proveSignIn`.
    public func refuseSignIn(
        address: String,
        user: String,
        company: CompanyID,
        detail: String,
        fingerprint: String? = nil
    ) async throws {
        let refused = try await client.query(
            """
            update sign_ins set state = 'refused', detail = \(detail), prover = null, prover_until = null,
                changed_at = now()
            where sage_address = \(address) and sage_user = \(user)
                and fingerprint = coalesce(\(fingerprint), fingerprint)
                and (state <> 'proven' or proven_by = \(company.name))
            """
        )
        if refused.affectedRows == 0 {
            _ = try await client.query(
                """
                insert into company_health as h (sage_address, company, failures_in_row, paused_at, reason)
                select sage_address, \(company.name), 1, now(), \(detail) from sign_ins
                where sage_address = \(address) and sage_user = \(user)
                    and fingerprint = coalesce(\(fingerprint), fingerprint)
                on conflict (sage_address, company) do update
                    set paused_at = coalesce(h.paused_at, now()), reason = excluded.reason, next_probe_at = null
                """
            )
        }
        _ = try await client.query("select pg_notify('tenants', '')")
    }

    /// What Sage 300 said when it refused this very credential; nil where it has not.
    public func refusal(address: String, user: String, fingerprint: String) async throws -> String? {
        try await client.query(
            """
            select detail from sign_ins where sage_address = \(address) and sage_user = \(user)
                and fingerprint = \(fingerprint) and state = 'refused'
            """
        ).first.map { try $0.get("detail", as: String?.self) ?? "" }
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
