public import Accounting
import ExactJSON
public import Foundation
import Synchronization

/// A document that stands in the ledger (reference Sage 6.4, view AR0036).
public struct SagePostedDocument: Sendable, Hashable {
    /// Document number.
    public let document: String
    /// Its customer: a number may be used once for each.
    public let customer: String
    /// The batch it was posted from; nil when Sage 300 does not say.
    public let batch: Int64?
    /// `Invoice`, `CreditNote`, `DebitNote` or another caption; nil when Sage 300 does not say.
    public let type: String?
    /// Its total in the customer's currency, with the sign Sage 300 gives it; nil when Sage 300 does not say.
    public let total: Decimal?
}

extension SagePostedDocument {
    /// Nil when the row names no document.
    init?(_ json: JSON) {
        guard let document = json["DocumentNumber"]?.string, let customer = json["CustomerNumber"]?.string
        else {
            return nil
        }
        self.document = document
        self.customer = customer
        batch = json["BatchNumber"]?.int.map(Int64.init)
        type = SageDocumentType.caption(json["DocumentType"])
        total = json[Self.totalProperty]?.decimal
    }

    static let totalProperty = "CustomerCurrencyInvoiceAmount"
    static let select = ["CustomerNumber", "DocumentNumber", "BatchNumber", "DocumentType", totalProperty]
}

/// `DocumentType` as Sage 300 says it: by its caption, or by the number behind it (reference Sage 6.3).
enum SageDocumentType {
    static func caption(_ json: JSON?) -> String? {
        let caption = json?.string ?? json?.int.map(String.init) ?? ""
        switch caption {
        case "": return nil
        case "1": return "Invoice"
        case "2": return "DebitNote"
        case "3": return "CreditNote"
        default: return caption
        }
    }
}

extension SageSession {
    /// Whether a document stands among the posted ones (reference Sage 6.4).
    public func isPosted(_ document: String, customer: CustomerNumber, in company: CompanyID)
        async throws(SageError)
        -> Bool
    {
        let query = ODataQuery(
            filter: .equals("CustomerNumber", customer.text) && .equals("DocumentNumber", document),
            select: ["CustomerNumber", "DocumentNumber"],
            top: 1
        )
        let answer = try await get(company, Self.postedDocuments, query)
        return try !Self.rows(of: answer, Self.postedDocuments, company).isEmpty
    }

    /// Those of the documents that stand among the posted ones, of whatever customer, in no particular sequence.
    public func postedDocuments(_ numbers: [String], in company: CompanyID) async throws(SageError)
        -> [SagePostedDocument]
    {
        let wanted = Set(numbers.map { $0.uppercased() })
        let conditions = Set(numbers).sorted().map { ODataFilter.equals("DocumentNumber", $0) }
        let rows = try await postedRows(conditions, in: company)
        // A server that ignores filters must not make us take another's document for ours.
        return rows.compactMap { SagePostedDocument($0) }.filter { wanted.contains($0.document.uppercased()) }
    }

    /// The total's name is known from a release of 2016 alone: where it is refused, the rows are read whole from
    /// then on.
    private func postedRows(_ conditions: [ODataFilter], in company: CompanyID) async throws(SageError)
        -> [JSON]
    {
        guard habits.withLock(\.knowsPostedTotals) else {
            return try await feed(company, Self.postedDocuments, anyOf: conditions)
        }
        let select = SagePostedDocument.select
        do throws(SageError) {
            return try await feed(company, Self.postedDocuments, anyOf: conditions, select: select)
        } catch {
            guard error.status == 400 else { throw error }
            let rows = try await feed(company, Self.postedDocuments, anyOf: conditions)
            habits.withLock { $0.knowsPostedTotals = false }
            return rows
        }
    }

    private static let postedDocuments = "AR/ARPostedDocuments"
}
