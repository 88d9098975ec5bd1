import Accounting
import ExactJSON
import Foundation
public import Logging
import Synchronization

/// Writes one line a message to standard error, as text for people or as JSON for machines.
public struct LineLogHandler: LogHandler {
    /// Sent with every message.
    public var metadata: Logger.Metadata = [:]
    /// Messages below are dropped.
    public var logLevel: Logger.Level
    private let label: String
    private let format: ServiceEnvironment.LogFormat
    private static let output = Mutex(())

    /// A handler for one logger.
    public init(label: String, level: Logger.Level, format: ServiceEnvironment.LogFormat) {
        self.label = label
        logLevel = level
        self.format = format
    }

    /// Metadata by key.
    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// Writes one message.
    public func log(event: LogEvent) {
        let line = line(of: event, at: Date())
        Self.output.withLock { _ in FileHandle.standardError.write(Data(line.utf8)) }
    }

    /// One message is one line, whatever is in it.
    func line(of event: LogEvent, at date: Date) -> String {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = date.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let message = Self.visible("\(event.message)")
        switch format {
        case .text:
            let fields = all.map { " \(Self.visible($0.key))=\(Self.visible("\($0.value)"))" }.joined()
            return "\(time) \(event.level.rawValue.uppercased()) \(label): \(message)\(fields)\n"
        case .json:
            var object: JSONObject = [
                "time": .string(time), "level": .string(event.level.rawValue), "service": .string(label),
                "message": .string(message),
            ]
            // What every line has is not replaced by a field of that name.
            for (key, value) in all where object[key] == nil {
                object[key] = .string(Self.visible("\(value)"))
            }
            return JSON.object(object).text + "\n"
        }
    }

    /// What came from outside moves no cursor, sets no colour and turns no text round on a terminal: line ends
    /// become spaces, other control characters are written as `\u{1B}` is in Swift. Nor does an e-mail address or a
    /// sign-in get any further than here.
    private static func visible(_ text: String) -> String {
        TerminalText.line(Redaction.common(text))
    }
}
