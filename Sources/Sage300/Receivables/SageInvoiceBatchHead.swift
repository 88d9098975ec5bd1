public import Accounting
import ExactJSON
public import Foundation

/// What is on the outside of an AR invoice batch: without its entries, which are slow to read (reference Sage 3).
public struct SageInvoiceBatchHead: Sendable, Hashable {
    /// Its number.
    public let number: Int64
    /// Its description, the token first.
    public let description: String
    /// How many entries it has; nil when Sage 300 does not say.
    public let entries: Int?
    /// What they come to, credit notes taken off; nil when Sage 300 does not say.
    public let total: Decimal?
}

extension SageInvoiceBatchHead {
    private static let status = "BatchStatus"
    static let select = ["BatchNumber", status, "Description", "NumberOfEntries", "BatchTotal"]
    static let isOpen = ODataFilter.equals(status, "Open")

    /// Nil unless the row names an Open batch whose description begins so.
    init?(_ json: JSON, describedBy beginning: String) {
        guard let number = json["BatchNumber"]?.int, let description = json["Description"]?.string,
            description.hasPrefix(beginning), SageInvoiceBatch.Status(json[Self.status] ?? .null) == .open
        else { return nil }
        self.init(number, description, json)
    }

    /// Nil unless the row names a batch that is not posted yet.
    init?(unposted json: JSON) {
        guard let number = json["BatchNumber"]?.int,
            SageInvoiceBatch.Status(json[Self.status] ?? .null).isUnposted
        else { return nil }
        self.init(number, json["Description"]?.string ?? "", json)
    }

    private init(_ number: Int, _ description: String, _ json: JSON) {
        self.number = Int64(number)
        self.description = description
        entries = json["NumberOfEntries"]?.int
        total = json["BatchTotal"]?.decimal
    }
}

extension SageSession {
    /// Open batches whose description begins with a text, all of them, oldest first.
    /// - Throws: `.unreadable` rather than tell of some of them only.
    public func openInvoiceBatches(describedBy beginning: String, in company: CompanyID)
        async throws(SageError)
        -> [SageInvoiceBatchHead]
    {
        let begins = ODataFilter.startsWith("Description", beginning)
        let rows: [JSON]
        do throws(SageError) {
            rows = try await heads(begins && SageInvoiceBatchHead.isOpen, in: company)
        } catch {
            // Whether a caption is taken in a filter is documented, not proven (reference Sage 3).
            guard error.status == 400 else { throw error }
            rows = try await heads(begins, in: company)
        }
        return rows.compactMap { SageInvoiceBatchHead($0, describedBy: beginning) }.sorted {
            $0.number < $1.number
        }
    }

    /// The document numbers, in upper case, of entries in Open batches, each with its batch. Entries cannot be searched,
    /// so batches are read whole: the newest ones, forty batches and some two thousand entries at most.
    public func documentsInOpenBatches(in company: CompanyID) async throws(SageError) -> [String: Int64] {
        let rows = try await heads(SageInvoiceBatchHead.isOpen, in: company)
        let open = rows.compactMap { SageInvoiceBatchHead($0, describedBy: "") }.sorted {
            $0.number > $1.number
        }
        var documents: [String: Int64] = [:]
        var entries = 0
        for head in open.prefix(40) where entries < 2000 && head.entries != 0 {
            entries += head.entries ?? 100
            guard let batch = try await invoiceBatch(head.number, in: company) else { continue }
            for entry in batch.entries where !entry.document.isEmpty {
                documents[entry.document.uppercased()] = head.number
            }
        }
        return documents
    }

    private func heads(_ filter: ODataFilter, in company: CompanyID) async throws(SageError) -> [JSON] {
        let limit = 10_000
        let query = ODataQuery(filter: filter, select: SageInvoiceBatchHead.select)
        let rows = try await feed(company, Self.invoiceBatches, query, limit: limit)
        guard rows.count < limit else {
            throw .unreadable(Self.invoiceBatches, company, "a search found \(limit) batches or more")
        }
        return rows
    }
}
