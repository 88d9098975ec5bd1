public import Accounting
import ExactJSON
import Foundation
import Synchronization

/// What stands in receivables, whoever entered it: read to find invoices that were typed by hand.
extension SageSession {
    /// Posted documents that bear one of the numbers as order, purchase order or document number, in as few requests as the
    /// server takes. A property that it does not know is not asked about again.
    /// - Parameters:
    ///   - orders: increment ids of orders.
    ///   - documents: numbers of documents.
    public func standingDocuments(
        ofOrders orders: [String],
        documents: [String],
        in company: CompanyID
    ) async throws(SageError) -> [StandingDocument] {
        while true {
            let unknown = habits.withLock(\.unknownPostedProperties)
            let fields = Self.orderFields.filter { !unknown.contains($0) }
            let byOrder = fields.flatMap { field in
                Set(orders).sorted().map { ODataFilter.equals(field, $0) }
            }
            let conditions =
                byOrder + Set(documents).sorted().map { ODataFilter.equals("DocumentNumber", $0) }
            guard !conditions.isEmpty else { return [] }
            do throws(SageError) {
                let select = StandingDocument.select.filter { !unknown.contains($0) }
                let rows = try await feed(company, Self.posted, anyOf: conditions, select: select)
                // A server that ignores filters finds more than is asked for: the matching sorts that out.
                return rows.compactMap { StandingDocument(posted: $0) }
            } catch {
                guard error.status == 400, let next = Self.doubtful.first(where: { !unknown.contains($0) })
                else { throw error }
                habits.withLock { $0.unknownPostedProperties.append(error.unknownProperty ?? next) }
            }
        }
    }

    /// Posted documents dated on days from one to another, both included.
    /// - Parameters:
    ///   - limit: of rows; what goes beyond is left out.
    ///   - progress: told after each page how many have been read.
    /// - Returns: the documents, and whether they are all there are.
    public func standingDocuments(
        from: CalendarDate,
        to: CalendarDate,
        limit: Int,
        in company: CompanyID,
        progress: (Int) -> Void = { _ in }
    ) async throws(SageError) -> (documents: [StandingDocument], isComplete: Bool) {
        let filter =
            ODataFilter.compare("DocumentDate", .atLeast, .day(from))
            && .compare("DocumentDate", .atMost, .day(to))
        let rows = try await postedRows(filter, limit: limit, in: company, progress)
        let documents = rows.compactMap { StandingDocument(posted: $0) }
        // A server that ignores filters must not make us take other years for this one.
        let dated = documents.filter { document in document.date.map { (from...to).contains($0) } ?? true }
        return (dated, rows.count < limit)
    }

    /// Posted documents of batches after one, up to `limit`.
    /// - Returns: the documents, and whether they are all there are.
    public func standingDocuments(afterBatch batch: Int64, limit: Int, in company: CompanyID)
        async throws(SageError) -> (documents: [StandingDocument], isComplete: Bool)
    {
        let filter = ODataFilter.compare("BatchNumber", .above, .number(.init(batch)))
        let rows = try await postedRows(filter, limit: limit, in: company) { _ in }
        return (rows.compactMap { StandingDocument(posted: $0) }, rows.count < limit)
    }

    /// Batches that are not posted yet and may be: Open, ready or being posted, oldest first.
    /// - Throws: `.unreadable` rather than tell of some of them only.
    public func unpostedInvoiceBatches(in company: CompanyID) async throws(SageError)
        -> [SageInvoiceBatchHead]
    {
        let conditions = ["Open", "ReadyToPost", "PostInProgress"].map {
            ODataFilter.equals("BatchStatus", $0)
        }
        let rows: [JSON]
        do throws(SageError) {
            rows = try await feed(
                company,
                Self.invoiceBatches,
                anyOf: conditions,
                select: SageInvoiceBatchHead.select
            )
        } catch {
            // Whether a caption is taken in a filter is documented, not proven (reference Sage 3).
            guard error.status == 400 else { throw error }
            rows = try await feed(
                company,
                Self.invoiceBatches,
                ODataQuery(select: SageInvoiceBatchHead.select)
            )
        }
        return rows.compactMap { SageInvoiceBatchHead(unposted: $0) }.sorted { $0.number < $1.number }
    }

    /// The entries of a batch that is not posted yet; empty when it has been posted or deleted meanwhile.
    public func standingDocuments(ofBatch batch: Int64, in company: CompanyID) async throws(SageError)
        -> [StandingDocument]
    {
        let json: JSON
        do throws(SageError) { json = try await get(company, "\(Self.invoiceBatches)(\(batch))") } catch {
            guard error.cause == .notFound else { throw error }
            return []
        }
        guard SageInvoiceBatch.Status(json["BatchStatus"] ?? .null).isUnposted else { return [] }
        return (json["Invoices"]?.array ?? []).compactMap { StandingDocument(entry: $0, ofBatch: batch) }
    }

    private func postedRows(
        _ filter: ODataFilter,
        limit: Int,
        in company: CompanyID,
        _ progress: (Int) -> Void
    ) async throws(SageError) -> [JSON] {
        let isWhole = habits.withLock { !$0.unknownPostedProperties.isEmpty }
        var query = ODataQuery(filter: filter, select: isWhole ? [] : StandingDocument.select)
        do throws(SageError) {
            return try await feed(company, Self.posted, query, limit: limit, progress: progress)
        } catch {
            // The names are those of a release of 2016; where one is refused, the rows are read whole.
            guard error.status == 400, !isWhole else { throw error }
            query.select = []
            let rows = try await feed(company, Self.posted, query, limit: limit, progress: progress)
            habits.withLock { $0.unknownPostedProperties.append(error.unknownProperty ?? "PONumber") }
            return rows
        }
    }

    private static let posted = "AR/ARPostedDocuments"
    private static let orderFields = ["OrderNumber", "PONumber"]
    /// What a release may call otherwise, the least needed first: asked for no more, one after the other, once refused.
    private static let doubtful = [
        "PONumber", "DocumentDescription", "CurrencyCode", "EntryNumber", SagePostedDocument.totalProperty,
        "OrderNumber",
    ]
}

extension SageError {
    /// The property it does not know, by the only text of that kind that was ever seen (reference Sage 3).
    fileprivate var unknownProperty: String? {
        guard let range = message.firstRange(of: "Could not find a property named '") else { return nil }
        let name = message[range.upperBound...].prefix { $0 != "'" }
        return name.isEmpty ? nil : String(name)
    }
}

extension SageInvoiceBatch.Status {
    /// Whether its entries may still come into the ledger.
    var isUnposted: Bool {
        switch self {
        case .open, .readyToPost, .postInProgress: true
        case .posted, .deleted, .other: false
        }
    }
}
