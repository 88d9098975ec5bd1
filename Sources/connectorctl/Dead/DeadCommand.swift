import Accounting
import ArgumentParser
import Storage

struct DeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dead",
        abstract: "Dead letters: documents that need somebody.",
        subcommands: [
            DeadList.self, DeadGroups.self, DeadShow.self, DeadDiscard.self, DeadRestore.self, DeadNote.self,
            DeadTag.self, DeadAssign.self, DeadEdit.self,
        ]
    )

    static func find(_ id: String, _ database: Database) async throws -> FailureRecord {
        guard let number = Int64(id), let failure = try await database.failure(number) else {
            throw Reach.failure(1, "There is no dead letter \(id).")
        }
        return failure
    }
}

/// Either one dead letter, or all of a group.
enum DeadTarget {
    case one(Int64)
    case group(String)

    /// - Throws: a usage error unless it is one of the two.
    init(id: String?, group: String?) throws {
        switch (id, group) {
        case (let id?, nil):
            guard let number = Int64(id) else {
                throw ValidationError("\(id) is not the id of a dead letter.")
            }
            self = .one(number)
        case (nil, let group?): self = .group(group)
        case (nil, nil), (_?, _?): throw ValidationError("Name one dead letter by its id, or --group G.")
        }
    }

    var filter: FailureFilter {
        switch self {
        case .one(let id): .failures([id])
        case .group(let group): .group(group)
        }
    }

    /// Ends with 1 where an id names nothing.
    func require(_ database: Database) async throws {
        guard case .one(let id) = self else { return }
        _ = try await DeadCommand.find(String(id), database)
    }

    /// `1 dead letter`, `28 dead letters`.
    static func counted(_ count: Int) -> String { count == 1 ? "1 dead letter" : "\(count) dead letters" }
}
