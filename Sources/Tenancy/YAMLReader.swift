import Foundation
import Yams

/// Collects what is wrong while a file is read, so that all of it can be said at once.
final class ProblemList {
    private(set) var problems: [TenantFileProblem] = []

    /// What a person should know of a file that is taken all the same.
    private(set) var remarks: [String] = []

    /// A key that is read in two places is told once.
    func add(_ line: Int, _ key: String, _ reason: String) {
        let problem = TenantFileProblem(line: line, key: key, reason: reason)
        if !problems.contains(problem) { problems.append(problem) }
    }

    func remark(_ key: String, _ text: String) { remarks.append("\(key) \(text)") }
}

/// Reads one mapping of a YAML document: knows where it stands and refuses keys it was not told of.
struct YAMLReader {
    let node: Node
    let path: String
    let problems: ProblemList

    var line: Int { node.mark?.line ?? 1 }

    /// Refuses keys other than these, and keys that come twice.
    func allow(_ keys: [String]) {
        guard let mapping = node.mapping else {
            problems.add(line, path.isEmpty ? "file" : path, "must be a mapping with the keys \(list(keys))")
            return
        }
        var seen: Set<String> = []
        for (key, _) in mapping {
            let name = key.scalar?.string ?? "?"
            if !keys.contains(name) {
                let closest = Spelling.closest(to: name, among: keys).map { "; did you mean \($0)?" } ?? ""
                problems.add(
                    key.mark?.line ?? line,
                    child(name),
                    "unknown key; allowed here: \(list(keys))\(closest)"
                )
            }
            if !seen.insert(name).inserted {
                problems.add(key.mark?.line ?? line, child(name), "given twice")
            }
        }
    }

    func has(_ key: String) -> Bool { value(key) != nil }

    func value(_ key: String) -> Node? {
        guard let node = member(key), !isNull(node) else { return nil }
        return node
    }

    /// By its text: to YAML, `on` is a truth value where it stands plain, and a text in quotes.
    func member(_ key: String) -> Node? {
        node.mapping?.first { $0.key.scalar?.string == key }?.value
    }

    /// A nested mapping; nil, and a problem, when it is required and missing.
    func mapping(_ key: String, isRequired: Bool = true) -> YAMLReader? {
        guard let node = value(key) else {
            if isRequired { missing(key) }
            return nil
        }
        guard node.mapping != nil else {
            problems.add(node.mark?.line ?? line, child(key), "must be a mapping")
            return nil
        }
        return YAMLReader(node: node, path: child(key), problems: problems)
    }

    /// The elements of a sequence.
    func sequence(_ key: String, isRequired: Bool = true) -> [YAMLReader] {
        guard let node = value(key) else {
            if isRequired { missing(key) }
            return []
        }
        guard let sequence = node.sequence else {
            problems.add(node.mark?.line ?? line, child(key), "must be a list")
            return []
        }
        return sequence.enumerated().map {
            YAMLReader(node: $1, path: "\(child(key))[\($0)]", problems: problems)
        }
    }

    /// The text of a scalar. A number without quotes counts as its text.
    func text(_ key: String, isRequired: Bool = true, maximumLength: Int = 500) -> String? {
        guard let node = value(key) else {
            if isRequired { missing(key) }
            return nil
        }
        guard let text = node.scalar?.string, !text.isEmpty, text.count <= maximumLength else {
            problems.add(
                node.mark?.line ?? line,
                child(key),
                "must be a text of 1 to \(maximumLength) characters"
            )
            return nil
        }
        guard !text.unicodeScalars.contains(where: \.isControl) else {
            problems.add(node.mark?.line ?? line, child(key), "must be one line without control characters")
            return nil
        }
        return text
    }

    /// A scalar that `parse` understands; a problem naming what is allowed otherwise, and what was given unless it
    /// may hold a secret, as a URL may.
    func parsed<Value>(
        _ key: String,
        isRequired: Bool = true,
        allowed: String,
        isConfidential: Bool = false,
        _ parse: (String) -> Value?
    ) -> Value? {
        guard let text = text(key, isRequired: isRequired) else { return nil }
        guard let value = parse(text) else {
            let given = isConfidential ? "this" : "\"\(text)\""
            problems.add(
                value(key)?.mark?.line ?? line,
                child(key),
                "\(given) is not allowed; allowed: \(allowed)"
            )
            return nil
        }
        return value
    }

    /// One of an enumeration's values.
    func choice<Choice: RawRepresentable & CaseIterable>(
        _ key: String,
        isRequired: Bool = false
    ) -> Choice? where Choice.RawValue == String {
        let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return parsed(key, isRequired: isRequired, allowed: allowed, Choice.init(rawValue:))
    }

    /// A whole number in a range.
    func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
        parsed(
            key,
            isRequired: false,
            allowed: "a whole number from \(range.lowerBound) to \(range.upperBound)"
        ) {
            Int($0).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    func refuse(_ key: String, _ reason: String) {
        problems.add(value(key)?.mark?.line ?? line, child(key), reason)
    }

    func child(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// Said where it was left empty, else where it ought to be.
    private func missing(_ key: String) {
        problems.add(member(key)?.mark?.line ?? line, child(key), "is missing")
    }

    private func list(_ keys: [String]) -> String { keys.joined(separator: ", ") }

    private func isNull(_ node: Node) -> Bool {
        node.scalar?.isNull ?? false
    }
}

extension Unicode.Scalar {
    /// A line break and what else moves a terminal or ends a header (C0 but tab, DEL and C1).
    var isControl: Bool { value < 0x20 && value != 0x09 || (0x7F...0x9F).contains(value) }
}

extension Node.Scalar {
    /// Left empty, or YAML's null.
    var isNull: Bool { style == .plain && ["", "~", "null", "Null", "NULL"].contains(string) }
}
