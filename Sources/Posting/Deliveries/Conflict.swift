import AMQPClient
import Accounting
import Foundation
import Logging
import Messaging
import Publishing
import Sage300
import Storage

/// Somebody in Sage 300 is at work on the very record that is to be written: the company is well, and so is the document.
struct RecordConflict: Error, CustomStringConvertible {
    let failure: Failure
    var description: String { failure.reason }
}

/// How often a document that meets a conflict is tried, and how long it is kept from its queue in between. The database
/// counts, so that the tries are the same however many workers there are.
enum ConflictTries {
    /// Tries in all, the first included.
    static let limit = 10
    /// How many tries have each of the shorter delays.
    private static let shortTries = 2, middleTries = 5

    /// The delay's level after a number of conflicts in a row, from 1; nil when it is enough.
    static func level(after conflicts: Int) -> Int? {
        guard conflicts < limit else { return nil }
        return conflicts <= shortTries ? 0 : conflicts <= middleTries ? 1 : 2
    }
}

extension PostingContext {
    /// Puts documents off that met a conflict, each for as long as it has met them; one that has been tried often enough
    /// dies of it.
    func putOff(_ documents: [DocumentRecord], _ conflict: RecordConflict) async throws {
        var deaths: [DocumentTransition] = []
        for (conflicts, documents) in Dictionary(grouping: documents, by: \.conflicts) {
            if let level = ConflictTries.level(after: conflicts + 1) {
                try await putOff(documents, conflict, level: level)
            } else {
                deaths += documents.map { .death(of: $0, conflict.failure, stage: "conflict") }
            }
        }
        try await record(deaths)
    }

    private func putOff(_ documents: [DocumentRecord], _ conflict: RecordConflict, level: Int) async throws {
        let counted = try await database.putOff(
            documents,
            by: .seconds(broker.delays.seconds[level]),
            reason: conflict.failure.reason
        )
        for document in documents where counted.contains(document.key) {
            guard let company = document.key.company else { continue }
            let queue = WorkQueue(
                tenant: document.key.tenant,
                company: company,
                kind: WorkKind(document.key.kind)
            )
            logger.info("\(document.document) is put off: \(conflict)")
            try await broker.delay(Envelope(document), for: queue, level: level)
        }
    }
}
