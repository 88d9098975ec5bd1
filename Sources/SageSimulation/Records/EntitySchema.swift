/// The properties of one entity type, in the order of Sage's metadata.
///
/// Property names are facts from Sage's published metadata and samples (`sage300-web-api.md`, S4, S5, §14).
final class EntitySchema: Sendable {
    /// `Customer`, as in `Sage.CA.SBS.ERP.Sage300.AR.WebApi.Models.Customer`.
    let name: String
    let module: SageModule
    /// Key properties in metadata order.
    let key: [String]
    let fields: [Field]
    /// Other spellings of a property that are accepted wherever its name is.
    let aliases: [String: String]
    private let positions: [String: Int]

    init(
        _ name: String,
        _ module: SageModule,
        key: [String],
        aliases: [String: String] = [:],
        _ fields: [[Field]]
    ) {
        self.name = name
        self.module = module
        self.key = key
        self.aliases = aliases
        self.fields = fields.flatMap { $0 }
        var positions: [String: Int] = [:]
        for (position, field) in self.fields.enumerated() { positions[field.name] = position }
        for (alias, name) in aliases { positions[alias] = positions[name] }
        self.positions = positions
    }

    /// The full type name clients see in errors and metadata.
    var typeName: String { "\(module.namespace).\(name)" }

    /// Where the property is; `nil` when there is none of that (case-sensitive) name.
    func position(of name: String) -> Int? { positions[name] }

    func field(_ name: String) -> Field? { positions[name].map { fields[$0] } }

    /// For names written in this program only.
    func knownPosition(of name: String) -> Int {
        guard let position = positions[name] else {
            preconditionFailure("\(self.name) has no property \(name)")
        }
        return position
    }
}

/// A program of Sage 300 with endpoints of its own.
enum SageModule: String, Sendable, CaseIterable {
    case receivable = "AR"
    case ledger = "GL"
    case common = "CS"
    case tax = "TX"

    var namespace: String { "Sage.CA.SBS.ERP.Sage300.\(rawValue).WebApi.Models" }

    init?(segment: some StringProtocol) { self.init(rawValue: segment.uppercased()) }
}
