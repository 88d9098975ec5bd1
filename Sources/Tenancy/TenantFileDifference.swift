import ExactJSON

/// One key that two tenant files have differently.
public struct TenantFileDifference: Sendable, Hashable, CustomStringConvertible {
    /// Path of the key; rows of a list go by their names: `companies[SAMINC].accounts.giftCard`.
    public let key: String
    /// What the one file says; nil where it says nothing.
    public let before: String?
    /// What the other says; nil where it says nothing.
    public let after: String?

    /// `companies[SAMINC].accounts.giftCard: (absent) → "2310"`.
    public var description: String {
        "\(key): \(before ?? Self.absent) → \(after ?? Self.absent)"
    }

    static let absent = "(absent)"
}

extension TenantFile {
    /// What two stored forms have differently, key by key in the order of the files. Of secrets they know nothing.
    /// - Parameter before: nil for none at all: everything is new.
    public static func differences(from before: String?, to after: String) -> [TenantFileDifference] {
        let (old, new) = (StoredLeaves(stored: before), StoredLeaves(stored: after))
        var differences: [TenantFileDifference] = []
        for key in new.keys where old.values[key] != new.values[key] {
            differences.append(
                TenantFileDifference(key: key, before: old.values[key], after: new.values[key])
            )
        }
        for key in old.keys where new.values[key] == nil {
            differences.append(TenantFileDifference(key: key, before: old.values[key], after: nil))
        }
        // Of companies nothing depends on their order; the first rule that applies decides.
        for key in new.sequenceKeys {
            guard let rows = old.sequences[key], let others = new.sequences[key], rows != others,
                rows.sorted() == others.sorted()
            else { continue }
            differences.append(
                TenantFileDifference(
                    key: "\(key) (order)",
                    before: rows.joined(separator: ", "),
                    after: others.joined(separator: ", ")
                )
            )
        }
        return differences
    }
}

/// A stored form as paths with values.
private struct StoredLeaves {
    private(set) var keys: [String] = []
    private(set) var values: [String: String] = [:]
    private(set) var sequenceKeys: [String] = []
    private(set) var sequences: [String: [String]] = [:]

    init(stored text: String?) {
        guard let text, let json = try? JSON(parsing: text), let object = json.object else { return }
        add(object, at: "")
    }

    private mutating func add(_ object: JSONObject, at path: String) {
        for (name, value) in object { add(value, at: path.isEmpty ? name : "\(path).\(name)", key: name) }
    }

    private mutating func add(_ value: JSON, at path: String, key: String) {
        switch value {
        case .object(let object):
            // The first pattern that fits decides.
            if key == "taxAuthorities" { note(object.map(\.name), at: path) }
            add(object, at: path)
        case .array(let rows):
            let isNamed = key == "storeViews" || rows.contains { $0.object != nil }
            guard isNamed else { return put(Self.text(value), at: path) }
            add(rows, at: path, isOrdered: key == "rules")
        case .null: break
        case .bool, .number, .string: put(Self.text(value), at: path)
        }
    }

    private mutating func add(_ rows: [JSON], at path: String, isOrdered: Bool) {
        var names: [String] = []
        for (index, row) in rows.enumerated() {
            var name = Self.name(of: row) ?? "\(index)"
            // A refused file is compared, too: of two rows of one name neither may hide the other.
            if names.contains(name) { name += "#\(index)" }
            names.append(name)
            if let object = row.object {
                // That it is there is said by its name alone.
                if object.allSatisfy({ Self.names.contains($0.name) }) {
                    put(Self.quoted(name), at: "\(path)[\(name)]")
                }
                for (member, value) in object
                where !Self.names.contains(member) || member == "name" && !isOrdered {
                    add(value, at: "\(path)[\(name)].\(member)", key: member)
                }
            } else {
                put(Self.text(row), at: "\(path)[\(name)]")
            }
        }
        if isOrdered { note(names, at: path) }
    }

    /// What tells the rows of a list apart: a company's, a rule's, a store view's.
    private static let names = ["company", "name", "code"]

    private static func name(of row: JSON) -> String? {
        if case .string(let text) = row { return text }
        guard let object = row.object else { return nil }
        for name in names {
            if case .string(let text)? = object[name] { return text }
        }
        return nil
    }

    private mutating func note(_ rows: [String], at path: String) {
        sequenceKeys.append(path)
        sequences[path] = rows
    }

    private mutating func put(_ value: String, at path: String) {
        if values.updateValue(value, forKey: path) == nil { keys.append(path) }
    }

    private static func text(_ value: JSON) -> String {
        switch value {
        case .string(let text): quoted(text)
        case .array(let rows): "[\(rows.map(text).joined(separator: ", "))]"
        default: value.text
        }
    }

    private static func quoted(_ text: String) -> String { JSON.string(text).text }
}
