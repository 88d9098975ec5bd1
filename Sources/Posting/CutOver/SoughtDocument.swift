public import Accounting
import Foundation
import Messaging
import Publishing
public import Storage

/// A document of the store that is looked for in Sage 300, where somebody may have typed it by hand.
public struct SoughtDocument: Sendable {
    /// Which document.
    public let key: DocumentKey
    /// The revision that is compared.
    public let revision: Int
    /// What it would be in Sage 300.
    public let expected: ExpectedDocument
    /// Hash of the entry it would become; nil where it cannot be mapped.
    let ledgerHash: [UInt8]?
    /// The day its order was made, by the company's calendar; nil where the order is not known.
    let orderedOn: CalendarDate?

    /// The first day it may have been typed by hand: whoever types an order does not wait for the store's invoice.
    var firstDay: CalendarDate { min(expected.date, orderedOn ?? expected.date) }

    /// A document whose entry is known.
    init(_ record: DocumentRecord, _ invoice: ARInvoice, _ rules: CompanyRules) {
        let facts = record.facts(rules)
        self.init(
            record.key,
            revision: record.revision,
            facts.enriched(by: invoice, rules),
            invoice.ledgerHash,
            orderedOn: facts.orderedOn(rules)
        )
    }

    /// A document as the poller found it, with the entry it would become: for a preview.
    public init(_ observed: ObservedDocument, _ invoice: ARInvoice, _ rules: CompanyRules) {
        let facts = StoreFacts(
            kind: observed.key.kind,
            number: observed.number,
            document: observed.document,
            total: observed.amount,
            currency: observed.currency,
            date: CalendarDate(observed.createdAt, in: rules.timeZone),
            order: nil
        )
        self.init(observed.key, revision: 1, facts.enriched(by: invoice, rules), invoice.ledgerHash)
    }

    private init(
        _ key: DocumentKey,
        revision: Int,
        _ expected: ExpectedDocument,
        _ hash: [UInt8]?,
        orderedOn: CalendarDate? = nil
    ) {
        self.key = key
        self.orderedOn = orderedOn
        self.revision = revision
        self.expected = expected
        ledgerHash = hash
    }

    /// A document that is remembered, mapped as far as it can be; nil for one that is left out by its company's rules.
    public init?(_ record: DocumentRecord, _ rules: CompanyRules, _ database: Database) async throws {
        let document = try? StoreDocument(Envelope(record), movedAt: record.sourceUpdatedAt)
        switch document?.gate(rules) {
        case .skip, .supersede: return nil
        case .enter, .hold, nil: break
        }
        let drafting = EntryDrafting(database: database, rules: rules) { _ in nil }
        do {
            if case .entry(let invoice, _) = try await drafting.outcome(of: Envelope(record), record) {
                self.init(record, invoice, rules)
                return
            }
        } catch is Failure {
            // What cannot be mapped yet may have been typed by hand for that very reason.
        }
        let facts = record.facts(rules)
        self.init(
            record.key,
            revision: record.revision,
            facts.expected,
            nil,
            orderedOn: facts.orderedOn(rules)
        )
    }
}

/// What the store says of a document, whether or not it can be mapped.
private struct StoreFacts {
    let kind: DocumentKind
    let number: String
    let document: String
    let total: Decimal?
    let currency: String?
    let date: CalendarDate
    let order: StoreOrder?

    var expected: ExpectedDocument {
        ExpectedDocument(
            type: kind == .order || kind == .invoice ? .invoice : .creditNote,
            number: number,
            document: document,
            orderNumber: order?.incrementID ?? (kind == .order ? number : nil),
            isOnlyOfItsOrder: kind == .order,
            total: total,
            currency: currency,
            date: date,
            names: order?.buyer.names ?? []
        )
    }

    func orderedOn(_ rules: CompanyRules) -> CalendarDate? {
        order.map { CalendarDate($0.createdAt, in: rules.timeZone) }
    }

    func enriched(by invoice: ARInvoice, _ rules: CompanyRules) -> ExpectedDocument {
        var expected = expected
        expected.document = invoice.number.text
        expected.orderNumber = invoice.orderNumber
        expected.total = invoice.total.decimal
        expected.currency = invoice.currency.code
        expected.date = invoice.date
        let shared = [rules.customers.guestCustomer] + rules.currencies.values.map(\.guestCustomer)
        expected.customer = shared.contains(invoice.customer.text) ? nil : invoice.customer.text
        return expected
    }
}

extension DocumentRecord {
    fileprivate func facts(_ rules: CompanyRules) -> StoreFacts {
        StoreFacts(
            kind: key.kind,
            number: number,
            document: document,
            total: amount,
            currency: currency,
            date: CalendarDate(sourceCreatedAt, in: rules.timeZone),
            order: (try? StoreDocument(Envelope(self), movedAt: sourceUpdatedAt))?.order
        )
    }
}

extension StoreBuyer {
    /// What somebody who types an invoice may have looked up: the person and the company, of account and address.
    fileprivate var names: [String] {
        let people = [(firstName, lastName), (billing?.firstName, billing?.lastName)].map {
            [$0.0, $0.1].compactMap(\.self).joined(separator: " ")
        }
        return (people + [billing?.company].compactMap(\.self)).filter { !$0.isEmpty }
    }
}
