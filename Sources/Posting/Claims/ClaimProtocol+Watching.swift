import Accounting
import Logging
import Sage300
import Storage

/// Batches that were left to a person, and what nobody knows of: looked at until they are settled.
extension ClaimProtocol {
    /// Looks after what earlier batches left behind, as far as it is due: late twins, batches that a person posts, and once
    /// an hour Open ones that nobody knows. What cannot be looked at now comes back by itself, and keeps nothing waiting.
    /// - Parameter limit: how many batches of each are looked at; few where documents wait meanwhile.
    func lookAfterEarlierBatches(limit: Int = 20) async {
        do {
            for claim in try await database.takeClaimsToWatch(of: company.target, limit: limit) {
                try await emptyLateTwins(of: claim)
            }
            for batch in try await database.takeBatchesToWatch(of: company.target, limit: limit) {
                try await look(at: batch)
            }
            if try await database.takeBatchSweep(company.target, every: .seconds(3600)) {
                try await tellOrphans()
            }
        } catch {
            context.logger.info("\(companyID): earlier batches: \(error); looked at again")
        }
    }

    /// Looks at a batch that stood Open when it was last seen: posted by a person, deleted, or an entry taken out.
    func look(at watched: WatchedBatch) async throws {
        let entered = try await database.enteredDocuments(in: watched)
        let stuck = try await database.stuckDocuments(in: watched)
        guard !entered.isEmpty || !stuck.isEmpty else { return try await database.unwatch(watched) }
        let batch = try await read(watched.batch)
        if !entered.isEmpty {
            let fates = try await fates(of: entered, watched, batch)
            try await conclude(watched, Self.withRequests(fates, of: entered))
        }
        if !stuck.isEmpty { try await release(stuck, watched, batch) }
    }

    private func fates(of entries: [ClaimEntry], _ watched: WatchedBatch, _ batch: SageInvoiceBatch?)
        async throws -> [DocumentKey: Fate]
    {
        guard let batch else { return Self.vanishedFates(entries, watched.batch) }
        switch batch.status {
        case .deleted: return Self.vanishedFates(entries, watched.batch)
        case .posted: return try await postedFates(entries, batch)
        case .open, .readyToPost:
            return Dictionary(
                entries.filter { batch.entry(of: $0) == nil }.map {
                    ($0.key, .dead(Self.removed($0, from: batch.number)))
                },
                uniquingKeysWith: { first, _ in first }
            )
        case .postInProgress, .other: return [:]
        }
    }

    private func conclude(_ watched: WatchedBatch, _ fates: [DocumentKey: Fate]) async throws {
        guard !fates.isEmpty else { return }
        try await conclude(fates) { outcomes in
            try await database.conclude(watched, outcomes: outcomes, under: lease)
        }
    }

    /// Entries that could not be deleted from an error batch: gone by now, posted by a person, or still there.
    private func release(_ entries: [ClaimEntry], _ watched: WatchedBatch, _ batch: SageInvoiceBatch?)
        async throws
    {
        if let batch, batch.status == .posted {
            // One that failed again stands in yet another error batch by now.
            let fates = try await postedFates(entries, batch)
            return try await conclude(watched, Self.withRequests(fates, of: entries))
        }
        let isOpen = batch.map { $0.status != .deleted } ?? false
        let gone = entries.filter { !isOpen || batch?.entry(of: $0) == nil }
        guard !gone.isEmpty else { return }
        try await database.free(gone.map(\.key), from: watched)
        context.logger.notice(
            "\(companyID): \(gone.count) entries are gone from error batch \(watched.batch) and may be replayed"
        )
    }

    /// Looks through the company's Open batches for those that carry a token of this program and that nobody knows: of a
    /// database that was restored from a backup, or of another installation.
    func tellOrphans() async throws {
        let open = try await company.gate.call(companyID) { session throws(SageError) in
            try await session.openInvoiceBatches(describedBy: "MLC ", in: companyID)
        }
        var claimOf: [Int64: Int64] = [:]
        for batch in open where batch.entries != 0 {
            claimOf[batch.number] = Self.claim(in: batch.description)
        }
        let known = try await database.claimBatches(Array(Set(claimOf.values)), of: company.target)
        var orphans: [Int64] = []
        for batch in open where batch.entries != 0 {
            if let claim = claimOf[batch.number], let itsBatch = known[claim] {
                // One that has no batch yet may adopt it; a twin is emptied by itself for a day, and told from then on.
                if let itsBatch, itsBatch != batch.number { try await tellTwin(batch, of: claim) }
                continue
            }
            orphans.append(batch.number)
            try await tell(
                .orphan,
                batch.number,
                """
                Batch \(batch.number) is Open and was entered by this program ("\(batch.description)"), but is not \
                remembered here. Before it is posted, look whether its documents stand in another batch or are posted; \
                if so, delete it.
                """
            )
        }
        try await database.forgetFindings(.orphan, of: company.target, except: orphans)
    }

    private func tellTwin(_ batch: SageInvoiceBatchHead, of claim: Int64) async throws {
        try await tell(
            .twin,
            batch.number,
            """
            Batch \(batch.number) is Open and holds documents of claim \(claim) a second time. It is emptied by itself for a \
            day after its claim ended; if it is still there then, delete it in Sage 300.
            """
        )
    }

    /// The number in `MLC <claim>/<try> …`.
    private static func claim(in description: String) -> Int64? {
        guard description.hasPrefix("MLC ") else { return nil }
        return Int64(description.dropFirst(4).prefix { $0 != "/" })
    }
}
