public import Accounting
public import Foundation
import Glibc
public import Logging
public import Messaging
public import Storage
public import Tenancy

/// How every service is configured: by the environment alone (contract, Environment).
public struct ServiceEnvironment: Sendable {
    /// Form of log lines.
    public enum LogFormat: String, Sendable, CaseIterable { case text, json }

    /// `AMQP_URL`, one or several separated by commas.
    public let brokerURLs: Secret?
    /// `AMQP_CA_FILE`.
    public let brokerAuthorityFile: String?
    /// `AMQP_MANAGEMENT_URL`.
    public let managementURL: Secret?
    /// `DATABASE_URL`.
    public let databaseURL: Secret?
    /// `DATABASE_ROLE_PREFIX`: what the names of the services' roles begin with; nil: as the database was migrated.
    public let rolePrefix: RolePrefix?
    /// `CREDENTIAL_KEY_FILE`.
    public let keyFile: String?
    /// `LOG_LEVEL`.
    public let logLevel: Logger.Level
    /// `LOG_FORMAT`.
    public let logFormat: LogFormat
    /// `METRICS_PORT`; nil: nothing is served.
    public let metricsPort: Int?
    /// `HTTP_HOST`: where pages and metrics are served; loopback unless told otherwise.
    public let httpHost: String
    /// `SAGE_SETTLE_SECONDS`.
    public let sageSettle: Duration
    /// `ADOBE_SETTLE_SECONDS`.
    public let adobeSettle: Duration
    /// `TENANT_ADDRESS_POLICY`.
    public let addressPolicy: AddressPolicy
    /// `TENANT_PROXY`: a proxy that tenants' systems are reached through; `http_proxy` and the like are for nobody's.
    public let tenantProxy: Secret?
    /// `TENANT_MAX_…`: what each tenant is granted.
    public let limits: TenantLimits
    /// `WRITER_LEASE_SECONDS`: how long a writer of a company may be silent before another takes over.
    public let writerLease: Duration
    /// `CONFLICT_RETRY_SECONDS`: how long a document that met somebody at work on its record is left alone, in three steps.
    public let conflictDelays: RetryDelays
    /// `PROBE_INTERVAL_SECONDS`: how often a paused company is asked whether it answers again.
    public let probeInterval: Duration
    /// `CRASH_DIR`: where processes leave word of how they died.
    public let crashFolder: String

    /// Variables that hold a secret, of services and of what they send alerts with.
    static let secretNames = [
        "AMQP_URL", "AMQP_MANAGEMENT_URL", "DATABASE_URL", "ALERT_WEBHOOK_URL", "ALERT_WEBHOOK_SECRET",
        "SMTP_URL",
    ]

    /// Reads the process's environment.
    /// - Throws: `EnvironmentError` naming the variable and what it may be.
    public init(_ environment: [String: String] = ProcessInfo.processInfo.environment)
        throws(EnvironmentError)
    {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        func number(_ name: String, _ range: ClosedRange<Int>, _ standard: Int) throws(EnvironmentError)
            -> Int
        {
            guard let text = value(name) else { return standard }
            guard let number = Int(text), range.contains(number) else {
                throw EnvironmentError(
                    "\(name) is \"\(text)\"; it must be a whole number from \(range.lowerBound) to \(range.upperBound)."
                )
            }
            return number
        }
        func choice<Choice: RawRepresentable & CaseIterable>(
            _ name: String,
            _ standard: Choice
        ) throws(EnvironmentError) -> Choice where Choice.RawValue == String {
            guard let text = value(name) else { return standard }
            guard let choice = Choice(rawValue: text.lowercased()) else {
                let allowed = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw EnvironmentError("\(name) is \"\(text)\"; it must be one of \(allowed).")
            }
            return choice
        }
        brokerURLs = value("AMQP_URL").map { Secret($0) }
        brokerAuthorityFile = value("AMQP_CA_FILE")
        managementURL = value("AMQP_MANAGEMENT_URL").map { Secret($0) }
        databaseURL = value("DATABASE_URL").map { Secret($0) }
        rolePrefix = try Self.rolePrefix(value("DATABASE_ROLE_PREFIX"))
        keyFile = value("CREDENTIAL_KEY_FILE")
        logLevel = try choice("LOG_LEVEL", Logger.Level.info)
        logFormat = try choice("LOG_FORMAT", LogFormat.text)
        metricsPort = value("METRICS_PORT") == nil ? nil : try number("METRICS_PORT", 0...65_535, 0)
        httpHost = value("HTTP_HOST") ?? "127.0.0.1"
        sageSettle = .seconds(try number("SAGE_SETTLE_SECONDS", 0...86_400, 150))
        adobeSettle = .seconds(try number("ADOBE_SETTLE_SECONDS", 0...86_400, 120))
        addressPolicy = try choice("TENANT_ADDRESS_POLICY", AddressPolicy.open)
        var limits = TenantLimits()
        if value("TENANT_MAX_REQUESTS_PER_MINUTE") != nil {
            limits.requestsPerMinute = try number("TENANT_MAX_REQUESTS_PER_MINUTE", 1...6000, 0)
        }
        if value("TENANT_MAX_REQUESTS_AT_A_TIME") != nil {
            limits.requestsAtATime = try number("TENANT_MAX_REQUESTS_AT_A_TIME", 1...8, 0)
        }
        limits.queued = try number("TENANT_MAX_QUEUED", 1...100_000_000, limits.queued)
        limits.documents = try number("TENANT_MAX_DOCUMENTS", 1...1_000_000_000, limits.documents)
        self.limits = limits
        tenantProxy = value("TENANT_PROXY").map { Secret($0) }
        writerLease = .seconds(try number("WRITER_LEASE_SECONDS", 1...600, 8))
        conflictDelays = try Self.delays(value("CONFLICT_RETRY_SECONDS"))
        crashFolder =
            value("CRASH_DIR")
            ?? FileManager.default.temporaryDirectory.appending(path: "ml-connector-crashes-\(geteuid())")
            .path
        probeInterval = .seconds(try number("PROBE_INTERVAL_SECONDS", 1...3600, 30))
    }

    private static func rolePrefix(_ text: String?) throws(EnvironmentError) -> RolePrefix? {
        guard let text else { return nil }
        guard let prefix = RolePrefix(text) else {
            throw EnvironmentError(
                "DATABASE_ROLE_PREFIX is \"\(text)\"; it must be 1 to 40 of a-z, 0-9 and _, a letter first, and not pg."
            )
        }
        return prefix
    }

    private static func delays(_ text: String?) throws(EnvironmentError) -> RetryDelays {
        guard let text else { return .standard }
        let seconds = text.split(separator: ",").map { Int($0.trimmingCharacters(in: .whitespaces)) }
        guard let delays = RetryDelays(seconds: seconds.compactMap(\.self)), !seconds.contains(nil) else {
            throw EnvironmentError(
                "CONFLICT_RETRY_SECONDS is \"\(text)\"; it must be three whole numbers from 1 to 86400, each at least a half "
                    + "more than the one before, for instance 5,30,180."
            )
        }
        return delays
    }

    /// The value of a variable that must be there.
    func require<Value>(_ value: Value?, _ name: String, _ meaning: String) throws(EnvironmentError) -> Value
    {
        guard let value else { throw EnvironmentError("\(name) is not set; it must hold \(meaning).") }
        return value
    }
}

/// A variable that is missing or wrong. Programs end with 2 and this sentence.
public struct EnvironmentError: Error, Sendable, CustomStringConvertible {
    /// Which variable, and what it may be.
    public let description: String

    /// A sentence that says what is wrong and what would be right.
    public init(_ description: String) { self.description = description }
}
