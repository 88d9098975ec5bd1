import ExactJSON
import Foundation
import Tenancy
import Testing

/// The published schema and the reader know the same keys.
struct SchemaTests {
    @Test func theProgramPrintsWhatIsPublished() throws {
        #expect(try FaultCatalogueTests.repository("docs/tenant.schema.json") == TenantFile.schema + "\n")
    }

    /// The reader says which keys it allows when it is given another.
    @Test(arguments: [
        ("tenant: acme\n", "tenant: acme\nzz: 1\n", [], ["tenant"]),
        ("every: day", "every: day, zz: 1", ["schedule"], []),
        ("  pageSize: 100", "  zz: 1", ["adobe"], []),
        ("pageSize: 100", "sweep: {zz: 1}", ["adobe", "sweep"], []),
        ("username: connector", "username: connector\n  zz: 1", ["sage"], []),
        (
            "username: connector",
            "username: connector\n  quietHours: {from: 01:00, to: 02:00, timeZone: UTC, zz: 1}",
            ["sage", "quietHours"], []
        ),
        ("    terms: CARD", "    zz: 1", ["#company"], []),
        ("{code: us_en,", "{zz: 1, code: us_en,", ["#company", "storeViews", "1"], []),
        ("{group: WEBEUR,", "{zz: 1, group: WEBEUR,", ["#company", "currencies", "*"], []),
        ("{group: WEB,", "{zz: 1, group: WEB,", ["#company", "customers"], []),
        ("      shipping: \"4100\"", "      zz: 1", ["#company", "accounts"], []),
        ("{maxEntries: 50,", "{zz: 1, maxEntries: 50,", ["#company", "batch"], []),
        ("    terms: CARD", "    rules: [{zz: 1, when: {}, terms: A}]", ["#rule"], []),
        ("    terms: CARD", "    rules: [{when: {zz: 1}, terms: A}]", ["#rule", "when"], []),
        ("    terms: CARD", "    rules: [{when: {}, accounts: {zz: 1}}]", ["#rule", "accounts"], []),
        (
            "    terms: CARD", "    rules: [{when: {}, distributionCodes: {zz: 1}}]",
            ["#rule", "distributionCodes"], []
        ),
        ("companies:\n", "alerts: {zz: 1}\ncompanies:\n", ["alerts"], []),
        (
            "companies:\n", "alerts: {digest: {at: \"07:00\", zz: 1}}\ncompanies:\n",
            ["alerts", "digest", "1"], []
        ),
    ])
    func readerAndSchemaAllowTheSameKeys(
        _ passage: String,
        _ replacement: String,
        _ place: [String],
        _ some: [String]
    ) throws {
        let problem = try #require(
            ContractFile.problems(of: ContractFile.replacing(passage, with: replacement)).first {
                $0.key.hasSuffix("zz")
            }
        )
        let list = try #require(problem.reason.split(separator: "allowed here: ").last)
        let allowed = Set(list.components(separatedBy: "; ")[0].components(separatedBy: ", "))
        #expect(allowed.isSuperset(of: some))
        #expect(Set(try Self.keys(at: place)) == allowed)
    }

    /// Every key is described, for whoever hovers over it.
    @Test func everyKeyIsDescribed() throws {
        var missing: [String] = []
        func visit(_ json: JSON, _ path: String) {
            for (name, property) in json["properties"]?.object ?? [:] where property.object != nil {
                let place = "\(path).\(name)"
                let isReference = property["$ref"] != nil
                if property["description"] == nil, !isReference { missing.append(place) }
                visit(property, place)
                if let items = property["items"] { visit(items, place) }
            }
        }
        let schema = try Self.schema
        visit(schema, "")
        for (name, definition) in schema["$defs"]?.object ?? [:] { visit(definition, name) }
        // A key of one of several forms has its description where it is described as a whole.
        #expect(
            missing.filter { !$0.hasSuffix(".every") && !$0.hasSuffix(".guests") && !$0.hasSuffix(".auth") }
                == []
        )
    }

    private static var schema: JSON {
        get throws { try JSON(parsing: TenantFile.schema) }
    }

    private static func keys(at place: [String]) throws -> [String] {
        var node = try schema
        for step in place {
            var next: JSON?
            if step.hasPrefix("#") {
                next = try schema["$defs"]?[String(step.dropFirst())]
            } else if let index = Int(step) {
                let forms = node["items"]?["anyOf"] ?? node["anyOf"]
                next = forms?.array?[index]
            } else {
                next = step == "*" ? node["additionalProperties"] : node["properties"]?[step]
            }
            node = try #require(next, "\(place)")
        }
        return try #require(node["properties"]?.object?.map(\.name), "\(place)")
    }
}
