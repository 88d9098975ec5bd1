import Logging
import Synchronization

/// What was logged, line by line.
public final class LogJournal: Sendable {
    private let kept = Mutex<[String]>([])

    /// Every message so far.
    public var lines: [String] { kept.withLock { $0 } }

    func note(_ line: String) { kept.withLock { $0.append(line) } }
}

struct JournalHandler: LogHandler {
    let journal: LogJournal
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) { journal.note("\(event.message)") }
}
