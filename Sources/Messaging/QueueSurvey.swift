public import ExactJSON
import Foundation

/// What an operator's policies make of our queues, as RabbitMQ's management API tells it: AMQP itself shows no policy.
public enum QueueSurvey {
    /// The columns of `/api/queues/VHOST` that are looked at.
    public static let columns = "name,type,policy,operator_policy,effective_policy_definition,members"

    /// What could lose messages or hold them up, a sentence each, with what to do.
    /// - Parameters:
    ///   - queues: the answer of the API; queues of others are passed over.
    ///   - nodes: of the cluster; nil where that is not known.
    public static func findings(in queues: JSON, nodes: Int?) -> [String] {
        (queues.array ?? []).flatMap { queue -> [String] in
            guard let name = queue["name"]?.string, name.hasPrefix("mlc.") else { return [] }
            return policyFindings(name, queue) + memberFindings(name, queue, nodes)
        }.sorted()
    }

    private static func policyFindings(_ name: String, _ queue: JSON) -> [String] {
        guard let definition = queue["effective_policy_definition"], definition.object != nil else {
            return []
        }
        let policies = ["policy", "operator_policy"].compactMap { queue[$0]?.string }.filter { !$0.isEmpty }
        let whose = policies.isEmpty ? "a policy" : "the policy \(policies.joined(separator: " and "))"
        let isRetry = name.hasPrefix("mlc.retry.")
        var found: [String] = []
        func find(_ key: String, _ effect: (JSON) -> String?) {
            guard let value = definition[key], let effect = effect(value) else { return }
            found.append(
                "\(name): \(whose) sets \(key), \(effect). Take mlc.* out of it, or set \(key) aside there"
            )
        }
        find("overflow") { $0.string == "reject-publish" ? nil : "so that a full queue drops messages" }
        find("message-ttl") {
            isRetry
                ? "so that delays end early: \($0.text) ms"
                : "so that messages are dropped after \($0.text) ms"
        }
        find("expires") { _ in "so that the queue is deleted with its messages while nobody consumes" }
        find("delivery-limit") { limit in
            (limit.int ?? 0) < 0 ? nil : "so that a message is dropped after \(limit.text) redeliveries"
        }
        find("max-length") {
            "so that it takes no more than \($0.text) messages; the others wait in the database"
        }
        find("max-length-bytes") {
            "so that it takes no more than \($0.text) bytes; the rest waits in the database"
        }
        return found
    }

    private static func memberFindings(_ name: String, _ queue: JSON, _ nodes: Int?) -> [String] {
        if let type = queue["type"]?.string, type != "quorum" {
            return [
                "\(name): it is a \(type) queue, which lives on one node. Delete it once it is empty; it is declared anew"
            ]
        }
        guard let members = queue["members"]?.array?.count, let nodes, members < min(nodes, 3) else {
            return []
        }
        return [
            "\(name): it has \(members) member\(members == 1 ? "" : "s") on \(nodes) nodes. "
                + "Run rabbitmq-queues grow NODE all for the nodes it lacks"
        ]
    }
}
