public import Foundation
import PostgresClient

/// How a process died.
public struct CrashReport: Sendable, Hashable {
    /// Which process.
    public let instance: UUID
    /// What the program is called.
    public let service: String
    /// Where it ran.
    public let host: String
    /// Its number there.
    public let process: Int
    /// The signal it died of, as `SIGSEGV`; nil where it left no word, as after SIGKILL.
    public let signal: String?
    /// Whether another process sent that signal.
    public let isFromOutside: Bool
    /// When it died; nil where it left no word.
    public let diedAt: Date?
    /// What its crash file held: thread and frames, without anything of a document.
    public let trace: String

    /// A report from its parts.
    public init(
        instance: UUID,
        service: String,
        host: String,
        process: Int,
        signal: String?,
        isFromOutside: Bool,
        diedAt: Date?,
        trace: String
    ) {
        self.instance = instance
        self.service = service
        self.host = host
        self.process = process
        self.signal = signal
        self.isFromOutside = isFromOutside
        self.diedAt = diedAt
        self.trace = trace
    }

    /// Whether it died of what it did itself.
    public var isOwnDoing: Bool { signal != nil && !isFromOutside }
}

extension Database {
    /// How many reports are kept, and for how long.
    public static let keptCrashReports = 1000

    /// Keeps a report, once for each process; old ones go.
    /// - Returns: false when it was known.
    public func keep(_ report: CrashReport) async throws -> Bool {
        let results = try await client.pipeline([
            """
            insert into crash_reports (instance, service, host, process, signal, outside, died_at, trace)
            values (\(report.instance), \(report.service), \(report.host), \(report.process), \(report.signal),
                \(report.isFromOutside), \(report.diedAt), \(report.trace))
            on conflict (instance) do nothing
            """,
            """
            delete from crash_reports where reported_at < now() - interval '30 days' or instance in (
                select instance from crash_reports order by reported_at desc, instance
                offset \(Self.keptCrashReports))
            """,
        ])
        return results.first?.affectedRows == 1
    }

    /// The reports of these processes, as far as there are any.
    public func crashReports(of instances: [UUID]) async throws -> [UUID: CrashReport] {
        guard !instances.isEmpty else { return [:] }
        let rows = try await client.query(
            "select * from crash_reports where instance = any(\(instances)::uuid[])"
        )
        let reports = try rows.map(CrashReport.init(row:))
        return Dictionary(reports.map { ($0.instance, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Which of these processes showed a sign of life within ten seconds.
    public func living(among instances: [UUID]) async throws -> Set<UUID> {
        guard !instances.isEmpty else { return [] }
        let rows = try await client.query(
            """
            select instance from services
            where instance = any(\(instances)::uuid[]) and seen_at > now() - interval '10 seconds'
            """
        )
        return Set(try rows.map { try $0.get("instance") })
    }
}

extension CrashReport {
    fileprivate init(row: PostgresRow) throws {
        self.init(
            instance: try row.get("instance"),
            service: try row.get("service"),
            host: try row.get("host"),
            process: try row.get("process"),
            signal: try row.get("signal"),
            isFromOutside: try row.get("outside"),
            diedAt: try row.get("died_at"),
            trace: try row.get("trace")
        )
    }
}
