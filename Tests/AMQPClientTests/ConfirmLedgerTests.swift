import Testing

@testable import AMQPClient

@Suite struct ConfirmLedgerTests {
    private func ledger(of count: Int) -> ConfirmLedger<Int> {
        var ledger = ConfirmLedger<Int>()
        for entry in 1...count { ledger.add(entry) }
        return ledger
    }

    @Test func singleAckSettlesOne() {
        var ledger = ledger(of: 5)
        #expect(ledger.settle(3, multiple: false) == [3])
        #expect(ledger.settle(3, multiple: false) == [])
        #expect(ledger.settle(9, multiple: false) == [])
    }

    @Test func multipleSettlesAllUpToItInOrder() {
        var ledger = ledger(of: 5)
        _ = ledger.settle(2, multiple: false)
        #expect(ledger.settle(4, multiple: true) == [1, 3, 4])
        #expect(ledger.settle(4, multiple: true) == [])
        #expect(ledger.settle(1, multiple: false) == [])
        #expect(ledger.settle(.max, multiple: true) == [5])
    }

    @Test func multipleOfZeroSettlesEverything() {
        var ledger = ledger(of: 3)
        #expect(ledger.settle(0, multiple: true) == [1, 2, 3])
        #expect(ledger.isEmpty)
        #expect(ledger.next == 4)
    }

    @Test func agreesWithASetOverRandomAcks() {
        var random = SystemRandomNumberGenerator()
        var ledger = ConfirmLedger<UInt64>()
        var open: Set<UInt64> = []
        for _ in 0..<5000 {
            if Bool.random(using: &random) {
                open.insert(ledger.next)
                ledger.add(ledger.next)
            } else {
                let number = UInt64.random(in: 1..<ledger.next + 1, using: &random)
                let multiple = Int.random(in: 0..<10, using: &random) == 0
                let expected = open.filter { multiple ? $0 <= number : $0 == number }
                #expect(ledger.settle(number, multiple: multiple) == expected.sorted())
                open.subtract(expected)
            }
        }
        #expect(ledger.takeAll() == open.sorted())
    }
}

@Suite struct FIFOTests {
    @Test func keepsOrderThroughMixedUse() {
        var queue = FIFO<Int>()
        var model: [Int] = []
        for number in 0..<2000 {
            queue.append(number)
            model.append(number)
            if number % 3 != 0 { #expect(queue.popFirst() == model.removeFirst()) }
            if number % 500 == 499 {
                #expect(queue.take { $0.isMultiple(of: 2) } == model.filter { $0.isMultiple(of: 2) })
                model.removeAll { $0.isMultiple(of: 2) }
            }
            #expect(queue.count == model.count)
        }
        #expect(queue.takeAll() == model)
        #expect(queue.isEmpty)
        #expect(queue.popFirst() == nil)
    }
}

@Suite struct IncomingContentTests {
    private let kind = IncomingContent.Kind.returned("x")

    @Test func bodyComesInPieces() throws {
        var content = IncomingContent()
        try content.begin(kind)
        #expect(try content.header(size: 3, MessageProperties(), keeping: 3) == nil)
        #expect(try content.append([1, 2]) == nil)
        #expect(try content.append([3])?.body == [1, 2, 3])
        try content.begin(kind)
        #expect(try content.header(size: 0, MessageProperties(), keeping: 3)?.body == [])
    }

    @Test func ofALargeBodyTheBeginningIsKept() throws {
        var content = IncomingContent()
        try content.begin(kind)
        #expect(try content.header(size: 7, MessageProperties(), keeping: 3) == nil)
        #expect(content.keptBytes == 3)
        #expect(try content.append([1, 2]) == nil)
        #expect(try content.append([3, 4, 5]) == nil)
        let whole = try #require(try content.append([6, 7]))
        #expect(whole.body == [1, 2, 3])
        #expect(whole.size == 7)
        #expect(content.keptBytes == 0)
    }

    @Test func whatTheProtocolForbidsIsRefused() throws {
        var content = IncomingContent()
        #expect(throws: AMQPError.self) { try content.append([1]) }
        #expect(throws: AMQPError.self) { try content.header(size: 1, MessageProperties(), keeping: 9) }
        try content.begin(kind)
        #expect(throws: AMQPError.self) { try content.begin(kind) }
        _ = try content.header(size: 1, MessageProperties(), keeping: 9)
        #expect(throws: AMQPError.self) { try content.append([1, 2]) }
    }
}
