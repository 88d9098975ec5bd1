import Accounting
import ExactJSON
import Foundation
import Storage
import Tenancy

/// A tenant as `tenant show` shows it: never a secret, but when each ends.
struct TenantSheet {
    let record: TenantRecord
    let configuration: TenantConfiguration
    let credentials: [CredentialRecord]
    let accessToken: StoredAccessToken?
    /// What a person has to put right in its companies in Sage 300.
    let findings: [LedgerFinding]
    /// What it takes up.
    let usage: TenantUsage
    /// What this host grants.
    let limits: TenantLimits

    /// Each credential for `--json`.
    func credentials(at now: Date) -> [JSON] {
        credentials.map { credential in
            [
                "system": .string(credential.system.rawValue), "field": .string(credential.field),
                "key": .string(credential.keyID), "changedAt": .string(Console.time(credential.changedAt)),
                "expires": .string(credential.expiry),
                "warning": credential.warning(at: now).map(JSON.string) ?? .null,
            ]
        }
    }

    /// With IMS, the bearer token in use for `--json`, null before the first; nil without IMS, which has none.
    var token: JSON? {
        guard configuration.adobe.authentication == .ims else { return nil }
        return accessToken.map { token in
            [
                "issuedAt": .string(Console.time(token.issuedAt)),
                "expiresAt": token.expiresAt.map { .string(Console.time($0)) } ?? .null,
            ]
        } ?? .null
    }

    /// For `--json`: what is granted and taken up, and why reading is held.
    var limitsShown: JSON {
        let adobe = configuration.within(limits).adobe
        return [
            "requestsPerMinute": .int(adobe.requestsPerMinute),
            "requestsAtATime": .int(adobe.requestsAtATime),
            "queued": .int(limits.queued), "documents": .int(limits.documents),
            "storedDocuments": .int(usage.documents),
            "readingHeld": usage.heldReason.map(JSON.string) ?? .null,
            "readingHeldSince": usage.heldSince.map { .string(Console.time($0)) } ?? .null,
        ]
    }

    private var limitLines: String {
        let adobe = configuration.within(limits).adobe
        var lines =
            "limits    \(adobe.requestsPerMinute) requests a minute, \(adobe.requestsAtATime) at a time"
        if adobe.requestsPerMinute < configuration.adobe.requestsPerMinute
            || adobe.requestsAtATime < configuration.adobe.requestsAtATime
        {
            lines += " (the host grants less than the file asks for)"
        }
        lines += "; \(limits.queued) queued; \(usage.documents) of \(limits.documents) documents"
        if let reason = usage.heldReason, let since = usage.heldSince {
            lines += "\n!         reading is held since \(Console.time(since)): \(reason)"
        }
        return lines
    }

    /// For people.
    func text(at now: Date) throws -> String {
        """
        \(record.name) (\(record.tenant)), version \(record.version), \(record.isPaused ? "paused" : "active")
        read      \(configuration.schedule.text)
        store     \(configuration.adobe.url) (\(configuration.adobe.authentication.rawValue))
        ledger    \(configuration.sage.url) as \(configuration.sage.username)
        \(limitLines)
        \(findings.map { "!         \($0.target): \($0.detail)\n" }.joined())
        \(table(at: now))

        \(try JSON(parsing: record.configuration).prettyText)
        """
    }

    private func table(at now: Date) -> String {
        var table = Table([
            ("", .left), ("CREDENTIAL", .left), ("CHANGED", .left), ("EXPIRES", .left), ("", .left),
        ])
        for credential in credentials {
            let warning = credential.warning(at: now)
            table.add([
                warning == nil ? "" : "!", "\(credential.system.rawValue).\(credential.field)",
                Console.time(credential.changedAt), credential.expiry, warning ?? "",
            ])
        }
        if configuration.adobe.authentication == .ims {
            table.add(["", "adobe access token"] + tokenCells(at: now))
        }
        return table.text
    }

    /// A token is renewed by itself: that it ends soon is no cause for a warning.
    private func tokenCells(at now: Date) -> [String] {
        guard let accessToken else { return ["", "", "none yet"] }
        let end = accessToken.expiresAt
        let isOver = end.map { $0 <= now } ?? false
        return [
            Console.time(accessToken.issuedAt), end.map(Console.time) ?? "unknown",
            isOver ? "expired; renewed by the next run" : "",
        ]
    }
}

extension CredentialRecord {
    /// A day, `never` or `unknown`.
    fileprivate var expiry: String {
        if let expiresOn { return expiresOn.description }
        return SecretField(rawValue: field)?.neverExpires == true ? "never" : "unknown"
    }
}
