import ExactJSON
import Foundation
import Yams

extension Scenario {
    /// Reads a scenario file's text; every key has a default.
    /// - Throws: `ScenarioError` naming the line or the key.
    public init(yaml: String) throws(ScenarioError) {
        let node: Node?
        do {
            node = try Yams.compose(yaml: yaml)
        } catch {
            throw ScenarioError("the scenario is not YAML: \(error)")
        }
        self.init()
        guard let node, node.null == nil else { return }
        try read(ScenarioNode(try Self.json(node, depth: 0)))
    }

    /// Scalars keep their text: a rate is never a Double.
    private static func json(_ node: Node, depth: Int) throws(ScenarioError) -> JSON {
        guard depth < 32 else { throw ScenarioError("the scenario is nested too deeply") }
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            switch scalar.string {
            case "", "~", "null": return .null
            case "true": return .bool(true)
            case "false": return .bool(false)
            case let text: return JSONNumber(parsing: text).map(JSON.number) ?? .string(text)
            }
        case .sequence(let sequence):
            var elements: [JSON] = []
            for element in sequence { elements.append(try json(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            var object = JSONObject()
            for (key, value) in mapping {
                guard let name = key.scalar?.string else {
                    throw ScenarioError("a key of the scenario is not a text")
                }
                object[name] = try json(value, depth: depth + 1)
            }
            return .object(object)
        case .alias: throw ScenarioError("the scenario uses an alias, which is not supported")
        }
    }
}
