/// A further address of a customer as it will stand in Sage 300 (reference Sage 6.1), every field within its length.
public struct ARShipToLocation: Sendable, Hashable {
    /// ≤ 6, unique for its customer.
    public var key: String
    /// ≤ 60: who is there.
    public var description: String
    /// Up to four lines of ≤ 60.
    public var addressLines: [String] = []
    /// ≤ 30.
    public var city = ""
    /// ≤ 30.
    public var stateProvince = ""
    /// ≤ 20.
    public var postalCode = ""
    /// ≤ 30.
    public var country = ""
    /// ≤ 60.
    public var contactName = ""
    /// ≤ 30.
    public var phone = ""
    /// Whether goods go there unless somebody says otherwise.
    public var isPrimary = false

    /// A location with only its key and description; the rest empty.
    public init(key: String, description: String) {
        self.key = key
        self.description = description
    }

    /// The key of one of Adobe's addresses: its id in base 36 (`0-9 A-Z`) and six places, so no two addresses share
    /// one; nil for an id that needs more places.
    public static func key(addressID: Int64) -> String? {
        guard addressID > 0 else { return nil }
        let digits = String(addressID, radix: 36, uppercase: true)
        guard digits.utf8.count <= 6 else { return nil }
        return String(repeating: "0", count: 6 - digits.utf8.count) + digits
    }
}
