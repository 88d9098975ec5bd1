import ExactJSON
import Messaging
import Testing

struct QueueSurveyTests {
    /// As RabbitMQ 3.10 answers; without a policy the definition is a list.
    private static func queue(_ name: String, _ definition: JSON = [], members: Int = 3) -> JSON {
        [
            "name": .string(name), "type": "quorum", "policy": "theirs", "operator_policy": "",
            "effective_policy_definition": definition,
            "members": .array((0..<members).map { .string("rabbit@\($0)") }),
        ]
    }

    private static let work = "mlc.acme.SAMINC.invoices"

    @Test(
        arguments: [
            (["overflow": "drop-head"], "drops messages"), (["message-ttl": 1000], "dropped after 1000 ms"),
            (["expires": 1000], "deleted"), (["delivery-limit": 20], "after 20 redeliveries"),
            (["max-length": 5], "no more than 5 messages"), (["max-length-bytes": 5], "no more than 5 bytes"),
        ] as [(JSON, String)]
    )
    func policyThatLosesOrRefusesIsFound(definition: JSON, words: String) {
        let findings = QueueSurvey.findings(in: [Self.queue(Self.work, definition)], nodes: 3)
        #expect(findings.count == 1)
        #expect(findings.first?.hasPrefix(Self.work) == true)
        #expect(findings.first?.contains(words) == true, "\(findings)")
        #expect(findings.first?.contains("the policy theirs") == true)
    }

    @Test func harmlessQueuesAreNotFound() {
        let harmless: JSON = [
            "overflow": "reject-publish", "delivery-limit": -1, "queue-leader-locator": "balanced",
        ]
        let queues: JSON = [
            Self.queue(Self.work), Self.queue("mlc.dead.stray", harmless),
            Self.queue("theirs", ["message-ttl": 1], members: 1), ["no": "name"], 7,
        ]
        #expect(QueueSurvey.findings(in: queues, nodes: 3) == [])
        #expect(QueueSurvey.findings(in: "nonsense", nodes: 3) == [])
    }

    @Test func queueOfTooFewMembersIsFound() {
        let queues: JSON = [Self.queue(Self.work, members: 2)]
        #expect(QueueSurvey.findings(in: queues, nodes: 3).first?.contains("rabbitmq-queues grow") == true)
        #expect(QueueSurvey.findings(in: queues, nodes: 2) == [])
        #expect(QueueSurvey.findings(in: queues, nodes: nil) == [])
        // A quorum queue has three members even of five nodes.
        #expect(QueueSurvey.findings(in: [Self.queue(Self.work)], nodes: 5) == [])
    }

    @Test func classicQueueIsFound() {
        let queues: JSON = [["name": .string(Self.work), "type": "classic"]]
        #expect(QueueSurvey.findings(in: queues, nodes: 3).first?.contains("classic") == true)
    }
}
