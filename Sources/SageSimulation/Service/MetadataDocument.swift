/// `$metadata` of a module: EDMX 4.0 with entity types, complex types and enumerations.
enum MetadataDocument {
    static func text(for module: SageModule, rules: Rules) -> String {
        let resources = Resource.allCases.filter { $0.module == module }
        var document = Writer(namespace: module.namespace)
        for resource in resources { document.add(resource.schema(for: rules), isEntity: true) }
        let sets = resources.map { resource in
            "<EntitySet Name=\"\(resource.rawValue)\" EntityType=\""
                + "\(resource.schema(for: rules).typeName)\"/>"
        }
        return "<?xml version=\"1.0\" encoding=\"utf-8\"?>"
            + "<edmx:Edmx Version=\"4.0\" xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">"
            + "<edmx:DataServices><Schema Namespace=\"\(module.namespace)\" "
            + "xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">" + document.text
            + "<EntityContainer Name=\"Container\">" + sets.joined() + "</EntityContainer>"
            + "</Schema></edmx:DataServices></edmx:Edmx>"
    }

    private struct Writer {
        let namespace: String
        var text = ""
        private var written: Set<String> = []

        init(namespace: String) { self.namespace = namespace }

        mutating func add(_ schema: EntitySchema, isEntity: Bool) {
            guard written.insert(schema.name).inserted else { return }
            let element = isEntity ? "EntityType" : "ComplexType"
            var body = "<\(element) Name=\"\(schema.name)\">"
            if isEntity {
                body += "<Key>" + schema.key.map { "<PropertyRef Name=\"\($0)\"/>" }.joined() + "</Key>"
            }
            var rows: [EntitySchema] = []
            for field in schema.fields {
                body += "<Property Name=\"\(field.name)\" Type=\"\(type(of: field, in: schema))\"/>"
                if case .rows(let inner, _) = field.kind { rows.append(inner) }
            }
            text += body + "</\(element)>"
            for inner in rows { add(inner, isEntity: false) }
        }

        private mutating func type(of field: Field, in schema: EntitySchema) -> String {
            switch field.kind {
            case .text: return "Edm.String"
            case .decimal: return "Edm.Decimal"
            case .integer: return "Edm.Int32"
            case .day: return "Edm.DateTimeOffset"
            case .truth: return "Edm.Boolean"
            case .rows(let inner, _): return "Collection(\(namespace).\(inner.name))"
            case .choice(let choices):
                let name = "\(schema.name)\(field.name)Enum"
                if written.insert(name).inserted {
                    let members = choices.map { "<Member Name=\"\($0.name)\" Value=\"\($0.number)\"/>" }
                    text += "<EnumType Name=\"\(name)\">" + members.joined() + "</EnumType>"
                }
                return "\(namespace).\(name)"
            }
        }
    }
}
