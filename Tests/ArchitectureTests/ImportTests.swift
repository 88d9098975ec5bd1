import Testing

/// The rooms' arrows point down only (`Package.swift`, decisions in `docs/`).
@Suite(.timeLimit(.minutes(3)))
struct ImportTests {
    /// What each room may import of this package. Programs, which have a `main.swift` or `@main`, may import anything but
    /// simulators and C.
    private static let arrows: [String: Set<String>] = {
        let foundations: Set = [
            "EventLoop", "AMQPClient", "HTTPClient", "MailClient", "PostgresClient", "ExactJSON",
        ]
        let adapters: Set = ["AdobeCommerce", "Sage300", "Tenancy", "Messaging", "Storage"]
        let below = foundations.subtracting(["EventLoop"]).union(adapters).union(["Accounting"])
        return [
            "EventLoop": ["CLinux"], "AMQPClient": ["EventLoop", "CRabbitMQ"],
            "HTTPClient": ["EventLoop", "CCurl"], "MailClient": ["CCurl"],
            "PostgresClient": ["EventLoop", "CLibPQ"], "ExactJSON": [], "PrometheusMetrics": [],
            "Accounting": [],
            // An adapter knows its one system and nothing of another.
            "AdobeCommerce": ["Accounting", "ExactJSON", "HTTPClient"],
            "Sage300": ["Accounting", "ExactJSON", "HTTPClient"], "Tenancy": ["Accounting", "ExactJSON"],
            "Messaging": ["Accounting", "ExactJSON", "AMQPClient"],
            "Storage": ["Accounting", "ExactJSON", "PostgresClient"],
            "Publishing": below, "Polling": below.subtracting(["Sage300"]).union(["Publishing"]),
            "Posting": below.union(["Publishing"]), "Reconciliation": below,
            "Replay": below.subtracting(["AdobeCommerce", "Sage300"]).union(["Publishing"]),
            "Alerting": below.subtracting(["AMQPClient", "Messaging", "AdobeCommerce", "Sage300"]),
            "Onboarding": below.union(["Polling", "Posting", "Publishing"]),
            "ServiceRuntime": below.subtracting(["AdobeCommerce", "Sage300"]).union([
                "EventLoop", "PrometheusMetrics",
            ]),
            "WorkerProgram": below.union(["Posting", "ServiceRuntime"]),
            "StoreGenerator": ["ExactJSON"], "AdobeSimulation": ["ExactJSON", "StoreGenerator"],
            "SageSimulation": ["ExactJSON"],
        ]
    }()

    private static let simulation: Set = ["StoreGenerator", "AdobeSimulation", "SageSimulation"]

    private static func isProgram(_ room: String) -> Bool {
        Checkout.rooms[room]?.contains { file in
            file.path.hasSuffix("/main.swift") || file.code.contains { $0.contains("@main") }
        } ?? false
    }

    private static let ours = Set(Checkout.rooms.keys).union(["CLinux", "CRabbitMQ", "CCurl", "CLibPQ"])

    @Test("the checkout is where it is looked for")
    func checkoutIsFound() {
        #expect(Checkout.sources.count > 150)
        #expect(Checkout.rooms["Accounting"] != nil)
    }

    @Test("every room has its place", arguments: Checkout.rooms.keys.sorted())
    func roomImportsOnlyWhatIsBelow(room: String) throws {
        guard !Self.isProgram(room) else { return }
        let allowed = try #require(Self.arrows[room], "name in this test what \(room) may import")
        for file in Checkout.rooms[room] ?? [] {
            let strangers = Set(file.imports).intersection(Self.ours).subtracting(allowed)
            #expect(strangers.isEmpty, "\(file.path)")
        }
    }

    @Test("the domain is pure: Foundation and nothing else")
    func domainImportsFoundationOnly() {
        for file in Checkout.rooms["Accounting"] ?? [] {
            #expect(Set(file.imports).subtracting(["Foundation"]).isEmpty, "\(file.path)")
        }
    }

    @Test("only simulators know simulators")
    func nothingElseImportsSimulators() {
        for file in Checkout.sources
        where !Self.simulation.contains(file.room) && !file.room.hasSuffix("-simulator") {
            #expect(Set(file.imports).isDisjoint(with: Self.simulation), "\(file.path)")
        }
    }

    @Test(
        "C is spoken in its wrapper alone",
        arguments: [
            ("CLinux", ["EventLoop"]), ("CRabbitMQ", ["AMQPClient"]),
            ("CCurl", ["HTTPClient", "MailClient"]),
            ("CLibPQ", ["PostgresClient"]),
        ]
    )
    func cModulesStayInTheirWrappers(module: String, wrappers: [String]) {
        let rooms = Set(Checkout.sources.filter { $0.imports.contains(module) }.map(\.room))
        #expect(rooms == Set(wrappers))
        for file in wrappers.flatMap({ Checkout.rooms[$0] ?? [] }) {
            let isShown = file.code.contains { $0.contains("public import \(module)") }
            #expect(!isShown, "\(file.path) shows C names to others")
        }
    }

    @Test func importsAreRead() {
        let file = SourceFile(
            path: "Sources/A/B.swift",
            text: "public import X\n@testable import Y\nimport struct Z.Part\n// import No\nimportant()\n"
        )
        #expect(file.imports == ["X", "Y", "Z"])
        #expect(file.room == "A")
    }
}
