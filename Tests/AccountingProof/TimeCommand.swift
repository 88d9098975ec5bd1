import Accounting
import AdobeCommerce
import ArgumentParser
import ExactJSON
import Foundation
import StoreGenerator

/// CPU time of decoding and of mapping one order of ten lines.
struct TimeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "time")

    @Option(help: "Rounds of 2,000 mappings and 50 decodings; the best, the median and the worst are told.")
    var rounds = 25

    func run() throws {
        let books = ProofBooks(seed: 1)
        let (json, order) = try tenLines(books)
        let rules = books.rules(for: order, 0)
        guard let customer = CustomerNumber("W00000042") else { return }
        let text = json.text
        let bytes = Array(text.utf8)
        var checksum = 0
        let decode = try measure(batch: 50) {
            let parsed = try StoreOrder(adobe: JSON(parsing: bytes), storeViewCode: order.storeView)
            checksum &+= parsed.items.count
        }
        let map = try measure(batch: 2000) {
            checksum &+= try OrderMapping.invoice(for: order, rules: rules, customer: customer).lines.count
        }
        let plain = try Self.plainOrder(like: order)
        let mapPlain = try measure(batch: 2000) {
            checksum &+= try OrderMapping.invoice(for: plain, rules: rules, customer: customer).lines.count
        }
        print(
            "one order of ten lines (\(order.items.count) items with parts), \(bytes.count) bytes of JSON; "
                + "CPU time in microseconds:"
        )
        print("decoding it  \(decode)")
        print("mapping it   \(map)")
        print("mapping one of ten simple products, discounted and taxed: \(mapPlain)")
        FileHandle.standardError.write(Data("(\(checksum))\n".utf8))
    }

    /// A generated order with ten counted lines: the lines of two or three orders put together would not add up, so
    /// one is looked for.
    private func tenLines(_ books: ProofBooks) throws -> (JSON, StoreOrder) {
        let store = StoreGenerator(seed: 7).store(customers: 200, orders: 20_000, options: books.options)
        for position in 0..<store.count(.orders) {
            let json = store.document(.orders, at: position)
            let order = try StoreOrder(adobe: json, storeViewCode: books.view(of: json))
            let rules = books.rules(for: order, 0)
            guard let customer = CustomerNumber("W00000042"),
                let invoice = try? OrderMapping.invoice(for: order, rules: rules, customer: customer),
                invoice.lines.filter({ $0.role == .product }).count == 10
            else { continue }
            return (json, order)
        }
        throw ValidationError("no order of ten lines was generated")
    }

    /// Ten lines of two pieces at 12.50, 10 % off, taxed, with shipping.
    private static func plainOrder(like order: StoreOrder) throws -> StoreOrder {
        func amount(_ text: String) throws -> Accounting.Amount {
            guard let amount = Accounting.Amount(text) else { throw ValidationError("\(text) is no amount") }
            return amount
        }
        let row = StoreItemAmounts(
            price: try amount("12.50"),
            printedRowTotal: try amount("22.50"),
            discount: try amount("2.50"),
            tax: try amount("1.86")
        )
        var plain = order
        plain.items = (1...10).map { number in
            StoreOrderItem(
                itemID: Int64(number),
                sku: "24-MB0\(number)",
                name: "Joust Duffle Bag, number \(number)",
                productType: "simple",
                quantity: 2,
                base: row,
                ordered: row
            )
        }
        var totals = StoreOrderTotals(grandTotal: try amount("256.10"))
        totals.subtotal = 250
        totals.shipping = 10
        totals.shippingTax = try amount("2.50")
        totals.tax = try amount("21.10")
        totals.discount = -25
        (plain.base, plain.ordered) = (totals, totals)
        return plain
    }

    private func measure(batch: Int, _ body: () throws -> Void) rethrows -> String {
        var times: [Int] = []
        for _ in 0..<max(rounds, 1) {
            let began = Self.processNanoseconds()
            for _ in 0..<batch { try body() }
            times.append(Int(Self.processNanoseconds() - began) / batch)
        }
        times.sort()
        func text(_ nanoseconds: Int) -> String { "\(nanoseconds / 1000).\(nanoseconds % 1000 / 100)" }
        return
            "best \(text(times[0])), median \(text(times[times.count / 2])), worst \(text(times[times.count - 1]))"
    }

    private static func processNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
