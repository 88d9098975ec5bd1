import Accounting
import Foundation
import Testing

/// The table of named documents: each file of `Documents/` holds cases of one subject.
@Suite(.timeLimit(.minutes(3)))
struct DocumentFixtureTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appendingPathComponent("Documents")

    private static var files: [String] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return all.filter { $0.hasSuffix(".txt") }.sorted()
    }

    private static func cases(of file: String) throws -> [DocumentFixture] {
        try DocumentFixture.cases(
            of: String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        )
    }

    @Test("every document becomes what stands beside it", arguments: files)
    func becomes(_ file: String) throws {
        for fixture in try Self.cases(of: file) {
            #expect(!fixture.expectations.isEmpty, "\(fixture.title) expects nothing")
            for expectation in fixture.expectations {
                let outcome = fixture.outcome(of: expectation.kind, expectation.number)
                #expect(outcome == expectation.text, "\(file): \(fixture.title)\n\(outcome)")
            }
        }
    }

    @Test func thereAreSixtyAndEachHasItsOwnName() throws {
        let titles = try Self.files.flatMap { try Self.cases(of: $0).map(\.title) }
        #expect(titles.count >= 60)
        #expect(Set(titles).count == titles.count)
    }
}

extension DocumentFixture {
    /// What a document of this case becomes: its entry in words, or why it is none.
    func outcome(of kind: DocumentKind, _ number: String) -> String {
        do {
            return try entry(of: kind, number)
        } catch let failure as Failure {
            return "refused \(failure.code) (\(failure.failureClass.rawValue)): \(failure.reason)"
        } catch {
            return "\(error)"
        }
    }

    private var history: OrderHistory { OrderHistory(shipments: shipments, creditMemos: creditMemos) }

    private func entry(of kind: DocumentKind, _ number: String) throws -> String {
        let customer = try CustomerChoice.forOrder(order, rules: rules).number
        let numbering = DocumentNumbering(rules)
        let orderInvoice = try? numbering.invoice(order.incrementID, storeView: order.storeView)
        switch kind {
        case .order:
            return try OrderGate.decide(order, rules).outcome {
                try OrderMapping.invoice(for: order, rules: rules, customer: customer).explanation
            }
        case .invoice:
            guard let invoice = invoices.first(where: { $0.incrementID == number }) else { break }
            return try InvoiceGate.decide(invoice, of: order, rules).outcome {
                try InvoiceMapping.invoice(for: invoice, of: order, rules: rules, customer: customer)
                    .explanation
            }
        case .creditmemo:
            guard let memo = creditMemos.first(where: { $0.incrementID == number }) else { break }
            return try CreditMemoGate.decide(memo, of: order, rules).outcome {
                try CreditNoteMapping.creditNote(
                    for: memo,
                    of: order,
                    history: history,
                    rules: rules,
                    customer: customer,
                    appliedTo: rules.invoiceOn == .order
                        ? orderInvoice
                        : invoices.first.flatMap {
                            try? numbering.invoice($0.incrementID, storeView: $0.storeView)
                        }
                ).explanation
            }
        case .cancellation:
            if let invoice = invoices.first(where: { $0.incrementID == number }) {
                return try CreditNoteMapping.creditNote(
                    cancelling: invoice,
                    of: order,
                    history: history,
                    rules: rules,
                    customer: customer,
                    appliedTo: try numbering.invoice(invoice.incrementID, storeView: invoice.storeView)
                ).explanation
            }
            guard CancellationGate.isCancelled(order) else { return "nothing is cancelled" }
            return try CreditNoteMapping.creditNote(
                cancelling: order,
                rules: rules,
                customer: customer,
                appliedTo: orderInvoice
            ).explanation
        case .shipment:
            guard let shipment = shipments.first(where: { $0.incrementID == number }) else { break }
            return try ShipmentGate.decide(shipment, rules).outcome {
                try ShipmentMapping.entry(for: shipment, of: order, history: history, rules: rules)
                    .explanation
            }
        case .customer: break
        }
        return "there is no \(kind.rawValue) \(number)"
    }
}

extension GateDecision {
    fileprivate func outcome(_ entry: () throws -> String) rethrows -> String {
        switch self {
        case .enter: try entry()
        case .hold(let reason): "held: \(reason)"
        case .skip(let reason): "skipped: \(reason)"
        case .supersede(let reason): "superseded: \(reason)"
        }
    }
}
