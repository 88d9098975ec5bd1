import Accounting
import ExactJSON

/// Which of Sage 300's properties are about a person (reference Sage 6.1), and what is written of them.
struct PersonalProperties {
    /// Of every resource, by parts of the name in lower case: `AddressLine1`, `ContactsEmail`, `ShipToContactName`.
    private static let parts = [
        "address", "phone", "fax", "email", "contact", "city", "stateprovince", "zippostal", "customername",
        "shortname", "taxregistration", "shiptoname", "billtoname", "website",
    ]

    private let isOfLocation: Bool

    /// - Parameter operation: for instance `POST AR/ARShipToLocations`, whose description is the addressee's name.
    init(of operation: String) { isOfLocation = operation.contains("ShipToLocation") }

    /// What a body says of people.
    func values(in json: JSON?) -> [PersonalText] {
        switch json {
        case .array(let elements): elements.flatMap { values(in: $0) }
        case .object(let object):
            object.flatMap { name, value in
                isPersonal(name) ? [text(value)].compactMap(\.self) : values(in: value)
            }
        case .string, .number, .bool, .null, nil: []
        }
    }

    /// The same body with what it says of people blotted out.
    func blotted(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): .array(elements.map { blotted($0) })
        case .object(let object):
            .object(
                JSONObject(
                    object.map { name, value in
                        guard isPersonal(name) else { return (name, blotted(value)) }
                        return (name, text(value).map { .string($0.mask) } ?? value)
                    }
                )
            )
        case .string, .number, .bool, .null: json
        }
    }

    private func isPersonal(_ name: String) -> Bool {
        let name = name.lowercased()
        return isOfLocation && name == "description" || Self.parts.contains { name.contains($0) }
    }

    private func text(_ value: JSON) -> PersonalText? {
        guard let text = value.string, !text.isEmpty else { return nil }
        return PersonalText(text)
    }
}
