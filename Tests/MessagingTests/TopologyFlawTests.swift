import AMQPClient
import Testing

@testable import Messaging

/// The broker's refusals in plain words.
struct TopologyFlawTests {
    private static func words(_ code: Int, _ text: String) -> String? {
        TopologyFlaw(.channelClosed(code: code, text: text))?.description
    }

    /// As RabbitMQ 3.10 words them.
    @Test func differenceOfAQueueIsTold() throws {
        let words = try #require(
            Self.words(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'mlc.dead.ledger' in vhost 'v': "
                    + "received the value 'reject-publish' of type 'longstr' but current is none"
            )
        )
        #expect(
            words.hasPrefix("queue mlc.dead.ledger was declared by somebody else: its x-overflow is none, ")
        )
        #expect(words.contains("this program needs reject-publish"))
        #expect(words.contains("rabbitmqctl delete_queue mlc.dead.ledger"))
    }

    @Test func differenceTheOtherWayRoundIsTold() throws {
        let words = try #require(
            Self.words(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'x-max-length' for queue 'q' in vhost '/': "
                    + "received none but current is the value '10' of type 'signedint'"
            )
        )
        #expect(words.contains("its x-max-length is 10, this program needs none"))
    }

    @Test func differenceOfAnExchangeIsTold() throws {
        let words = try #require(
            Self.words(
                406,
                "PRECONDITION_FAILED - inequivalent arg 'type' for exchange 'mlc.work' in vhost '/': "
                    + "received 'direct' but current is 'fanout'"
            )
        )
        #expect(words.contains("exchange mlc.work"))
        #expect(words.contains("its type is fanout, this program needs direct"))
        #expect(words.contains("delete exchange name=mlc.work"))
    }

    @Test func otherRefusalsAreTold() {
        #expect(Self.words(403, "ACCESS_REFUSED - …")?.contains("set_permissions") == true)
        #expect(Self.words(406, "PRECONDITION_FAILED - something new")?.contains("something new") == true)
        #expect(Self.words(541, "INTERNAL_ERROR") == nil)
        #expect(TopologyFlaw(.nacked) == nil)
    }
}

struct LosslessTests {
    /// To RabbitMQ 3 a negative limit means: drop at the first redelivery.
    @Test(arguments: [nil, "", "3.8.0", "3.10.8", "3.13.7", "x"] as [String?])
    func olderBrokersGetNoDeliveryLimit(version: String?) {
        #expect(
            Topology.lossless(onBroker: version) == [
                "x-queue-type": "quorum", "x-overflow": "reject-publish",
            ]
        )
    }

    @Test(arguments: ["4.0.1", "4.3.5", "4.1.0-beta.2", "10.0.0"])
    func newerBrokersGetAnUnlimitedOne(version: String) {
        #expect(Topology.lossless(onBroker: version)["x-delivery-limit"] == -1)
        #expect(Topology.lossless(onBroker: version)["x-overflow"] == "reject-publish")
    }
}
