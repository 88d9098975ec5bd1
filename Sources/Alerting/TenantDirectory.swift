import Accounting
import Foundation
import MailClient
import Storage
import Tenancy

/// What alerts need to know of a tenant.
struct TenantView: Sendable {
    let tenant: TenantID
    let name: String
    let alerts: AlertRules
    /// Of its clock: the first company's.
    let zone: TimeZone
    let quietHours: QuietHours?
    let hasWebhook: Bool
    let isPaused: Bool
}

/// Every tenant, read again only where its file changed: a thousand files take seconds to read.
actor TenantDirectory {
    private struct Reading {
        let version: Int
        let appliedAt: Date
        let name: String
        let configuration: TenantConfiguration
    }

    private let database: Database
    private var readings: [String: Reading] = [:]
    /// Tenants whose stored files this release could not read when it looked last.
    private(set) var unreadable: Set<String> = []

    init(_ database: Database) { self.database = database }

    /// All tenants as they are now. A stored file that this release cannot read is left out.
    func tenants() async throws -> [String: TenantView] {
        let versions = try await database.tenantVersions()
        let changed = versions.filter { name, now in
            readings[name].map { $0.version != now.version || $0.appliedAt != now.appliedAt } ?? true
        }
        readings = readings.filter { versions[$0.key] != nil }
        try await read(Set(changed.keys))
        unreadable = Set(versions.keys).subtracting(readings.keys)
        let webhooks = try await database.tenantsWithWebhook()
        return readings.reduce(into: [:]) { views, entry in
            let (name, reading) = entry
            views[name] = TenantView(
                tenant: reading.configuration.tenant,
                name: reading.name,
                alerts: reading.configuration.alerts,
                zone: reading.configuration.companies.first?.timeZone ?? .gmt,
                quietHours: reading.configuration.sage.quietHours,
                hasWebhook: webhooks.contains(name),
                isPaused: versions[name]?.isPaused ?? false
            )
        }
    }

    private func read(_ names: Set<String>) async throws {
        guard !names.isEmpty else { return }
        let records: [TenantRecord]
        if names.count > 20 {
            records = try await database.tenants().filter { names.contains($0.tenant.name) }
        } else {
            var some: [TenantRecord] = []
            for name in names {
                if let id = TenantID(name), let record = try await database.tenant(id) { some.append(record) }
            }
            records = some
        }
        for record in records {
            // A newer release's file: that release tells of it.
            guard let configuration = try? TenantFile.parseStored(record.configuration) else { continue }
            readings[record.tenant.name] = Reading(
                version: record.version,
                appliedAt: record.appliedAt,
                name: record.name,
                configuration: configuration
            )
        }
    }
}

/// The names of destinations: `webhook`, and `mail:` with an address.
enum DestinationName {
    static let webhook = "webhook"
    private static let mailPrefix = "mail:"

    static func mail(_ address: String) -> String { mailPrefix + address }

    /// The address of a mailbox; nil for a webhook.
    static func address(_ name: String) -> String? {
        name.hasPrefix(mailPrefix) ? String(name.dropFirst(mailPrefix.count)) : nil
    }

    /// For logs and people: an address in part only.
    static func label(_ destination: AlertDestination) -> String {
        let whose = destination.scope.isEmpty ? "the host's" : destination.scope
        guard let address = address(destination.name) else { return "\(whose) webhook" }
        return "\(whose) mail to \(MailAddress(address)?.masked ?? "…")"
    }
}

extension TenantView {
    /// Where its people are told.
    func destinations(hasMail: Bool) -> [String] {
        (hasWebhook ? [DestinationName.webhook] : [])
            + (hasMail ? alerts.email.map(DestinationName.mail) : [])
    }
}

extension AlertSettings {
    /// Where the host's people are told.
    var destinations: [String] {
        (webhook == nil ? [] : [DestinationName.webhook])
            + (hasMail ? emailTo.map { DestinationName.mail($0.text) } : [])
    }
}
