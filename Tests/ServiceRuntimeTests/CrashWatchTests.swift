import Accounting
import Foundation
import Logging
import PostgresClient
import Storage
import TestBench
import Testing

@testable import ServiceRuntime

/// What dead processes left is brought into the database.
@Suite(.enabled(if: Bench.hasDatabase), .timeLimit(.minutes(1)))
struct CrashWatchTests {
    private static let url = "postgresql://someone:secret@db.example.com:5432/books?sslmode=require"

    private func text(_ instance: UUID, url: String = url, _ rest: String) -> String {
        """
        instance \(instance.uuidString.lowercased())
        service invoice-worker
        host here
        process 4711
        installation \(CrashWatch.tag(of: url))

        """ + rest
    }

    @Test func filesAreReadAndRemoved() async throws {
        try await withBench(hasBroker: false) { bench in
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "crashes-\(bench.tenant.name)"
            )
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            func leave(_ name: String, _ text: String) throws {
                let file = "\(CrashWatch.tag(of: Self.url))-\(name).crash"
                try Data(text.utf8).write(to: folder.appending(path: file))
            }
            let (crashed, killed, others) = (UUID(), UUID(), UUID())
            let crash = "signal 11\nat 1764000000\nthread worker\nframes\na.out(+0x1)[0x2]\n\u{1}\n"
            try leave("a", text(crashed, crash))
            try leave("b", text(killed, ""))
            try leave("c", text(others, url: "postgresql://db.example.com/others", ""))
            try leave("d", "nothing of ours")
            let watch = CrashWatch(folder: folder.path, databaseURL: Secret(Self.url), logger: bench.logger)
            for _ in 0..<2 { await watch.pickUp(into: bench.database) }

            let reports = try await bench.database.crashReports(of: [crashed, killed, others])
            #expect(reports.count == 2)
            let report = try #require(reports[crashed])
            #expect(report.signal == "SIGSEGV")
            #expect(report.diedAt == Date(timeIntervalSince1970: 1_764_000_000))
            #expect(report.trace == "thread worker\na.out(+0x1)[0x2]\n\n")
            #expect(report.isOwnDoing)
            #expect(reports[killed]?.signal == nil)
            #expect(reports[killed]?.process == 4711)
            let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(left.map { $0.suffix(8) } == ["-c.crash", "-d.crash"])
        }
    }

    @Test("an installation is told by where its database is, not by its password")
    func tags() {
        let tag = CrashWatch.tag(of: Self.url)
        #expect(tag == CrashWatch.tag(of: "postgresql://other:changed@db.example.com:5432/books"))
        #expect(tag != CrashWatch.tag(of: "postgresql://someone:secret@db.example.com:5432/others"))
    }

    @Test func signalsFromOutsideAreTold() throws {
        let reading = try #require(
            CrashFileReading(text(UUID(), "signal 6\nat 1\nsender 99\nthread t\nframes\n"))
        )
        #expect(reading.report.signal == "SIGABRT")
        #expect(!reading.report.isOwnDoing)
    }
}
