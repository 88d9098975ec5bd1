import Accounting
import Foundation
import Testing

@Suite(.timeLimit(.minutes(2)))
struct BalancedOrdersTests {
    @Test(
        "every balanced order balances in the ledger, account by account",
        arguments: 1...8 as ClosedRange<UInt64>
    )
    func balanced(_ seed: UInt64) throws {
        var random = SplitMix64(state: seed)
        for round in 0..<2_500 {
            let made = try GeneratedOrder(&random)
            let invoice: ARInvoice
            do {
                invoice = try map(made.order, made.rules)
            } catch let failure as Failure {
                Issue.record("seed \(seed), round \(round): \(failure)")
                return
            }
            let isRight =
                invoice.total == made.order.base.grandTotal
                && invoice.lines.reduce(0) { $0 + $1.amount } == invoice.total
                && invoice.amountByAccount == made.expected
                && invoice.lines.allSatisfy { $0.description.utf16.count <= 60 && !$0.account.isEmpty }
            guard isRight else {
                let expected = made.expected.sorted { $0.key < $1.key }
                Issue.record("seed \(seed), round \(round): expected \(expected)\n\(invoice.explanation)")
                return
            }
        }
    }

    @Test(
        "what is off by more than the cap never becomes an invoice",
        arguments: 1...4 as ClosedRange<UInt64>
    )
    func unbalanced(_ seed: UInt64) throws {
        var random = SplitMix64(state: seed &+ 1000)
        for round in 0..<500 {
            var made = try GeneratedOrder(&random)
            made.rules.roundingCap = d("0.05")
            let cents = money(Int.random(in: 6...500, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: made.order.base.grandTotal += cents
            case 1: made.order.base.tax += cents
            case 2: made.order.base.shipping += cents
            default: made.order.base.giftCards += cents
            }
            let failure = try refusal(made.order, made.rules)
            guard failure?.code == "unbalanced" else {
                Issue.record("seed \(seed), round \(round): \(String(describing: failure))")
                return
            }
        }
    }

    @Test("a difference within the cap is one rounding line of that amount", arguments: [-5, -1, 1, 5])
    func withinTheCap(_ cents: Int) throws {
        var random = SplitMix64(state: 77)
        for _ in 0..<300 {
            var made = try GeneratedOrder(&random)
            made.rules.roundingCap = d("0.05")
            made.rules.accounts.rounding = "4990"
            let difference = money(cents)
            made.order.base.grandTotal += difference
            guard made.order.base.grandTotal >= 0 else { continue }
            let invoice = try map(made.order, made.rules)
            let rounding = invoice.lines.filter { $0.role == .rounding }
            #expect(rounding.map(\.amount) == [difference])
            #expect(invoice.lines.reduce(0) { $0 + $1.amount } == made.order.base.grandTotal)
        }
    }
}

/// Reproducible randomness (Vigna's SplitMix64).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
