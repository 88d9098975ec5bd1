public import Accounting
public import ExactJSON
public import Foundation

/// An AR invoice batch as it stands in Sage 300 (reference Sage 6.3).
public struct SageInvoiceBatch: Sendable {
    /// `BatchStatus`.
    public enum Status: Sendable, Hashable {
        case open, readyToPost, postInProgress, posted, deleted
        /// A caption this program does not know.
        case other(String)
    }

    /// One entry.
    public struct Entry: Sendable {
        /// Entry number in the batch.
        public let number: Int
        /// Document number.
        public let document: String
        /// Customer.
        public let customer: String
        /// `Invoice`, `CreditNote`, `DebitNote` or another caption; nil when Sage 300 does not say.
        public let type: String?
        /// The document a note is applied to; nil without one.
        public let appliesTo: String?
        /// `DocumentTotalIncludingTax` as Sage 300 computed it; nil when it does not say.
        public let total: Decimal?
        /// Where Sage 300 copied the entry when posting failed.
        public let errorBatch: Int64?
        /// The entry of that batch.
        public let errorEntry: Int?
    }

    /// Its number.
    public let number: Int64
    /// Its description, the token first.
    public let description: String
    /// Where it stands.
    public let status: Status
    /// Entries that failed at posting.
    public let errors: Int
    /// Its entries.
    public let entries: [Entry]
}

extension SageSession {
    static let invoiceBatches = "AR/ARInvoiceBatches"

    /// Enters documents as a new Open batch and returns its number. Every call opens another batch.
    ///
    /// `.noAnswer` means that the batch may be there: it is found by its description, never by sending again.
    public func enterInvoiceBatch(
        description: String,
        date: CalendarDate,
        entries: [JSON],
        in company: CompanyID
    ) async throws(SageError) -> Int64 {
        let body: JSON = [
            "BatchDate": .string("\(date)T00:00:00Z"), "Description": .string(description),
            "Invoices": .array(entries),
        ]
        let answer = try await create(company, Self.invoiceBatches, body)
        guard let number = answer["BatchNumber"]?.int, number > 0 else {
            throw SageError(
                .noAnswer,
                status: 201,
                operation: "POST \(Self.invoiceBatches)",
                company: company,
                message: "the answer names no batch"
            )
        }
        return Int64(number)
    }

    /// A batch with its entries; nil when there is none of that number.
    public func invoiceBatch(_ number: Int64, in company: CompanyID) async throws(SageError)
        -> SageInvoiceBatch?
    {
        do throws(SageError) {
            return try SageInvoiceBatch(try await get(company, "\(Self.invoiceBatches)(\(number))"))
        } catch {
            guard error.cause == .notFound else { throw error }
            return nil
        }
    }

    /// Batches whose description begins with a text, entries included.
    public func invoiceBatches(describedBy beginning: String, in company: CompanyID) async throws(SageError)
        -> [SageInvoiceBatch]
    {
        let query = ODataQuery(filter: .startsWith("Description", beginning))
        var batches: [SageInvoiceBatch] = []
        let rows = try await found(company, Self.invoiceBatches, query)
        for row in rows {
            let batch = try SageInvoiceBatch(row)
            // A server that ignores the filter must not make us take another's batch for ours.
            if batch.description.hasPrefix(beginning), batch.status != .deleted { batches.append(batch) }
        }
        return batches
    }

    /// Makes an Open batch ready to post. From then on it cannot be changed (reference Sage 9).
    public func makeReady(_ batch: Int64, in company: CompanyID) async throws(SageError) {
        try await change(company, "\(Self.invoiceBatches)(\(batch))", ["BatchStatus": "ReadyToPost"])
    }

    /// Takes entries out of an Open batch.
    public func deleteEntries(_ entries: [Int], ofBatch batch: Int64, in company: CompanyID)
        async throws(SageError)
    {
        let deletions = entries.map { entry -> JSON in
            ["BatchNumber": .int(Int(batch)), "EntryNumber": .int(entry), "UpdateOperation": "Delete"]
        }
        try await change(company, "\(Self.invoiceBatches)(\(batch))", ["Invoices": .array(deletions)])
    }

    /// Renames an Open batch.
    public func describe(_ batch: Int64, as description: String, in company: CompanyID)
        async throws(SageError)
    {
        try await change(company, "\(Self.invoiceBatches)(\(batch))", ["Description": .string(description)])
    }
}

extension SageInvoiceBatch {
    init(_ json: JSON) throws(SageError) {
        guard let number = json["BatchNumber"]?.int else {
            throw SageError(
                .unreadable,
                status: 200,
                operation: "GET AR/ARInvoiceBatches",
                message: "the answer names no batch"
            )
        }
        self.number = Int64(number)
        description = json["Description"]?.string ?? ""
        status = Status(json["BatchStatus"] ?? .null)
        errors = json["NumberOfErrors"]?.int ?? 0
        entries = (json["Invoices"]?.array ?? []).map(Entry.init)
    }
}

extension SageInvoiceBatch.Entry {
    init(_ json: JSON) {
        number = json["EntryNumber"]?.int ?? 0
        document = json["DocumentNumber"]?.string ?? ""
        customer = json["CustomerNumber"]?.string ?? ""
        type = SageDocumentType.caption(json["DocumentType"])
        appliesTo = json["ApplytoDocument"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        total = json["DocumentTotalIncludingTax"]?.decimal
        errorBatch = json["ErrorBatch"]?.int.flatMap { $0 > 0 ? Int64($0) : nil }
        errorEntry = json["ErrorEntry"]?.int.flatMap { $0 > 0 ? $0 : nil }
    }
}

extension SageInvoiceBatch.Status {
    /// Captions and their numbers (reference Sage 6.3).
    init(_ json: JSON) {
        switch json.string ?? json.int.map(String.init) ?? "" {
        case "Open", "1": self = .open
        case "Posted", "3": self = .posted
        case "Deleted", "4": self = .deleted
        case "PostInProgress", "5": self = .postInProgress
        case "ReadyToPost", "7": self = .readyToPost
        case let caption: self = .other(caption)
        }
    }
}
