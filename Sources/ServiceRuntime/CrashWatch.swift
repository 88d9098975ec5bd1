import Accounting
import EventLoop
import Foundation
import Glibc
import Logging
import Storage

/// Leaves word should this process die, and brings what dead ones left into the database.
struct CrashWatch: Sendable {
    private let folder: String
    /// Which installation: several may share a folder, and each takes its own.
    private let installation: String
    private let logger: Logger

    init(folder: String, databaseURL: Secret?, logger: Logger) {
        self.folder = folder
        installation = Self.tag(of: databaseURL?.withText { $0 } ?? "")
        self.logger = logger
    }

    /// Leaves this process's file; without one its death will be one without a trace, and nothing else is lost.
    func leaveFile(of name: String, instance: UUID) {
        let heading = """
            instance \(instance.uuidString.lowercased())
            service \(name)
            host \(ProcessInfo.processInfo.hostName)
            process \(getpid())
            installation \(installation)

            """
        do throws(CrashFileError) {
            try CrashFile.leave(
                in: folder,
                named: "\(installation)-\(name)-\(instance.uuidString.lowercased())",
                heading: heading
            )
        } catch {
            logger.warning("should this process crash, there will be no trace of it: \(error)")
        }
    }

    /// Picks up what dead processes of this installation left, again and again until cancelled.
    func run(into database: Database) async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(3))
            await pickUp(into: database)
        }
    }

    /// Brings the files of this installation's dead processes into the database, and removes them.
    func pickUp(into database: Database) async {
        for file in CrashFile.abandoned(in: folder, prefix: "\(installation)-") {
            guard let found = CrashFileReading(file.text) else { continue }
            guard found.installation == installation else { continue }
            do {
                if try await database.keep(found.report) { tell(found.report) }
                file.remove()
            } catch {
                // It stays, for the next look.
                logger.debug("\(file.path) is not in the database yet: \(error)")
            }
        }
    }

    private func tell(_ report: CrashReport) {
        let process = "\(report.service), process \(report.process) on \(report.host)"
        guard let signal = report.signal else { return logger.warning("\(process), was killed") }
        logger.critical("\(process), died of \(signal)\n\(report.trace)")
    }

    /// Host, port and name of the database, as a number: what it is told by must not be a secret.
    static func tag(of url: String) -> String {
        let rest = url.split(separator: "@").last ?? ""
        let place = rest.prefix { $0 != "?" }
        let hash = place.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return String(hash, radix: 16)
    }
}

/// What a crash file says.
struct CrashFileReading: Sendable {
    let installation: String
    let report: CrashReport

    /// Nil for a file that is none of ours, or that ends before it says whose it is.
    init?(_ text: String) {
        let parts = text.split(separator: "\nframes\n", maxSplits: 1)
        var values: [String: String] = [:]
        for line in (parts.first ?? "").split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 1)
            if words.count == 2 { values[String(words[0])] = String(words[1]) }
        }
        guard let instance = values["instance"].flatMap(UUID.init(uuidString:)),
            let service = values["service"], let host = values["host"],
            let process = values["process"].flatMap({ Int($0) }), let installation = values["installation"]
        else { return nil }
        self.installation = installation
        let signal = values["signal"].flatMap { Int32($0) }
        let thread = values["thread"].map { "thread \($0)\n" } ?? ""
        report = CrashReport(
            instance: instance,
            service: service,
            host: host,
            process: process,
            signal: signal.map(Self.name),
            isFromOutside: values["sender"] != nil,
            diedAt: values["at"].flatMap { TimeInterval($0) }.map { Date(timeIntervalSince1970: $0) },
            trace: signal == nil ? "" : thread + (parts.count > 1 ? Self.printable(parts[1]) : "")
        )
    }

    private static func name(_ signal: Int32) -> String {
        switch signal {
        case SIGSEGV: "SIGSEGV"
        case SIGILL: "SIGILL"
        case SIGTRAP: "SIGTRAP"
        case SIGABRT: "SIGABRT"
        case SIGBUS: "SIGBUS"
        case SIGFPE: "SIGFPE"
        default: "signal \(signal)"
        }
    }

    /// A file that was cut short may hold anything.
    private static func printable(_ text: Substring) -> String {
        String(
            text.unicodeScalars.filter { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x7F) }.map(
                Character.init
            )
        )
    }
}
