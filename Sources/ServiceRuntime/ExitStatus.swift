import AMQPClient
import PostgresClient
import Storage

/// What a program's exit status says (contract, connectorctl; docs/configuration.md, Services).
enum ExitStatus: Int32 {
    /// Done, idle, or drained: a drain cancels what still waits.
    case done = 0
    /// It failed, and neither its configuration nor a system is to blame; or the answer is no.
    case failed = 1
    /// Environment, key file, command line, or a release that is older than the database's schema.
    case configuration = 2
    /// Broker or database is not there, has gone, or refuses.
    case unreachable = 3

    /// What an error that ended a program means.
    init(of error: any Error) {
        self =
            switch error {
            case is CancellationError: .done
            case is EnvironmentError, is VaultError, is SchemaError: .configuration
            case let error as PostgresError: Self.meaning(of: error)
            case let error as AMQPError: Self.meaning(of: error)
            default: .failed
            }
    }

    private static func meaning(of error: PostgresError) -> ExitStatus {
        switch error.kind {
        case .cancelled: .done
        case .unreachable, .refused, .connectionLost, .commitUnknown, .exhausted: .unreachable
        case .server(let state): isRefusal(state) ? .unreachable : .failed
        case .encoding, .decoding, .closed: .failed
        }
    }

    /// SQLSTATE classes 08 (connection), 28 (authorization), 53 (resources), 57P (operator intervention), and
    /// 42501 (insufficient privilege).
    private static func isRefusal(_ state: String) -> Bool {
        state == "42501" || ["08", "28", "53", "57P"].contains { state.hasPrefix($0) }
    }

    private static func meaning(of error: AMQPError) -> ExitStatus {
        switch error {
        case .cancelled: .done
        case .badURL: .configuration
        case .accessRefused, .tls, .unreachable, .notConnected, .connectionLost, .channelClosed, .nacked,
            .confirmLost, .timedOut:
            .unreachable
        case .invalidArgument, .returned, .queueGone, .staleDelivery, .protocolViolation, .closed: .failed
        }
    }
}
