import ExactJSON
import Foundation
import Glibc
import HTTPClient
import PostgresClient
import TestServers
import Testing

extension EndToEnd {
    /// Secrets are planted in every field, everything goes wrong that can, and whatever is left behind is searched.
    @Suite struct Secrecy {
        @Test(.timeLimit(.minutes(8)))
        func `no planted secret is found in logs, database, queues, processes or core files`() async throws {
            try await withStage { stage in
                let planted = Planted()
                let site = try await PlantedSite(stage, planted)
                try await site.applyTenants()
                let services = try site.startServices()
                try await site.everythingHasHappened(services)
                var search = Search(planted.forms + [try site.key()])
                try await search.checkItself(stage)

                for service in services { try search.process(service) }
                for service in services.prefix(2) { try await search.memory(of: service, stage) }
                let dump = try await stage.dump()
                #expect(dump.contains("\taccessTokenSecret\t"), "the dump holds no credentials at all")
                search.text("dump", dump)
                let queues = try await stage.messages()
                #expect(!queues.isEmpty, "no queue holds a message")
                for (queue, messages) in queues {
                    search.text("queue \(queue)", messages.joined(separator: "\n"))
                }
                for command in site.questions {
                    let answer = try await stage.finish(
                        try stage.start("connectorctl", command, environment: site.environment)
                    )
                    search.text(command.joined(separator: " "), answer.output + answer.messages)
                }
                // Crash reports are written, and nothing of the memory is.
                for service in services { service.send(SIGSEGV) }
                for service in services { _ = try await service.end() }
                let left = try stage.start("replayer", ["--until-idle", "1"], environment: site.environment)
                try await left.end()
                let trace = try await stage.peek("select trace from crash_reports where signal = 'SIGSEGV'")
                #expect(trace.count == services.count)
                for (name, data) in try stage.files(where: { !site.isInput($0) }) { search.data(name, data) }
                search.text("dump after the crash", try await stage.dump())
                #expect(search.found == [], "\(search.found.joined(separator: "\n"))")
                #expect(try stage.files(where: { $0.hasPrefix("core") }).isEmpty)
                try await site.checkPersonalData()
                try await site.removeAccounts()
                Rig.report("\(search.searched) places searched for \(planted.forms.count) secrets")
            }
        }
    }
}

/// Unmistakable secrets, one for each field.
private struct Planted {
    /// As long as a store's credentials are, and of their letters.
    private static func made(_ field: String) -> String {
        let random = UUID().uuidString.lowercased().replacing("-", with: "")
        return String("pl4nt3d\(field)\(random)".prefix(32))
    }

    let consumerKey = made("ck")
    let consumerSecret = made("cs")
    let accessToken = made("at")
    let accessTokenSecret = made("ats")
    let clientSecret = made("ims")
    let sagePassword = made("sage")
    let webhook = made("hook")
    let webhookSecret = made("hooksecret")
    let tenantWebhook = made("thook")
    let tenantWebhookSecret = made("thooksecret")
    let mailPassword = made("smtp")
    let databasePassword = made("db")
    let brokerPassword = made("amqp")

    /// As they are, as Sage 300 gets its own, and as headers carry them.
    var forms: [String] {
        let basic = Data("CONNECTOR:\(sagePassword.uppercased())".utf8).base64EncodedString()
        return [
            consumerKey, consumerSecret, accessToken, accessTokenSecret, clientSecret, sagePassword,
            sagePassword.uppercased(), basic, webhook, webhookSecret, tenantWebhook, tenantWebhookSecret,
            mailPassword, databasePassword, brokerPassword,
            Data("\(consumerKey)".utf8).base64EncodedString(),
        ]
    }
}

/// Stores and ledgers that give back what they are sent, the real simulators beside them, and services that know all secrets.
private struct PlantedSite {
    let stage: Stage
    let planted: Planted
    let store: Simulator
    /// One of the Cloud Service.
    let cloudStore: Simulator
    let sage: Simulator
    /// Refuses every sign-in, and gives it back in header and body.
    let refusing: HTTPSink
    /// Takes every sign-in, knows nothing, and gives back what is to be written.
    let quoting: HTTPSink
    let hooks: HTTPSink
    let mail: SMTPServer
    var environment: [String: String] = [:]

    init(_ stage: Stage, _ planted: Planted) async throws {
        self.stage = stage
        self.planted = planted
        let credentials = """
            credentials: {consumerKey: \(planted.consumerKey), consumerSecret: \(planted.consumerSecret), \
            accessToken: \(planted.accessToken), accessTokenSecret: \(planted.accessTokenSecret), \
            clientSecret: \(planted.clientSecret)}
            """
        store = try await stage.startStore(orders: 60, scenario: credentials)
        cloudStore = try await stage.startStore(orders: 60, scenario: credentials + "\nauth: ims")
        sage = try await stage.startSage()
        try await sage.tell(
            "password",
            ["user": "CONNECTOR", "password": .string(planted.sagePassword.uppercased())]
        )
        refusing = try HTTPSink { call, _ in
            let given = "You sent \(call.method) \(call.target) \(call.headers) \(call.body)"
            let quoted = "\(call.headers["authorization"] ?? "nothing")"
            return .status(401, ["WWW-Authenticate: Basic realm=\"\(quoted)\"", "X-Echo: \(quoted)"], given)
        }
        quoting = try HTTPSink { call, _ in
            // Nothing is there, and nothing may be written.
            if call.method == "GET", call.target.contains("filter") {
                return .status(200, ["Content-Type: application/json"], #"{"value":[]}"#)
            }
            let given = JSON.string("Not allowed: \(call.headers["authorization"] ?? "") \(call.body)").text
            let code = call.method == "GET" ? "RecordNotFound" : "FieldInvalid"
            let body = #"{"error":{"code":"\#(code)","message":{"lang":"en","value":\#(given)}}}"#
            return .status(call.method == "GET" ? 404 : 400, ["Content-Type: application/json"], body)
        }
        hooks = try HTTPSink { call, _ in
            .status(500, ["X-Echo: \(call.target)"], "You called \(call.target)")
        }
        var manners = SMTPServer.Manners()
        manners.answers = ["AUTH": "535 no"]
        mail = try SMTPServer(manners)
        environment = try await ownAccounts()
    }

    /// Accounts of their own at broker and database, with planted passwords.
    private func ownAccounts() async throws -> [String: String] {
        let user = stage.name + "_planted"
        try await stage.control("add_user", user, planted.brokerPassword)
        try await stage.control("set_permissions", "-p", stage.name, user, ".*", ".*", ".*")
        for statement in [
            "create role \"\(user)\" login in role \"\(stage.name)\" password '\(planted.databasePassword)'",
            "alter role \"\(user)\" set role \"\(stage.name)\"",
        ] {
            _ = try await stage.peek(PostgresQuery(unescaped: statement))
        }
        var broker = try #require(URLComponents(string: stage.brokerURL))
        broker.user = user
        broker.password = planted.brokerPassword
        var database = try #require(URLComponents(string: stage.databaseURL))
        database.user = user
        database.password = planted.databasePassword
        return [
            "AMQP_URL": try #require(broker.string), "DATABASE_URL": try #require(database.string),
            "LOG_LEVEL": "trace", "ALERT_WEBHOOK_URL": hooks.url + "?token=\(planted.webhook)",
            "ALERT_WEBHOOK_SECRET": planted.webhookSecret, "ALERT_EMAIL_TO": "ops@example.com",
            "ALERT_EMAIL_FROM": "connector@example.com",
            "SMTP_URL": "smtp://mailer:\(planted.mailPassword)@127.0.0.1:\(mail.port)?starttls=off",
            "ALERT_INTERVAL_SECONDS": "1", "ALERT_WINDOW_SECONDS": "1",
        ]
    }

    /// Of the server, which outlives the stage.
    func removeAccounts() async throws {
        _ = try await stage.peek(PostgresQuery(unescaped: "drop role \"\(stage.name)_planted\""))
        try await stage.control("delete_user", stage.name + "_planted")
    }

    func key() throws -> String {
        let file = try JSON(parsing: String(contentsOfFile: stage.keyFile, encoding: .utf8))
        return try #require(file["keys"]?.array?.first?["key"]?.string)
    }

    /// Success, a store's refusal by each kind of sign-in, a ledger's refusal, and one that quotes what it is sent.
    func applyTenants() async throws {
        var plan = TenantPlan(store: store, sage: sage)
        try await apply(plan, named: "acme")
        try await apply(plan, named: "shut", sageURL: refusing.url)
        try await apply(plan, named: "quoted", sageURL: quoting.url)
        try await apply(plan, named: "closed", storeURL: refusing.url)
        plan.isCloudService = true
        plan.store = cloudStore
        try await apply(plan, named: "cloud")
        try await apply(plan, named: "clouded", storeURL: refusing.url)
    }

    private func apply(
        _ plan: TenantPlan,
        named name: String,
        storeURL: String? = nil,
        sageURL: String? = nil
    ) async throws {
        var plan = plan
        plan.tenant = name
        // Two of one company in one ledger keep apart by their numbers.
        let prefix = String(name.uppercased().filter { !"AEIOU".contains($0) }.prefix(4))
        plan.customerPrefix = prefix
        plan.several = [CompanyPlan(code: "SAMINC", storeViews: "default, us_en", prefix: prefix)]
        var text = plan.text
        for (demo, secret) in [
            ("democonsumerkey00000000000000001", planted.consumerKey),
            ("democonsumersecret00000000000001", planted.consumerSecret),
            ("demoaccesstoken00000000000000001", planted.accessToken),
            ("demoaccesstokensecret00000000001", planted.accessTokenSecret),
            ("demo-client-secret", planted.clientSecret),
            ("password: secret", "password: \(planted.sagePassword)"),
        ] {
            text = text.replacing(demo, with: secret)
        }
        if let storeURL { text = text.replacing(plan.store.url, with: storeURL) }
        if let sageURL { text = text.replacing(sage.url, with: sageURL + "/Sage300WebApi") }
        text += """

            alerts:
              webhook: \(hooks.url)?token=\(planted.tenantWebhook)
              webhookSecret: \(planted.tenantWebhookSecret)

            """
        let file = try stage.write(text, to: "\(name).tenant")
        let answer = try await stage.finish(
            try stage.start("connectorctl", ["tenant", "apply", file], environment: environment)
        )
        try #require(answer.status == 0, "\(answer.messages)")
    }

    /// Core files are allowed, whatever the machine says.
    func startServices() throws -> [Program] {
        let folder = try #require(Rig.executables)
        return try Stage.services.map { name in
            try stage.launch(
                URL(filePath: "/bin/sh"),
                ["-c", "ulimit -c unlimited; exec \"$0\"", "\(folder)/\(name)"],
                environment: stage.environment.merging(environment) { $1 },
                label: name
            )
        }
    }

    func everythingHasHappened(_ services: [Program]) async throws {
        for service in services { try await service.says("ready") }
        for tenant in ["acme", "shut", "quoted", "closed", "cloud", "clouded"] {
            let answer = try await eventually("a poller takes the run of \(tenant)") { () -> Answer? in
                let answer = try await stage.finish(
                    try stage.start("connectorctl", ["sync", tenant], environment: environment)
                )
                return answer.status == 3 ? nil : answer
            }
            try #require(answer.status == 0, "\(answer.messages)")
        }
        try await stage.settled("acme")
        try await eventually("what is quoted is dead, and the refusals are known", within: .seconds(90)) {
            let dead = try await stage.states("quoted")["dead", default: 0]
            let refused = try await stage.peek("select 1 from sign_ins where state = 'refused'")
            let letters = try await stage.peek("select 1 from failures where tenant = 'quoted'")
            return (dead > 0 && !refused.isEmpty && !letters.isEmpty).orNil
        }
        try await eventually("alerts are tried") { (!hooks.all.isEmpty).orNil }
        try await eventually("the stores that refuse have been asked") { (refusing.all.count >= 3).orNil }
        // An outage: Sage 300 is gone in the middle of it.
        sage.program.kill()
        _ = try await stage.finish(
            try stage.start("connectorctl", ["sync", "cloud"], environment: environment)
        )
        try await Task.sleep(for: .seconds(3))
    }

    var questions: [[String]] {
        [
            ["queues"], ["queues", "--json"], ["dead", "list", "--json"], ["dead", "groups"],
            ["tenant", "list"],
            ["tenant", "show", "acme"], ["tenant", "show", "quoted", "--json"], ["alerts", "list"],
            ["keys", "rotate", "--patience", "0", "--json"], ["preview", "closed"], ["preview", "clouded"],
        ]
    }

    /// What holds secrets because a test has put them there.
    func isInput(_ name: String) -> Bool {
        name.hasSuffix(".tenant") || name.hasSuffix(".yaml") || name.hasSuffix(".key")
            || name.contains("adobe-simulator") || name.contains("broker-control")
            || name.contains("sage-simulator") || name.hasPrefix("control")
    }

    /// No buyer's e-mail address or street in a log, a dead letter's evidence, a reason or the audit. The document itself,
    /// in the letter's envelope, is what is to be entered.
    func checkPersonalData() async throws {
        let rows = try await stage.peek(
            """
            select concat_ws(' ', reason, (message::jsonb - 'envelope')::text, (select string_agg(detail, ' ') from document_events e
                where e.tenant = f.tenant))::text as text from failures f
            """
        )
        var texts = try rows.map { try $0.get("text", as: String.self) }
        let logs = try stage.files { $0.hasSuffix(".log") && !isInput($0) }
        texts += logs.values.map { String(decoding: $0, as: UTF8.self) }
        for id in 1...10 {
            let order = try await store.read("orders/\(id)")
            let address = order["billing_address"]
            let street = address?["street"]?.array?.first?.string ?? address?["street"]?.string
            let mail = try #require(order["customer_email"]?.string)
            let isMailKnown = texts.contains { $0.lowercased().contains(mail.lowercased()) }
            #expect(!isMailKnown, "\(mail)")
            guard let street, street.count > 5 else { continue }
            let isStreetKnown = texts.contains { $0.contains(street) }
            #expect(!isStreetKnown, "\(street)")
        }
        let isQuoted = texts.contains { $0.contains("[personal, ") }
        #expect(isQuoted, "the ledger that quotes was not heard")
    }
}

/// Looks for texts, and counts where it looked.
private struct Search {
    private let needles: [(text: String, bytes: Data)]
    private(set) var found: [String] = []
    private(set) var searched = 0

    init(_ texts: [String]) { needles = texts.map { ($0, Data($0.utf8)) } }

    mutating func text(_ place: String, _ text: String) { data(place, Data(text.utf8)) }

    mutating func data(_ place: String, _ data: Data) {
        searched += 1
        for needle in needles where data.range(of: needle.bytes) != nil {
            let start = data.range(of: needle.bytes)?.lowerBound ?? 0
            let before = String(decoding: data[max(start - 80, data.startIndex)..<start], as: UTF8.self)
            found.append("\(place): \(needle.text.prefix(14))… after \(before.suffix(80))")
        }
    }

    /// Arguments and environment of a process and of its children.
    mutating func process(_ program: Program) throws {
        let ids = [program.pid] + Self.children(of: program.pid)
        for id in ids {
            for file in ["cmdline", "environ", "status", "maps"] {
                let data = Self.read("/proc/\(id)/\(file)")
                if file != "environ" || getuid() == 0 { #expect(!data.isEmpty, "\(file) of \(program.name)") }
                self.data("\(file) of \(program.name)", data)
            }
        }
    }

    /// What root's debugger writes down of a living process, where there is one.
    mutating func memory(of program: Program, _ stage: Stage) async throws {
        let dump = stage.folder.appending(path: "gcore").path
        guard let file = try await Self.debuggersDump(of: program.pid, to: dump, stage) else { return }
        defer { try? FileManager.default.removeItem(atPath: file) }
        data("gcore of \(program.name)", FileManager.default.contents(atPath: file) ?? Data())
    }

    private static func debuggersDump(of pid: Int32, to path: String, _ stage: Stage) async throws -> String?
    {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/gcore"), getuid() == 0 else {
            return nil
        }
        let program = try stage.launch(
            URL(filePath: "/usr/bin/gcore"),
            ["-o", path, String(pid)],
            environment: Rig.inherited,
            label: "gcore"
        )
        try await program.end(within: .seconds(90))
        return FileManager.default.fileExists(atPath: "\(path).\(pid)") ? "\(path).\(pid)" : nil
    }

    /// A planted secret is found in each kind of place.
    mutating func checkItself(_ stage: Stage) async throws {
        let secret = needles[0].text
        let path = stage.folder.appending(path: "control").path
        try Data("a log with \(secret) in it".utf8).write(to: URL(filePath: path + ".log"))
        var control = Search([secret])
        control.data("file", FileManager.default.contents(atPath: path + ".log") ?? Data())
        let sleeper = try stage.launch(
            URL(filePath: "/bin/sleep"),
            ["60"],
            environment: ["SECRET": secret],
            label: "control-sleep"
        )
        try await Task.sleep(for: .milliseconds(200))
        try control.process(sleeper)
        if let file = try await Self.debuggersDump(of: sleeper.pid, to: path + "-gcore", stage) {
            control.data("gcore", FileManager.default.contents(atPath: file) ?? Data())
            try? FileManager.default.removeItem(atPath: file)
            #expect(control.found.contains { $0.hasPrefix("gcore") })
        }
        #expect(control.found.contains { $0.hasPrefix("file") })
        #expect(control.found.contains { $0.hasPrefix("environ") })
        sleeper.kill()
        try FileManager.default.removeItem(atPath: path + ".log")
        try await checkCores(stage, secret)
    }

    /// A program that does nothing about it leaves a core file with the secret in it, where the machine's pattern is a name.
    private func checkCores(_ stage: Stage, _ secret: String) async throws {
        let pattern = String(decoding: Self.read("/proc/sys/kernel/core_pattern"), as: UTF8.self)
        guard !pattern.hasPrefix("|"), !pattern.hasPrefix("/") else { return }
        let victim = try stage.launch(
            URL(filePath: "/bin/sh"),
            ["-c", "ulimit -c unlimited; kill -SEGV $$"],
            environment: ["SECRET": secret],
            label: "control-core"
        )
        try await victim.end()
        let cores = try stage.files { $0.hasPrefix("core") }
        #expect(
            cores.values.contains { $0.range(of: Data(secret.utf8)) != nil },
            "no core file to compare with"
        )
        for name in cores.keys { try FileManager.default.removeItem(at: stage.folder.appending(path: name)) }
    }

    private static func children(of pid: Int32) -> [Int32] {
        let text = String(decoding: read("/proc/\(pid)/task/\(pid)/children"), as: UTF8.self)
        return text.split(separator: " ").compactMap { Int32($0) }
    }

    private static func read(_ path: String) -> Data {
        guard let file = FileHandle(forReadingAtPath: path) else { return Data() }
        return (try? file.readToEnd()) ?? Data()
    }
}
