import Accounting
import Logging
import Messaging
import Tenancy
import Testing

@testable import ServiceRuntime

/// The environment as docs/configuration.md has it.
struct ServiceEnvironmentTests {
    private func expectDefaults(_ environment: ServiceEnvironment) {
        #expect(environment.brokerURLs == nil)
        #expect(environment.brokerAuthorityFile == nil)
        #expect(environment.managementURL == nil)
        #expect(environment.databaseURL == nil)
        #expect(environment.keyFile == nil)
        #expect(environment.logLevel == .info)
        #expect(environment.logFormat == .text)
        #expect(environment.metricsPort == nil)
        #expect(environment.httpHost == "127.0.0.1")
        #expect(environment.sageSettle == .seconds(150))
        #expect(environment.adobeSettle == .seconds(120))
        #expect(environment.writerLease == .seconds(8))
        #expect(environment.conflictDelays.seconds == [5, 30, 180])
        #expect(environment.probeInterval == .seconds(30))
        #expect(environment.addressPolicy == .open)
    }

    @Test func defaultsAreTheContracts() throws {
        expectDefaults(try ServiceEnvironment([:]))
    }

    @Test func emptyIsNotSet() throws {
        let names = [
            "AMQP_URL", "AMQP_CA_FILE", "AMQP_MANAGEMENT_URL", "DATABASE_URL", "CREDENTIAL_KEY_FILE",
            "LOG_LEVEL",
            "LOG_FORMAT", "METRICS_PORT", "HTTP_HOST", "SAGE_SETTLE_SECONDS", "ADOBE_SETTLE_SECONDS",
            "WRITER_LEASE_SECONDS", "PROBE_INTERVAL_SECONDS", "TENANT_ADDRESS_POLICY",
        ]
        expectDefaults(try ServiceEnvironment(Dictionary(uniqueKeysWithValues: names.map { ($0, "") })))
    }

    @Test func everythingIsRead() throws {
        let environment = try ServiceEnvironment([
            "AMQP_URL": "amqp://a:b@one/v,amqp://a:b@two/v", "AMQP_CA_FILE": "/ca.pem",
            "AMQP_MANAGEMENT_URL": "http://a:b@one:15672", "DATABASE_URL": "postgresql://a:b@c/d",
            "CREDENTIAL_KEY_FILE": "/keys", "LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json",
            "METRICS_PORT": "9090",
            "HTTP_HOST": "0.0.0.0", "SAGE_SETTLE_SECONDS": "1", "ADOBE_SETTLE_SECONDS": "2",
            "WRITER_LEASE_SECONDS": "3", "PROBE_INTERVAL_SECONDS": "4", "TENANT_ADDRESS_POLICY": "hosted",
        ])
        #expect(environment.brokerURLs?.withText { $0 } == "amqp://a:b@one/v,amqp://a:b@two/v")
        #expect(environment.brokerAuthorityFile == "/ca.pem")
        #expect(environment.managementURL?.withText { $0 } == "http://a:b@one:15672")
        #expect(environment.databaseURL?.withText { $0 } == "postgresql://a:b@c/d")
        #expect(environment.keyFile == "/keys")
        #expect(environment.logLevel == .debug)
        #expect(environment.logFormat == .json)
        #expect(environment.metricsPort == 9090)
        #expect(environment.httpHost == "0.0.0.0")
        #expect(environment.sageSettle == .seconds(1))
        #expect(environment.adobeSettle == .seconds(2))
        #expect(environment.writerLease == .seconds(3))
        #expect(environment.probeInterval == .seconds(4))
        #expect(environment.addressPolicy == .hosted)
    }

    @Test(arguments: [
        ("METRICS_PORT", 0, 65_535), ("SAGE_SETTLE_SECONDS", 0, 86_400), ("ADOBE_SETTLE_SECONDS", 0, 86_400),
        ("WRITER_LEASE_SECONDS", 1, 600), ("PROBE_INTERVAL_SECONDS", 1, 3600),
    ])
    func numbersKeepToTheirRange(_ name: String, _ lowest: Int, _ highest: Int) throws {
        for number in [lowest, highest] { _ = try ServiceEnvironment([name: "\(number)"]) }
        for text in ["\(lowest - 1)", "\(highest + 1)", "many", "1.5", " 1", "0x10", "99999999999999999999"] {
            let error = #expect(throws: EnvironmentError.self) { try ServiceEnvironment([name: text]) }
            let sentence =
                "\(name) is \"\(text)\"; it must be a whole number from \(lowest) to \(highest)."
            #expect(error?.description == sentence)
        }
    }

    @Test(arguments: [
        ("LOG_LEVEL", "trace, debug, info, notice, warning, error, critical"),
        ("LOG_FORMAT", "text, json"), ("TENANT_ADDRESS_POLICY", "open, hosted"),
    ])
    func choicesAreNamed(_ name: String, _ allowed: String) {
        let error = #expect(throws: EnvironmentError.self) { try ServiceEnvironment([name: "loud"]) }
        #expect(error?.description == "\(name) is \"loud\"; it must be one of \(allowed).")
    }

    @Test func missingVariablesAreNamed() async throws {
        let environment = try ServiceEnvironment([:])
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let database = await #expect(throws: EnvironmentError.self) {
            try await Connections.database(environment, name: "test", logger: logger)
        }
        #expect(database?.description == "DATABASE_URL is not set; it must hold a libpq connection URI.")
        let broker = await #expect(throws: EnvironmentError.self) {
            try await Connections.broker(environment, name: "test", logger: logger)
        }
        #expect(broker?.description.hasPrefix("AMQP_URL is not set; it must hold amqp://") == true)
        let keys = #expect(throws: EnvironmentError.self) { try Connections.vault(environment) }
        #expect(keys?.description.hasPrefix("CREDENTIAL_KEY_FILE is not set;") == true)
    }

    @Test func secretsAreNotShown() throws {
        let environment = try ServiceEnvironment([
            "AMQP_URL": "amqp://a:hush@one/v", "AMQP_MANAGEMENT_URL": "http://a:hush@one:15672",
            "DATABASE_URL": "postgresql://a:hush@c/d",
        ])
        var shown = "\(environment)"
        dump(environment, to: &shown)
        #expect(!shown.contains("hush"))
    }
}
