import CRabbitMQ
import Foundation

extension WireConnection {
    /// Opens the socket; for amqps with peer and host name verification, which nothing can switch off.
    ///
    /// librabbitmq compares the host name with DNS names only, so amqps to a bare IP address fails.
    static func open(
        _ state: amqp_connection_state_t,
        _ endpoint: AMQPEndpoint,
        _ configuration: AMQPConfiguration
    ) throws(AMQPError) {
        let socket = endpoint.usesTLS ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw .unreachable("\(endpoint): no socket could be made") }
        if endpoint.usesTLS { try secure(socket, configuration) }
        let milliseconds = configuration.connectTimeout.milliseconds
        let status = crabbitmq_open(socket, endpoint.host, Int32(endpoint.port), milliseconds)
        switch amqp_status_enum(status) {
        case AMQP_STATUS_OK: return
        case AMQP_STATUS_SSL_PEER_VERIFY_FAILED, AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED:
            throw .tls("\(endpoint): \(text(status))")
        // The library has one word for a refusal, a missing route and the like.
        case AMQP_STATUS_SOCKET_ERROR: throw .unreachable("\(endpoint): nobody answers at this address")
        default: throw .unreachable("\(endpoint): \(text(status))")
        }
    }

    private static func secure(_ socket: OpaquePointer, _ configuration: AMQPConfiguration) throws(AMQPError)
    {
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 1)
        guard
            amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST) == AMQP_STATUS_OK.rawValue
        else { throw .tls("TLS 1.2 is not available") }
        guard let file = configuration.certificateAuthorityFile ?? systemAuthorities() else {
            throw .tls("no certificate authorities were found on this system")
        }
        guard amqp_ssl_socket_set_cacert(socket, file) == AMQP_STATUS_OK.rawValue else {
            throw .tls("the certificate authorities in \(file) cannot be read")
        }
    }

    /// Where Debian, Red Hat and Alpine keep their bundles; `SSL_CERT_FILE` comes first, as in OpenSSL.
    private static func systemAuthorities() -> String? {
        let places = [
            "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
        ]
        let chosen = ProcessInfo.processInfo.environment["SSL_CERT_FILE"].map { [$0] } ?? []
        return (chosen + places).first { FileManager.default.isReadableFile(atPath: $0) }
    }
}
