public import Accounting
import Foundation
import Logging
public import Storage
import Tenancy

/// The tenants' files with the ways to their Sage 300, each read once for as long as it is in force.
struct TenantGates {
    /// A tenant as it is served.
    struct Entry {
        let head: TenantHead
        let configuration: TenantConfiguration
        let gate: SageGate
    }

    private let context: PostingContext
    private let access: SageAccess
    private var entries: [TenantID: Entry] = [:]
    private var gates: [String: SageGate] = [:]
    /// Said once, not at every look.
    private var unreadable: Set<TenantHead> = []
    /// Whether a credential did not open at the last look. Its key may come yet: with the file, from another host.
    private(set) var hasUnopened = false

    init(_ context: PostingContext) {
        self.context = context
        access = SageAccess(
            database: context.database,
            vault: context.vault,
            http: context.http,
            instance: context.instance
        )
    }

    /// Reads what is new of these tenants, forgets those that are gone, and returns the rest in their order.
    mutating func entries(of heads: [TenantHead]) async throws -> [Entry] {
        var current: [TenantID: Entry] = [:]
        hasUnopened = false
        for head in heads {
            if let known = entries[head.tenant], known.head.isSameFile(as: head) {
                current[head.tenant] = Entry(
                    head: head,
                    configuration: known.configuration,
                    gate: known.gate
                )
            } else if let entry = try await read(head) {
                current[head.tenant] = entry
            }
        }
        entries = current
        let used = Set(current.values.map { ObjectIdentifier($0.gate) })
        gates = gates.filter { used.contains(ObjectIdentifier($0.value)) }
        return heads.compactMap { current[$0.tenant] }
    }

    /// One tenant's damage must not stop the others.
    private mutating func read(_ head: TenantHead) async throws -> Entry? {
        guard let record = try await context.database.tenant(head.tenant) else { return nil }
        do {
            let configuration = try TenantFile.parseStored(record.configuration, version: record.version)
            return Entry(
                head: head,
                configuration: configuration,
                gate: try await gate(of: configuration)
            )
        } catch let error where error is TenantFileError || error is VaultError {
            if error is VaultError { hasUnopened = true }
            if unreadable.insert(head).inserted {
                context.logger.error("tenant \(head.tenant) cannot be served: \(error)")
            }
            return nil
        }
    }

    private mutating func gate(of configuration: TenantConfiguration) async throws -> SageGate {
        let signIn = try await access.signIn(of: configuration)
        let key = signIn.identity
        if let gate = gates[key] { return gate }
        let gate = access.gate(signIn)
        gates[key] = gate
        return gate
    }
}

extension TenantHead {
    /// Whether its file and its secrets are those of another look.
    fileprivate func isSameFile(as other: TenantHead) -> Bool {
        version == other.version && appliedAt == other.appliedAt
    }
}

extension Vault {
    /// Tells whether a sign-in is the one that was tried before, across tenants and processes.
    public func signInFingerprint(address: String, user: String, password: Secret) -> String {
        // As it is sent: two spellings of one password are one credential.
        fingerprint([address, user], secret: Secret(password.withText { $0.uppercased() }))
    }
}
