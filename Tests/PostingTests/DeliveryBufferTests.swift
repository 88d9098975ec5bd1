import Testing

@testable import AMQPClient
@testable import Posting

/// Deliveries become batches.
@Suite(.timeLimit(.minutes(3)))
struct DeliveryBufferTests {
    private static func delivery(
        _ tag: UInt64,
        isRedelivered: Bool = false,
        body: [UInt8] = [],
        messageID: String? = nil
    ) -> AMQPDelivery {
        AMQPDelivery(
            body: body,
            bodySize: body.count,
            contentType: nil,
            contentEncoding: nil,
            messageID: messageID ?? "\(tag)",
            type: nil,
            timestamp: nil,
            headers: [:],
            exchange: "",
            routingKey: "",
            isRedelivered: isRedelivered,
            deliveryTag: DeliveryTag(channelID: 1, channelNumber: 1, rawValue: tag)
        )
    }

    private static func tags(_ deliveries: [AMQPDelivery]?) -> [String]? {
        deliveries?.compactMap(\.messageID)
    }

    @Test func aFullBatchDoesNotWait() async {
        let buffer = DeliveryBuffer()
        for tag in 1...5 { await buffer.append(Self.delivery(UInt64(tag))) }
        #expect(Self.tags(await buffer.next(3, wait: .seconds(3600))) == ["1", "2", "3"])
        #expect(Self.tags(await buffer.next(3, wait: .milliseconds(1))) == ["4", "5"])
    }

    /// Read, a body takes many times its size: few large ones make a batch, and one alone is one whatever its size.
    @Test func largeBodiesMakeSmallBatches() async {
        let buffer = DeliveryBuffer()
        for tag in 1...3 {
            await buffer.append(Self.delivery(UInt64(tag), body: Array(repeating: 0, count: 7 << 20)))
        }
        await buffer.append(Self.delivery(4, body: Array(repeating: 0, count: 30 << 20)))
        await buffer.append(Self.delivery(5))
        #expect(Self.tags(await buffer.next(5, wait: .milliseconds(1))) == ["1", "2"])
        #expect(Self.tags(await buffer.next(5, wait: .milliseconds(1))) == ["3"])
        #expect(Self.tags(await buffer.next(5, wait: .milliseconds(1))) == ["4"])
        #expect(Self.tags(await buffer.next(5, wait: .milliseconds(1))) == ["5"])
    }

    /// A message id that no document of ours can have is no key for a mark: a database refuses some of them.
    @Test(arguments: [
        "", "7", "a/b/c/\u{0}", "acme/order/1/1/1", "acme/order/1/\u{E9}", String(repeating: "/", count: 200),
    ])
    func foreignMessageIDsAreReplaced(id: String) {
        let delivery = Self.delivery(1, body: [1, 2, 3], messageID: id)
        #expect(delivery.mark.hasPrefix("foreign/3/"))
        #expect(delivery.mark.utf8.count < 40)
        #expect(delivery.mark != Self.delivery(1, body: [1, 2, 4], messageID: id).mark)
    }

    @Test func ourMessageIDsMark() {
        #expect(Self.delivery(1, messageID: "acme/order/7/1").mark == "acme/order/7/1")
    }

    @Test func theFirstWakesAWaitingBatch() async {
        let buffer = DeliveryBuffer()
        async let batch = buffer.next(2, wait: .seconds(3600))
        await buffer.append(Self.delivery(1))
        await buffer.append(Self.delivery(2))
        #expect(Self.tags(await batch) == ["1", "2"])
    }

    /// It is told apart where it is read, not where it waits: after an outage nearly all are redelivered ones.
    @Test func aRedeliveredOneKeepsItsPlace() async {
        let buffer = DeliveryBuffer()
        await buffer.append(Self.delivery(1))
        await buffer.append(Self.delivery(2, isRedelivered: true))
        await buffer.append(Self.delivery(3))
        #expect(Self.tags(await buffer.next(2, wait: .seconds(3600))) == ["1", "2"])
        #expect(Self.tags(await buffer.next(1, wait: .seconds(3600))) == ["3"])
    }

    /// What was not taken when the loop stops is given back, each once.
    @Test func finishingEndsTheWaitAndLeavesTheRest() async {
        let buffer = DeliveryBuffer()
        await buffer.append(Self.delivery(1))
        async let batch = buffer.next(9, wait: .seconds(3600))
        await buffer.append(Self.delivery(2))
        await buffer.finish()
        await buffer.append(Self.delivery(3))
        let taken = await batch ?? []
        let rest = await buffer.remainder()
        #expect((taken + rest).compactMap(\.messageID).sorted() == ["1", "2", "3"])
        #expect(await buffer.next(9, wait: .seconds(3600)) == nil)
        #expect(await buffer.remainder().isEmpty)
    }

    @Test func finishingWakesWhoWaitsForTheFirst() async {
        let buffer = DeliveryBuffer()
        async let batch = buffer.next(9, wait: .seconds(3600))
        await buffer.finish()
        #expect(await batch == nil)
    }
}
