import FaultCatalogue
import Foundation
import Tenancy
import Testing

/// The catalogue of faults, by the reader and by the JSON Schema.
struct FaultCatalogueTests {
    private static let catalogue = ConfigurationFaults.all

    @Test func itIsTheContractsFileThatIsSpoilt() {
        #expect(Self.catalogue.file == ContractFile.text)
        #expect(Self.catalogue.faults.count >= 45)
        #expect(Set(Self.catalogue.faults.map(\.id)).count == Self.catalogue.faults.count)
        #expect(ContractFile.problems(of: Self.catalogue.file).isEmpty)
    }

    @Test("each fault is named with its line, its key and the reason", arguments: catalogue.faults)
    func isNamed(_ fault: ConfigurationFaults.Fault) throws {
        guard !fault.isOfPolicy else { return }
        try #require(Self.catalogue.file.contains(fault.passage))
        let environment = Self.catalogue.environment(of: fault)
        let problems = ContractFile.problems(
            of: Self.catalogue.text(of: fault),
            secrets: SecretSource(environment: { environment[$0] }, file: { _ in nil })
        )
        #expect(problems.count == 1)
        let problem = try #require(problems.first)
        #expect(problem.line == fault.line)
        #expect(problem.key == fault.key)
        #expect(fault.isSaid(by: problem.reason), "\(problem.reason)")
        #expect(!problem.reason.contains("planted"), "\(problem.reason)")
    }

    /// A second judge of the same: python3-jsonschema.
    @Test func schemaJudgesAsTheReaderDoes() throws {
        var files = [
            "contract": ContractFile.text,
            "demo": try Self.repository("deploy/demo-tenant.yaml").replacing(/@\w+@/, with: "8080"),
            "ims": ContractFile.text.replacing(
                /auth: oauth1\n(  \w+: \{env: \w+\}\n){4}/,
                with: "auth: ims\n  clientId: {env: A}\n  clientSecret: {file: /a, expires: 2027-01-31}\n"
            ),
        ]
        #expect(files["ims"].map { ContractFile.problems(of: $0, secrets: .unread) } == [])
        for fault in Self.catalogue.faults where fault.schema != nil {
            files[fault.id] = Self.catalogue.text(of: fault)
        }
        for (index, file) in Self.optional.enumerated() {
            #expect(ContractFile.problems(of: file, secrets: .unread) == [])
            files["valid \(index)"] = file
        }
        let verdicts = try SchemaOracle.judge(files)
        for fault in Self.catalogue.faults {
            guard let isRefused = fault.schema else { continue }
            #expect((verdicts[fault.id] == false) == isRefused, "\(fault.id)")
        }
        for name in files.keys where name.hasPrefix("valid") || ["contract", "demo", "ims"].contains(name) {
            #expect(verdicts[name] == true, "\(name)")
        }
    }

    /// Files with what the contract's has not.
    private static var optional: [String] {
        let rules = """
                rules:
                  - name: kits
                    when: {productType: bundle, sku: ["KIT-*", "SET-*"], customerGroup: [3, 4]}
                    accounts: {revenue: 4010}
                  - when: {storeView: default}
                    distributionCodes: {revenue: OUTLET}
                    optionalFields: {CHANNEL: PARTNER}
                shippingRecognition: share
                codePage: unicode
            """
        let alerts = """
            alerts:
              webhook: https://chat.example.com/hook
              webhookSecret: {env: A}
              email: [ops@example.com]
              digest: {at: "07:30", days: weekdays}
              oldest: 3h
              silence: off
              unattended: off
            companies:
            """
        return [
            ContractFile.replacing("    roundingCap: 0.02", with: rules),
            ContractFile.replacing("companies:", with: alerts),
            ContractFile.replacing(
                "tax: \"2200\"",
                with:
                    "tax: authority\n      taxAuthorities: {\"US-CA-*\": {group: CATAX, authority: CASALES}}"
            ),
            ContractFile.replacing("{every: day, at", with: "{every: week, on: monday, at"),
            ContractFile.replacing(
                "{every: day, at: \"02:00\", timeZone: America/Vancouver}",
                with: "{every: 15m}"
            ),
            ContractFile.replacing(
                "pageSize: 100",
                with:
                    "overlap: 15m\n  sweep: {every: week, days: 30}\n  requestsPerMinute: 60\n  requestsAtATime: 1"
            ),
            ContractFile.replacing(
                "username: connector",
                with: "username: connector\n  quietHours: {from: \"01:00\", to: \"03:00\", timeZone: UTC}"
            ),
            ContractFile.replacing("documentPrefix: US", with: "documentPrefix: \"\""),
            ContractFile.replacing("{env: ACME_SAGE_PASSWORD}", with: "\"\""),
            ContractFile.replacing(
                "guests: shared, guestCustomer: WEBGUEST",
                with: "guests: individual, sageOwns: [email, phone], optionalField: STOREID"
            ),
        ]
    }

    static func repository(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
}

/// `check_schema.py`: JSON Schema by code that is not ours.
enum SchemaOracle {
    /// - Returns: whether each file is valid.
    static func judge(_ files: [String: String]) throws -> [String: Bool] {
        let here = URL(filePath: #filePath).deletingLastPathComponent()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            here.appending(path: "Oracle/check_schema.py").path,
            FaultCatalogueTests.root.appending(path: "docs/tenant.schema.json").path,
        ]
        let input = FileManager.default.temporaryDirectory.appending(path: "schema-\(UUID().uuidString).json")
        try JSONEncoder().encode(files).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let answer = Pipe()
        process.standardInput = try FileHandle(forReadingFrom: input)
        process.standardOutput = answer
        try process.run()
        let verdicts = try answer.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0,
            "needs python3-jsonschema and python3-yaml; see deploy/install-dependencies"
        )
        return try JSONDecoder().decode([String: Bool].self, from: verdicts)
    }
}
