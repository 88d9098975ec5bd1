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
        let all = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        // One message is one line, whatever is in it.
        let message = "\(event.message)".split(whereSeparator: \.isNewline).joined(separator: " ")
        let line: String
        switch format {
        case .text:
            let fields = all.map { " \($0.key)=\($0.value)" }.joined()
            line = "\(time) \(event.level.rawValue.uppercased()) \(label): \(message)\(fields)\n"
        case .json:
            var object: JSONObject = [
                "time": .string(time), "level": .string(event.level.rawValue), "service": .string(label),
                "message": .string(message),
            ]
            for (key, value) in all { object[key] = .string("\(value)") }
            line = JSON.object(object).text + "\n"
        }
        Self.output.withLock { _ in FileHandle.standardError.write(Data(line.utf8)) }
    }
}
