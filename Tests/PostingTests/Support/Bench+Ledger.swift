import Accounting
import ExactJSON
import Foundation
import Sage300
import Storage
import Testing

@testable import Posting

extension Bench {
    /// The batches of Sage 300 with the first 20 numbers; a refused one leaves its number unused.
    func batches() async throws -> [SageInvoiceBatch] {
        var batches: [SageInvoiceBatch] = []
        for number in Int64(1)...20 {
            let batch = try await company.gate.call(companyID) { session throws(SageError) in
                try await session.invoiceBatch(number, in: companyID)
            }
            if let batch { batches.append(batch) }
        }
        return batches
    }

    /// Documents that stand in batches which are not deleted, each as often as it stands there: in Open ones,
    /// and posted.
    func standing() async throws -> (open: [String], posted: [String]) {
        let batches = try await batches()
        let open = batches.filter { $0.status == .open || $0.status == .readyToPost }
        let posted = batches.filter { $0.status == .posted }
        return (
            open.flatMap(\.entries).map(\.document).sorted(),
            posted.flatMap(\.entries).filter { $0.errorBatch == nil }.map(\.document).sorted()
        )
    }

    /// Enters a batch by hand, as a POST that arrives late would, or a stranger.
    func enter(_ description: String, _ entries: [JSON]) async throws -> Int64 {
        try await company.gate.call(companyID) { session throws(SageError) in
            try await session.enterInvoiceBatch(
                description: description,
                date: CalendarDate("2026-03-15") ?? CalendarDate(.now, in: .gmt),
                entries: entries,
                in: companyID
            )
        }
    }

    func enterAgain(_ claim: Claim, as description: String? = nil) async throws -> Int64 {
        try await enter(
            description ?? "\(claim.token) \(claim.tenant)",
            try claim.entries.map { try JSON(parsing: $0.payload) }
        )
    }
}

/// What a call throws; nil when it does not.
func failure(_ body: () async throws -> Void) async -> (any Error)? {
    do {
        try await body()
        return nil
    } catch {
        return error
    }
}
