public import Accounting
public import Foundation
import PostgresClient

/// What is known about a stored credential, without the secret.
public struct CredentialRecord: Sendable, Hashable {
    /// Whose.
    public let tenant: TenantID
    /// The system it signs in to.
    public let system: CredentialSystem
    /// The tenant file's key, for instance `accessToken`.
    public let field: String
    /// Key that sealed it.
    public let keyID: String
    /// When another secret was last applied.
    public let changedAt: Date
    /// The day it stops working, as the tenant file says; nil where it does not.
    public let expiresOn: CalendarDate?

    /// `expired`, `expires today` or `expires in 3 days`; nil while that is more than two weeks away, or not known.
    public func warning(at now: Date) -> String? {
        expiresOn.flatMap { CredentialExpiry.warning(of: $0, at: now) }
    }
}

/// A credential that stops working soon or has stopped.
public struct ExpiringCredential: Sendable, Hashable {
    /// The credential.
    public let credential: CredentialRecord
    /// The day it stops working.
    public let expiresOn: CalendarDate
    /// For the log: which, when, and what to do.
    public let warning: String
}

/// When people are warned of a credential's end.
public enum CredentialExpiry {
    /// Days before the end from which on people are warned.
    public static let daysOfWarning = 14

    /// `expired`, `expires today` or `expires in 3 days`, by days of UTC; nil while it is longer.
    public static func warning(of day: CalendarDate, at now: Date) -> String? {
        let left = daysLeft(until: day, at: now)
        return left > daysOfWarning ? nil : sentence(left)
    }

    fileprivate static func daysLeft(until day: CalendarDate, at now: Date) -> Int {
        let today = CalendarDate(now, in: .gmt)
        return Int((day.start(in: .gmt).timeIntervalSince(today.start(in: .gmt)) / 86_400).rounded())
    }

    fileprivate static func sentence(_ daysLeft: Int) -> String {
        switch daysLeft {
        case ..<0: "expired"
        case 0: "expires today"
        case 1: "expires in 1 day"
        default: "expires in \(daysLeft) days"
        }
    }
}

extension Database {
    /// What is known about a tenant's credentials, by system and field.
    public func credentialRecords(of tenant: TenantID) async throws -> [CredentialRecord] {
        try await client.query(
            """
            select tenant, system, field, key_id, changed_at, expires_on::text from credentials
            where tenant = \(tenant.name) order by system, field
            """
        ).map(CredentialRecord.init(row:))
    }

    /// Credentials of every tenant that have expired, or do so within a time of `now`; the first to end first.
    public func expiringCredentials(
        within time: Duration,
        at now: Date = Date()
    ) async throws -> [ExpiringCredential] {
        let last = CalendarDate(now.addingTimeInterval(TimeInterval(time.components.seconds)), in: .gmt)
        return try await client.query(
            """
            select tenant, system, field, key_id, changed_at, expires_on::text from credential_dates d
            where expires_on <= \(last.description)::date order by d.expires_on, tenant, system, field
            """
        ).compactMap { try ExpiringCredential(CredentialRecord(row: $0), at: now) }
    }
}

extension ExpiringCredential {
    fileprivate init?(_ credential: CredentialRecord, at now: Date) {
        guard let day = credential.expiresOn else { return nil }
        let sentence = CredentialExpiry.sentence(CredentialExpiry.daysLeft(until: day, at: now))
        self.credential = credential
        expiresOn = day
        warning =
            "tenant \(credential.tenant): \(credential.system.rawValue).\(credential.field) \(sentence) (\(day)); "
            + "apply the tenant file with a new one"
    }
}

extension CredentialRecord {
    fileprivate init(row: PostgresRow) throws {
        guard let tenant = TenantID(try row.get("tenant")),
            let system = CredentialSystem(rawValue: try row.get("system"))
        else { throw StorageError("credentials: unknown tenant or system") }
        self.tenant = tenant
        self.system = system
        field = try row.get("field")
        keyID = try row.get("key_id")
        changedAt = try row.get("changed_at")
        expiresOn = try row.get("expires_on", as: String?.self).flatMap(CalendarDate.init(_:))
    }
}
