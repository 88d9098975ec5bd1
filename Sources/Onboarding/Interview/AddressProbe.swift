import HTTPClient
import Tenancy

/// Whether anything answers at an address, before somebody's password goes there.
struct AddressProbe {
    let http: HTTPClient
    let policy: AddressPolicy

    private static let timeouts = HTTPTimeouts(
        connect: .seconds(10),
        firstByte: .seconds(20),
        total: .seconds(25)
    )

    /// - Parameter path: behind the address.
    /// - Returns: what a person should know about the address, if anything.
    /// - Throws: `Refusal` telling name, route, TLS and HTTP apart.
    func check(_ address: String, _ path: String) async throws(Refusal) -> String? {
        let isPlain = address.lowercased().hasPrefix("http:")
        guard !isPlain || policy.allowsPlainHTTP else {
            throw Refusal("This installation refuses plain http (TENANT_ADDRESS_POLICY=hosted); use https.")
        }
        let request = HTTPRequest(url: address + path, timeouts: Self.timeouts, maximumBodyBytes: 4 << 20)
        let response: HTTPResponse
        do throws(HTTPError) { response = try await http.send(request) } catch { throw refusal(of: error) }
        if (301...308).contains(response.status), let target = response.headers["Location"],
            let other = Self.origin(target), other != Self.origin(address)
        {
            throw Refusal("It redirects to \(other); give that address, for what is signed cannot follow.")
        }
        return isPlain ? "plain http: credentials and amounts travel readable; use https outside tests" : nil
    }

    private func refusal(of error: HTTPError) -> Refusal {
        switch error.cause {
        case .badURL: Refusal("That is no address of a server.")
        case .couldNotResolve:
            Refusal(
                "DNS does not know that name: check its spelling, and this machine's name server.",
                isUnreachable: true
            )
        case .couldNotConnect:
            Refusal(
                "Nothing takes connections there: check host and port, that the server runs, and that a firewall lets this "
                    + "machine through.",
                isUnreachable: true
            )
        case .connectTimedOut:
            Refusal(
                "No connection in time: as a rule a firewall drops them, or the port is wrong.",
                isUnreachable: true
            )
        case .tls(let reason):
            Refusal(
                "It was reached, but TLS failed (\(reason)): its certificate is to be mended.",
                isUnreachable: true
            )
        case .addressRefused:
            Refusal(
                "This installation does not call such addresses (TENANT_ADDRESS_POLICY=\(policy.rawValue))."
            )
        case .firstByteTimedOut, .timedOut, .connectionLost, .bodyTooLarge, .protocolViolation, .cancelled,
            .closed:
            Refusal("It was reached, but gave no HTTP answer (\(error.cause)).", isUnreachable: true)
        }
    }

    /// Scheme and host in lower case; nil for a relative address.
    private static func origin(_ url: String) -> String? {
        guard let mark = url.firstRange(of: "://") else { return nil }
        let rest = url[mark.upperBound...]
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        return url[..<end].lowercased()
    }
}
