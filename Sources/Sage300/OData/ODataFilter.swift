/// A condition of `$filter`.
public struct ODataFilter: Sendable, Hashable {
    /// How a property is compared (reference Sage 3).
    public enum Relation: String, Sendable {
        case equals = "eq"
        case differs = "ne"
        case above = "gt"
        case atLeast = "ge"
        case below = "lt"
        case atMost = "le"
    }

    private indirect enum Node: Sendable, Hashable {
        case comparison(String, Relation, ODataLiteral)
        case startsWith(String, String)
        case all([Node])
        case any([Node])
    }

    private let node: Node

    /// `Field eq value`, or another relation.
    public static func compare(_ field: String, _ relation: Relation, _ value: ODataLiteral) -> ODataFilter {
        ODataFilter(node: .comparison(field, relation, value))
    }

    /// `Field eq 'value'`.
    public static func equals(_ field: String, _ value: String) -> ODataFilter {
        compare(field, .equals, .text(value))
    }

    /// `startswith(Field,'value')`.
    public static func startsWith(_ field: String, _ value: String) -> ODataFilter {
        ODataFilter(node: .startsWith(field, value))
    }

    /// Both conditions.
    public static func && (left: ODataFilter, right: ODataFilter) -> ODataFilter {
        ODataFilter(node: .all(left.conjuncts + right.conjuncts))
    }

    /// Either condition.
    public static func || (left: ODataFilter, right: ODataFilter) -> ODataFilter {
        ODataFilter(node: .any(left.alternatives + right.alternatives))
    }

    /// At least one of the conditions; nil without any.
    public static func any(of conditions: some Sequence<ODataFilter>) -> ODataFilter? {
        let nodes = conditions.flatMap(\.alternatives)
        guard let first = nodes.first else { return nil }
        return ODataFilter(node: nodes.count == 1 ? first : .any(nodes))
    }

    private var conjuncts: [Node] {
        if case .all(let nodes) = node { nodes } else { [node] }
    }

    private var alternatives: [Node] {
        if case .any(let nodes) = node { nodes } else { [node] }
    }

    /// Whether its text depends on the dialect.
    var namesDay: Bool { Self.namesDay(node) }

    private static func namesDay(_ node: Node) -> Bool {
        switch node {
        case .comparison(_, _, .day): true
        case .comparison, .startsWith: false
        case .all(let nodes), .any(let nodes): nodes.contains(where: namesDay)
        }
    }

    func text(in dialect: ODataDialect) -> String { Self.text(node, dialect) }

    /// Parentheses only where `and` would bind tighter: whether Sage 300 takes them is unconfirmed.
    private static func text(_ node: Node, _ dialect: ODataDialect) -> String {
        switch node {
        case .comparison(let field, let relation, let value):
            return "\(field) \(relation.rawValue) \(value.text(in: dialect))"
        case .startsWith(let field, let value): return "startswith(\(field),\(ODataLiteral.quoted(value)))"
        case .any(let nodes): return nodes.map { text($0, dialect) }.joined(separator: " or ")
        case .all(let nodes):
            let parts = nodes.map { node in
                if case .any = node { "(\(text(node, dialect)))" } else { text(node, dialect) }
            }
            return parts.joined(separator: " and ")
        }
    }
}
