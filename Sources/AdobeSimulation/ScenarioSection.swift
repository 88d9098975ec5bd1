import ExactJSON
import StoreGenerator
import Yams

/// A mapping of a scenario file that knows which of its keys were asked for, so that misspelt ones are found.
final class ScenarioSection {
    private let node: Node
    private var values: [String: Node] = [:]
    private var keyLines: [String: Int] = [:]
    private var asked: Set<String> = []

    init(_ node: Node) throws(ScenarioError) {
        self.node = node
        guard let mapping = node.mapping else {
            throw ScenarioError(line: node.mark?.line, problem: "expected keys with values")
        }
        for (key, value) in mapping {
            guard let name = key.string else { continue }
            values[name] = value
            keyLines[name] = key.mark?.line
        }
    }

    func problem(_ text: String, at node: Node? = nil) -> ScenarioError {
        ScenarioError(line: (node ?? self.node).mark?.line, problem: text)
    }

    private func value(_ key: String) -> Node? {
        asked.insert(key)
        return values[key].flatMap { $0.null == nil ? $0 : nil }
    }

    func refuseUnknownKeys() throws(ScenarioError) {
        guard let key = values.keys.filter({ !asked.contains($0) }).min() else { return }
        let allowed = asked.sorted().joined(separator: ", ")
        throw ScenarioError(line: keyLines[key], problem: "unknown key \(key); allowed: \(allowed)")
    }

    func text(_ key: String) throws(ScenarioError) -> String? {
        guard let node = value(key) else { return nil }
        guard let text = node.scalar?.string else { throw problem("\(key): expected text", at: node) }
        return text
    }

    func required(_ key: String) throws(ScenarioError) -> String {
        guard let text = try text(key) else { throw problem("\(key) is missing") }
        return text
    }

    /// Not negative.
    func integer(_ key: String) throws(ScenarioError) -> Int? {
        guard let number = try signedInteger(key) else { return nil }
        guard number >= 0 else {
            throw problem("\(key): expected a whole number, 0 or more", at: values[key])
        }
        return number
    }

    func signedInteger(_ key: String) throws(ScenarioError) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let number = Int(text.filter { $0 != "_" }) else {
            throw problem("\(key): expected a whole number", at: values[key])
        }
        return number
    }

    func boolean(_ key: String) throws(ScenarioError) -> Bool? {
        guard let text = try text(key) else { return nil }
        switch text {
        case "true", "yes", "on": return true
        case "false", "no", "off": return false
        default: throw problem("\(key): expected true or false", at: values[key])
        }
    }

    /// A plain decimal, four places at most.
    func amount(_ key: String) throws(ScenarioError) -> Amount? {
        guard let text = try text(key) else { return nil }
        guard text.wholeMatch(of: #/\d{1,9}(\.\d{1,4})?/#) != nil,
            let value = DatabaseNumber.tenThousandths(text[...])
        else { throw problem("\(key): expected a decimal number with four places at most", at: values[key]) }
        return Amount(tenThousandths: value)
    }

    /// 0 to 1.
    func share(_ key: String) throws(ScenarioError) -> Share? {
        guard let amount = try amount(key) else { return nil }
        guard amount <= Amount(1) else {
            throw problem("\(key): expected a share from 0 to 1", at: values[key])
        }
        return Share(partsPerMillion: Int(amount.tenThousandths) * 100)
    }

    /// `2026-11-01` or `2026-11-01 08:30:00`, UTC.
    func seconds(_ key: String) throws(ScenarioError) -> Int? {
        guard let text = try text(key) else { return nil }
        guard let seconds = StoreTime.seconds(text) else {
            throw problem("\(key): expected YYYY-MM-DD or YYYY-MM-DD HH:MM:SS in UTC", at: values[key])
        }
        return seconds
    }

    func choice<Choice: RawRepresentable & CaseIterable>(_ key: String) throws(ScenarioError) -> Choice?
    where Choice.RawValue == String {
        guard let text = try text(key) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw problem("\(key): \(text) is not one of \(allowed)", at: values[key])
        }
        return choice
    }

    func list(_ key: String) throws(ScenarioError) -> [Node]? {
        guard let node = value(key) else { return nil }
        guard let sequence = node.sequence else { throw problem("\(key): expected a list", at: node) }
        return Array(sequence)
    }

    func section(_ key: String) throws(ScenarioError) -> ScenarioSection? {
        guard let node = value(key) else { return nil }
        return try ScenarioSection(node)
    }

    /// A document: a text is parsed as JSON and kept to the last digit, a mapping is taken as it stands.
    static func json(_ node: Node) throws(ScenarioError) -> JSON {
        if let text = node.scalar, text.style != .plain {
            do {
                return try JSON(parsing: text.string)
            } catch {
                throw ScenarioError(line: node.mark?.line, problem: "\(error)")
            }
        }
        return plain(node)
    }

    private static func plain(_ node: Node) -> JSON {
        switch node {
        case .mapping(let mapping):
            return .object(JSONObject(mapping.map { ($0.key.string ?? "", plain($0.value)) }))
        case .sequence(let sequence): return .array(sequence.map(plain))
        case .scalar(let scalar):
            guard scalar.style == .plain else { return .string(scalar.string) }
            if node.null != nil { return .null }
            if let number = JSONNumber(parsing: scalar.string) { return .number(number) }
            return scalar.string == "true" ? true : scalar.string == "false" ? false : .string(scalar.string)
        case .alias: return .null
        }
    }
}
