public import Accounting
public import Tenancy

/// A tenant that was agreed upon, not written yet.
public struct TenantDraft: Sendable {
    /// Its name.
    public let tenant: TenantID
    /// Whether it is to be applied too, rather than only written.
    public let isToBeApplied: Bool
    /// Values and reasons by key.
    let settings: [String: Setting]
    let store: StoreSurvey
    let credentials: StoreCredentials
    let sageURL: String
    let ledger: LedgerSurvey
    let username: String
    let password: SecretPlace
    let passwordText: Secret
    /// The day it was made on.
    let madeOn: CalendarDate

    /// Where each secret is.
    var places: [SecretField: SecretPlace] {
        credentials.places.merging([.password: password]) { $1 }
    }

    /// The secrets that need a file of their own.
    public var secretsToWrite: [SecretField: Secret] {
        places.compactMapValues { place in if case .written(let secret) = place { secret } else { nil } }
    }

    /// The files of secrets that answers named.
    var secretFiles: [String] {
        places.values.compactMap { place in if case .file(let path) = place { path } else { nil } }.sorted()
    }

    func value(_ key: String) -> String? { settings[key]?.value }
}
