import AMQPClient
import Foundation

/// Why the broker does not let exchanges and queues be as they have to be: what, how it differs, what to do.
struct TopologyFlaw {
    /// Sentences for a log line.
    let description: String

    /// - Returns: nil for what says nothing about the topology, such as a lost connection.
    init?(_ error: AMQPError) {
        guard case .channelClosed(let code, let text) = error else { return nil }
        switch code {
        case 406:
            guard let difference = Difference(text) else {
                description = "the broker refuses a declaration: \(text)"
                return
            }
            description = difference.description
        case 403:
            description =
                "the user of AMQP_URL may not do that (\(text)). Nothing is lost; give it configure, write and read on "
                + "mlc.*: rabbitmqctl set_permissions -p VHOST USER '^mlc\\.' '^mlc\\.' '^mlc\\.'. It is tried again"
        case 404:
            description = "something is missing on the broker and could not be declared again: \(text)"
        default: return nil
        }
    }

    /// `PRECONDITION_FAILED - inequivalent arg 'x-overflow' for queue 'mlc.dead.ledger' in vhost '/': received the value
    /// 'reject-publish' of type 'longstr' but current is none`; of exchanges likewise, the values without their types.
    private struct Difference {
        let argument: String
        let isQueue: Bool
        let name: String
        let wanted: String
        let found: String

        init?(_ text: String) {
            guard let argument = Self.quoted(text, after: "inequivalent arg "),
                let values = text.range(of: ": received ").map({ text[$0.upperBound...] }),
                let middle = values.range(of: " but current is ")
            else { return nil }
            self.argument = argument
            if let queue = Self.quoted(text, after: " for queue ") {
                (isQueue, name) = (true, queue)
            } else if let exchange = Self.quoted(text, after: " for exchange ") {
                (isQueue, name) = (false, exchange)
            } else {
                return nil
            }
            wanted = Self.value(values[..<middle.lowerBound])
            found = Self.value(values[middle.upperBound...])
        }

        var description: String {
            let what = isQueue ? "queue" : "exchange"
            let remedy =
                isQueue
                ? "Take out or move what is in it, then delete it (rabbitmqctl delete_queue \(name) -p VHOST)"
                : "Delete it (rabbitmqadmin -V VHOST delete exchange name=\(name))"
            return
                "\(what) \(name) was declared by somebody else: its \(argument) is \(found), this program needs "
                + "\(wanted). It is not used like that, and nothing is lost: documents wait in the database. "
                + "\(remedy); it is declared again by itself"
        }

        private static func quoted(_ text: String, after words: String) -> String? {
            guard let start = text.range(of: words + "'")?.upperBound,
                let end = text[start...].firstIndex(of: "'")
            else { return nil }
            return String(text[start..<end])
        }

        /// `the value 'reject-publish' of type 'longstr'`, `'direct'`, `none`.
        private static func value(_ text: Substring) -> String {
            quoted(" " + text, after: " ") ?? quoted(String(text), after: "the value ") ?? String(text)
        }
    }
}
