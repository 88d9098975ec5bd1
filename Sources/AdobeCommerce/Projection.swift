import ExactJSON

/// Which members of a document are read: asked for with `fields=`, and cut to again here, because stores behind
/// a cache or an extension answer with more.
struct Projection: Sendable {
    /// Members in the order they are kept in; one with a projection of its own is an object or an array of them.
    let members: [(name: String, nested: Projection?)]

    init(_ names: [String], _ nested: KeyValuePairs<String, Projection> = [:]) {
        members = names.map { ($0, nil) } + nested.map { ($0.key, $0.value) }
    }

    /// `entity_id,items[sku,price]` (reference Adobe 2.4).
    var fields: String {
        members.map { member in member.nested.map { "\(member.name)[\($0.fields)]" } ?? member.name }
            .joined(separator: ",")
    }

    /// The same document with nothing but these members, in this order, and nothing that a database refuses.
    /// `null` and empty objects are left out: Adobe omits or prints them as it likes, and the same content must
    /// be the same text.
    func trimmed(_ json: JSON) -> JSON {
        switch json {
        case .array(let elements): return .array(elements.map(trimmed))
        case .object(let object):
            var kept = JSONObject()
            for member in members {
                guard let value = object[member.name], !value.isNull else { continue }
                let trimmed = member.nested?.trimmed(value) ?? value.storable
                if trimmed.object?.isEmpty != true { kept[member.name] = trimmed }
            }
            return .object(kept)
        default: return json.storable
        }
    }
}

extension JSON {
    /// Without U+0000 in texts and with absurd numbers as texts: `jsonb` takes neither, and one buyer must not
    /// be able to hold up a store's page. The decoders refuse such a number by its path.
    fileprivate var storable: JSON {
        switch self {
        case .string(let text): .string(text.withoutNUL)
        case .number(let number): number.decimal == nil ? .string(number.text) : self
        case .array(let elements): .array(elements.map(\.storable))
        case .object(let object):
            .object(JSONObject(object.map { ($0.name.withoutNUL, $0.value.storable) }))
        case .null, .bool: self
        }
    }
}

extension String {
    /// The text without U+0000.
    var withoutNUL: String {
        utf8.contains(0) ? String(decoding: utf8.filter { $0 != 0 }, as: UTF8.self) : self
    }
}
