import AMQPClient
import Metrics
import PostgresClient

/// Counts how often broker and database came and went.
enum ConnectionMetrics {
    static func note(_ event: AMQPEvent) {
        switch event {
        case .connected: count("mlc_broker_connections_total")
        case .disconnected: count("mlc_broker_disconnections_total")
        case .blocked: count("mlc_broker_blocks_total")
        case .retrying, .unblocked, .channelClosed: break
        }
    }

    static func note(_ event: PostgresEvent) {
        switch event {
        case .connected: count("mlc_database_connections_total")
        case .disconnected: count("mlc_database_disconnections_total")
        case .retrying: break
        }
    }

    private static func count(_ name: String) { Counter(label: name).increment() }
}
