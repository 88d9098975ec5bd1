public import Accounting
import Foundation
public import Storage
import Tenancy

/// A rehearsal of many dead letters: how many would get as far as Sage 300 with today's configuration, and why the others
/// would not. Read and mapped a page at a time, several pages side by side.
public struct DressRehearsal: Sendable {
    /// Letters that would fail of one cause.
    public struct Cause: Sendable {
        /// The failures' group.
        public let group: String
        /// What would happen to one of them.
        public let failure: Failure
        /// A document it would happen to.
        public let example: String
        /// How many there are.
        public var count: Int
    }

    /// What came of it.
    public struct Outcome: Sendable {
        /// How many were looked at.
        public var selected = 0
        /// How many would get as far as Sage 300.
        public var succeeding = 0
        /// Why the others would not, by group.
        public var causes: [String: Cause] = [:]

        /// Why the others would not, the most frequent first.
        public var sortedCauses: [Cause] {
            causes.values.sorted { ($1.count, $0.group) < ($0.count, $1.group) }
        }

        mutating func add(_ other: Outcome) {
            selected += other.selected
            succeeding += other.succeeding
            for (group, cause) in other.causes { causes[group, default: cause.none].count += cause.count }
        }

        mutating func add(_ failure: Failure, _ example: String) {
            let cause = Cause(group: failure.group, failure: failure, example: example, count: 0)
            causes[failure.group, default: cause].count += 1
        }
    }

    private let database: Database
    private static let page = 250
    private static let pagesAtATime = 4

    /// A rehearsal over what is remembered.
    public init(database: Database) { self.database = database }

    /// Maps the documents of failures.
    /// - Parameter progress: told after each page how many have been looked at.
    public func run(_ ids: [Int64], progress: (Int) -> Void) async throws -> Outcome {
        let files = TenantFilesInForce(database: database)
        var pages = stride(from: 0, to: ids.count, by: Self.page).map {
            Array(ids[$0..<min($0 + Self.page, ids.count)])
        }[...]
        return try await withThrowingTaskGroup(of: Outcome.self) { group in
            for _ in 0..<Self.pagesAtATime {
                guard let page = pages.popFirst() else { break }
                group.addTask { try await rehearse(page, files) }
            }
            var outcome = Outcome()
            while let part = try await group.next() {
                outcome.add(part)
                progress(outcome.selected)
                if let page = pages.popFirst() { group.addTask { try await rehearse(page, files) } }
            }
            return outcome
        }
    }

    private func rehearse(_ ids: [Int64], _ files: TenantFilesInForce) async throws -> Outcome {
        let documents = try await database.deadDocuments(ofFailures: ids)
        let rehearsal = Rehearsal(database: database)
        var outcome = Outcome()
        outcome.selected = ids.count
        for document in documents {
            guard let tenant = try await files.file(of: document.key.tenant) else {
                outcome.add(Rehearsal.gone, document.document)
                continue
            }
            if let failure = try await rehearsal.failure(of: document, tenant) {
                outcome.add(failure, document.document)
            } else {
                outcome.succeeding += 1
            }
        }
        for _ in documents.count..<max(ids.count, documents.count) { outcome.add(Rehearsal.gone, "-") }
        return outcome
    }
}

extension DressRehearsal.Cause {
    fileprivate var none: DressRehearsal.Cause {
        var cause = self
        cause.count = 0
        return cause
    }
}

/// The tenant files in force, each read once.
private actor TenantFilesInForce {
    private let database: Database
    private var known: [TenantID: TenantConfiguration?] = [:]

    init(database: Database) { self.database = database }

    func file(of tenant: TenantID) async throws -> TenantConfiguration? {
        if let file = known[tenant] { return file }
        let file = try await database.tenant(tenant).map { try TenantFile.parseStored($0.configuration) }
        known[tenant] = .some(file)
        return file
    }
}
