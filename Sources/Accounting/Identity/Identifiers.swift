/// A tenant: one store owner with one Adobe Commerce store. `[a-z0-9-]`, 1 to 32 characters (contract, tenant file).
public struct TenantID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name as typed in the tenant file.
    public let name: String

    /// Nil unless the name keeps the rule.
    public init?(_ name: String) {
        let allowed = name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 45 }
        guard allowed, (1...32).contains(name.utf8.count) else { return nil }
        self.name = name
    }

    /// The name.
    public var description: String { name }

    /// By name.
    public static func < (left: TenantID, right: TenantID) -> Bool { left.name < right.name }
}

/// A Sage 300 company, by its database id: 1 to 6 letters and digits, upper case (reference Sage 1).
public struct CompanyID: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The Org ID, for instance `SAMINC`.
    public let name: String

    /// Nil unless the name keeps the rule.
    public init?(_ name: String) {
        let allowed = name.utf8.allSatisfy { (65...90).contains($0) || (48...57).contains($0) }
        guard allowed, (1...6).contains(name.utf8.count) else { return nil }
        self.name = name
    }

    /// The Org ID.
    public var description: String { name }

    /// By name.
    public static func < (left: CompanyID, right: CompanyID) -> Bool { left.name < right.name }
}

/// What kind of document a store has and the ledger gets (contract, JSON shapes).
public enum DocumentKind: String, Sendable, Hashable, CaseIterable {
    case order, invoice, creditmemo, cancellation, shipment, customer
}

/// The number of a document in Sage 300, 1 to 22 characters (reference Sage 6.3, `DocumentNumber`).
public struct DocumentNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What Sage 300 stores.
    public let text: String
    /// Sage 300's limit in characters.
    public static let maximumLength = 22

    /// Nil when empty, too long or with characters outside printable ASCII.
    public init?(_ text: String) {
        guard (1...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (33...126).contains($0) })
        else { return nil }
        self.text = text
    }

    /// A number that Sage 300 itself gave: a person's may have blanks inside, and letters of any script. Nil when empty, too
    /// long or with control characters; blanks around it are left out.
    public init?(standing text: String) {
        guard let text = standingText(text, atMost: Self.maximumLength) else { return nil }
        self.text = text
    }

    /// The number.
    public var description: String { text }

    /// By text.
    public static func < (left: DocumentNumber, right: DocumentNumber) -> Bool { left.text < right.text }
}

/// The number of a customer in Sage 300, 1 to 12 characters, upper case (reference Sage 6.1).
public struct CustomerNumber: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// What Sage 300 stores.
    public let text: String
    /// Sage 300's limit in characters.
    public static let maximumLength = 12

    /// Nil when empty, too long or with characters outside printable ASCII; letters become upper case.
    public init?(_ text: String) {
        let text = text.uppercased()
        guard (1...Self.maximumLength).contains(text.utf8.count),
            text.utf8.allSatisfy({ (33...126).contains($0) })
        else { return nil }
        self.text = text
    }

    /// A number that Sage 300 itself gave: a person's may have blanks inside, and letters of any script. Nil when empty, too
    /// long or with control characters; blanks around it are left out.
    public init?(standing text: String) {
        guard let text = standingText(text, atMost: Self.maximumLength) else { return nil }
        // Letters beyond ASCII stay as they are: their upper case may have another length.
        self = CustomerNumber(text) ?? CustomerNumber(verbatim: text)
    }

    private init(verbatim text: String) { self.text = text }

    /// The number.
    public var description: String { text }

    /// By text.
    public static func < (left: CustomerNumber, right: CustomerNumber) -> Bool { left.text < right.text }
}

/// Without blanks around it; nil when nothing is left, or more than Sage 300 holds.
private func standingText(_ text: String, atMost length: Int) -> String? {
    let beginning = text.drop { $0.isWhitespace }
    guard let last = beginning.lastIndex(where: { !$0.isWhitespace }) else { return nil }
    let trimmed = String(beginning[...last])
    let scalars = trimmed.unicodeScalars
    guard scalars.count <= length, scalars.allSatisfy({ $0.value >= 32 && $0.value != 127 }) else {
        return nil
    }
    return trimmed
}
