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
            if let name = Self.variable(text), source.environment(name) != nil {
                refuse(
                    key,
                    "is the name of an environment variable, not a secret; write {env: NAME} around it"
                )
                return nil
            }
            return usable(Secret(text), field).map { GivenSecret(secret: $0, expiresOn: nil) }
        }
        let pairs = node.mapping.map { Array($0) } ?? []
        let places = pairs.filter { $0.key.string != "expires" }
        guard places.count == 1, let place = places.first, pairs.count <= 2 else {
            refuse(key, Self.forms)
            return nil
        }
        guard let secret = secret(key, place.key.string, place.value.scalar?.string, source),
            let secret = usable(secret, field)
        else { return nil }
        guard pairs.count == 2 else { return GivenSecret(secret: secret, expiresOn: nil) }
        let day = mapping(key)?.parsed("expires", allowed: "a day such as 2027-01-31", isConfidential: true) {
            CalendarDate($0)
        }
        return day.map { GivenSecret(secret: secret, expiresOn: $0) }
    }

    /// What is sent in a header must not end it, and an empty secret is none: only Sage 300 with its security off has an
    /// empty password.
    private func usable(_ secret: Secret, _ field: SecretField) -> Secret? {
        let (isEmpty, hasControls) = secret.withText { text in
            (text.isEmpty, text.unicodeScalars.contains(where: \.isControl))
        }
        if isEmpty, field != .password {
            refuse(field.rawValue, "is empty")
            return nil
        }
        guard !hasControls else {
            refuse(field.rawValue, "has a line break or another control character in it")
            return nil
        }
        return secret
    }

    /// The name in `NAME`, `$NAME` and `${NAME}`, where it looks like one of an environment variable.
    private static func variable(_ text: String) -> String? {
        guard let match = text.wholeMatch(of: /\$?\{?([A-Z][A-Z0-9]*_[A-Z0-9_]+)\}?/) else { return nil }
        return String(match.1)
    }

    private func secret(_ key: String, _ kind: String?, _ place: String?, _ source: SecretSource) -> Secret? {
        switch (kind, place) {
        case ("env", let place?):
            if let text = source.environment(place) { return Secret(text) }
            refuse(key, "the environment variable \(place) is not set")
        case ("file", let place?):
            if let text = source.file(place) {
                if source.isOpen(place) {
                    problems.remark(child(key), "is read from \(place), which others than its owner may read")
                }
                return Secret(text).trimmed
            }
            refuse(key, "the file \(place) cannot be read")
        default: refuse(key, Self.forms)
        }
        return nil
    }
}
