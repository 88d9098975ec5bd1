import Accounting
import Yams

/// A secret as a tenant file gives it.
struct GivenSecret {
    let secret: Secret
    let expiresOn: CalendarDate?
}

extension YAMLReader {
    private static let forms =
        "must be a text, {env: NAME} or {file: PATH}, the latter two with expires: DAY at will"

    /// A literal, `{env: NAME}` or `{file: PATH}`; those in braces may say when they expire.
    func secret(_ field: SecretField, _ source: SecretSource) -> GivenSecret? {
        let key = field.rawValue
        guard let node = member(key) else {
            problems.add(line, child(key), "is missing")
            return nil
        }
        if let text = node.scalar?.string {
            // Sage 300 with its security off takes an empty password; nothing else may be empty.
            guard !text.isEmpty || field == .password else {
                refuse(key, "is empty")
                return nil
            }
            return GivenSecret(secret: Secret(text), expiresOn: nil)
        }
        let pairs = node.mapping.map { Array($0) } ?? []
        let places = pairs.filter { $0.key.string != "expires" }
        guard places.count == 1, let place = places.first, pairs.count <= 2 else {
            refuse(key, Self.forms)
            return nil
        }
        guard let secret = secret(key, place.key.string, place.value.scalar?.string, source) else {
            return nil
        }
        guard pairs.count == 2 else { return GivenSecret(secret: secret, expiresOn: nil) }
        let day = mapping(key)?.parsed("expires", allowed: "a day such as 2027-01-31", isConfidential: true) {
            CalendarDate($0)
        }
        return day.map { GivenSecret(secret: secret, expiresOn: $0) }
    }

    private func secret(_ key: String, _ kind: String?, _ place: String?, _ source: SecretSource) -> Secret? {
        switch (kind, place) {
        case ("env", let place?):
            if let text = source.environment(place) { return Secret(text) }
            refuse(key, "the environment variable \(place) is not set")
        case ("file", let place?):
            if let text = source.file(place) { return Secret(text).trimmed }
            refuse(key, "the file \(place) cannot be read")
        default: refuse(key, Self.forms)
        }
        return nil
    }
}
