import Accounting
import Yams

extension YAMLReader {
    /// A literal, `{env: NAME}` or `{file: PATH}`.
    func secret(_ field: SecretField, _ source: SecretSource) -> Secret? {
        let key = field.rawValue
        guard let node = node.mapping?[key] else {
            problems.add(line, child(key), "is missing")
            return nil
        }
        if let text = node.scalar?.string {
            // Sage 300 with its security off takes an empty password; nothing else may be empty.
            guard !text.isEmpty || field == .password else {
                refuse(key, "is empty")
                return nil
            }
            return Secret(text)
        }
        guard let mapping = node.mapping, mapping.count == 1, let (name, value) = mapping.first,
            let place = value.scalar?.string
        else {
            refuse(key, "must be a text, {env: NAME} or {file: PATH}")
            return nil
        }
        switch name.string {
        case "env":
            if let text = source.environment(place) { return Secret(text) }
            refuse(key, "the environment variable \(place) is not set")
        case "file":
            if let text = source.file(place) { return Secret(text).trimmed }
            refuse(key, "the file \(place) cannot be read")
        default:
            refuse(key, "must be a text, {env: NAME} or {file: PATH}")
        }
        return nil
    }
}
