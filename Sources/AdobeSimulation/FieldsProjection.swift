import ExactJSON

/// `fields=items[entity_id,items[sku]],total_count`: cuts the finished answer down (reference 2.4).
struct FieldsProjection: Sendable {
    private let names: [String: FieldsProjection?]

    /// Nil for anything malformed: the answer is then `[]`.
    init?(_ text: String) {
        guard text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "_[],".contains($0)) }) else {
            return nil
        }
        var rest = text[...]
        guard let list = Self.list(&rest, depth: 0), rest.isEmpty else { return nil }
        names = list
    }

    private init(names: [String: FieldsProjection?]) { self.names = names }

    private static func list(_ rest: inout Substring, depth: Int) -> [String: FieldsProjection?]? {
        guard depth < 16 else { return nil }
        var names: [String: FieldsProjection?] = [:]
        while true {
            let name = rest.prefix { $0 != "[" && $0 != "]" && $0 != "," }
            rest = rest.dropFirst(name.count)
            var nested: FieldsProjection?
            if rest.first == "[" {
                rest = rest.dropFirst()
                guard let inner = list(&rest, depth: depth + 1), rest.first == "]" else { return nil }
                rest = rest.dropFirst()
                nested = FieldsProjection(names: inner)
            }
            if !name.isEmpty { names.updateValue(nested, forKey: String(name)) }
            guard rest.first == "," else { return names }
            rest = rest.dropFirst()
        }
    }

    /// A projection that leaves nothing answers `[]`; lists are cut element by element, an empty one to null.
    func apply(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): return elements.isEmpty ? .null : .array(elements.map(apply))
        case .object(let object):
            var cut = JSONObject()
            for (name, value) in object {
                guard let nested = names[name] else { continue }
                cut[name] = nested.map { Self.isContainer(value) ? $0.apply(value) : value } ?? value
            }
            return cut.isEmpty ? .array([]) : .object(cut)
        case .null, .bool, .number, .string: return json
        }
    }

    private static func isContainer(_ json: JSON) -> Bool { json.array != nil || json.object != nil }
}
