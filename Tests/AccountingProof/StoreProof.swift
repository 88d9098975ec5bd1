import Accounting
import AdobeCommerce
import ExactJSON
import StoreGenerator

/// One generated store, mapped whole: every order, Adobe invoice, credit memo, cancellation and shipment, as Adobe
/// prints it. Depends on the seed alone.
struct StoreProof: Sendable {
    static let ordersPerStore = 2000

    let seed: UInt64
    let orders: Int

    func run() -> Tally {
        let books = ProofBooks(seed: seed)
        let store = StoreGenerator(seed: seed).store(customers: 200, orders: orders, options: books.options)
        var tally = Tally()
        var documents = OrderDocuments(store, books)
        for position in 0..<store.count(.orders) {
            tally.orders += 1
            let order: StoreOrder
            do {
                let json = store.document(.orders, at: position)
                order = try StoreOrder(adobe: json, storeViewCode: books.view(of: json))
            } catch {
                tally.failures.append("seed \(seed), order at \(position): \(error)")
                continue
            }
            let proof = OrderProof(
                order: order,
                belongings: documents.take(order.entityID),
                rules: books.rules(for: order, position),
                place: "seed \(seed), order \(order.incrementID) at \(position)"
            )
            proof.run(&tally)
        }
        return tally
    }
}

/// The documents of each order, read when they are asked for.
struct OrderDocuments {
    /// What belongs to one order.
    struct Belongings {
        var invoices: [StoreInvoice] = []
        var creditMemos: [StoreCreditMemo] = []
        var shipments: [StoreShipment] = []
    }

    private var byOrder: [Int64: Belongings] = [:]

    init(_ store: GeneratedStore, _ books: ProofBooks) {
        for position in 0..<store.count(.invoices) {
            let json = store.document(.invoices, at: position)
            guard let invoice = try? StoreInvoice(adobe: json, storeViewCode: books.view(of: json)) else {
                continue
            }
            byOrder[invoice.orderID, default: Belongings()].invoices.append(invoice)
        }
        for position in 0..<store.count(.creditMemos) {
            let json = store.document(.creditMemos, at: position)
            guard let memo = try? StoreCreditMemo(adobe: json, storeViewCode: books.view(of: json)) else {
                continue
            }
            byOrder[memo.orderID, default: Belongings()].creditMemos.append(memo)
        }
        for position in 0..<store.count(.shipments) {
            let json = store.document(.shipments, at: position)
            guard let shipment = try? StoreShipment(adobe: json, storeViewCode: books.view(of: json)) else {
                continue
            }
            byOrder[shipment.orderID, default: Belongings()].shipments.append(shipment)
        }
    }

    mutating func take(_ order: Int64) -> Belongings { byOrder.removeValue(forKey: order) ?? Belongings() }
}
