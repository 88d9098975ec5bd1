import ExactJSON
import Foundation

/// Why a scenario or a control request cannot be used.
public struct ScenarioError: Error, Sendable, Hashable, CustomStringConvertible {
    /// One sentence with the key.
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A place in a scenario: reads values strictly and names the key when it cannot.
struct ScenarioNode {
    let path: String
    let json: JSON

    init(_ json: JSON, path: String = "") {
        self.json = json
        self.path = path
    }

    /// - Throws: for a value that is no mapping, or a key that is not allowed.
    func members(_ allowed: [String]) throws(ScenarioError) -> JSONObject {
        guard let object = json.object else { throw error("is not a mapping") }
        for (name, _) in object where !allowed.contains(name) {
            throw ScenarioError(
                "unknown key \(name) in \(place); allowed are \(allowed.joined(separator: ", "))"
            )
        }
        return object
    }

    subscript(name: String) -> ScenarioNode? {
        guard let member = json[name], !member.isNull else { return nil }
        return ScenarioNode(member, path: path.isEmpty ? name : "\(path).\(name)")
    }

    func list() throws(ScenarioError) -> [ScenarioNode] {
        guard let array = json.array else { throw error("is not a list") }
        return array.enumerated().map { ScenarioNode($0.element, path: "\(path)[\($0.offset)]") }
    }

    /// Text, or a plain scalar's text (`code: 1200`).
    func text() throws(ScenarioError) -> String {
        switch json {
        case .string(let text): return text
        case .number(let number): return number.text
        default: throw error("is not a text")
        }
    }

    func whole() throws(ScenarioError) -> Int {
        guard case .number(let number) = json, let value = number.int, value >= 0 else {
            throw error("is not a whole number")
        }
        return value
    }

    func decimal() throws(ScenarioError) -> Decimal {
        guard case .number(let number) = json, let value = number.decimal else {
            throw error("is not a number")
        }
        return value
    }

    func truth() throws(ScenarioError) -> Bool {
        guard let value = json.bool else { throw error("is neither true nor false") }
        return value
    }

    func texts() throws(ScenarioError) -> [String] {
        var texts: [String] = []
        for node in try list() { texts.append(try node.text()) }
        return texts
    }

    /// One of a few words.
    func word<Word: RawRepresentable & CaseIterable>(
        of type: Word.Type
    ) throws(ScenarioError) -> Word where Word.RawValue == String {
        let text = try text()
        guard let word = Word(rawValue: text) else {
            throw error("is none of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    func word(of words: [String]) throws(ScenarioError) -> String {
        let text = try text()
        guard words.contains(text) else { throw error("is none of \(words.joined(separator: ", "))") }
        return text
    }

    func error(_ problem: String) -> ScenarioError { ScenarioError("\(place) \(problem)") }

    private var place: String { path.isEmpty ? "the scenario" : path }
}
