import HTTPClient

/// Why a system cannot be spoken to: told apart by who can mend it.
struct NetworkFault: Sendable, Hashable {
    /// Where on the way it is.
    enum Place: Sendable, Hashable { case reach, tls }

    let place: Place
    let detail: String
    let fix: String
}

/// Asks an address once more without credentials, to learn why it could not be spoken to.
struct NetworkProbe: Sendable {
    let http: HTTPClient
    let url: String
    /// Where the address stands in the tenant file, for instance `adobe.url`.
    let key: String

    /// Nil when there is an answer after all, whatever it says.
    func fault() async -> NetworkFault? {
        let timeouts = HTTPTimeouts(connect: .seconds(10), firstByte: .seconds(20), total: .seconds(30))
        let request = HTTPRequest(url: url, timeouts: timeouts, maximumBodyBytes: 1 << 20)
        do throws(HTTPError) {
            _ = try await http.send(request)
            return nil
        } catch {
            return fault(of: error)
        }
    }

    private var host: String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(rest.prefix { $0 != "/" })
    }

    private func fault(of error: HTTPError) -> NetworkFault? {
        switch error.cause {
        case .tls: tlsFault(error.cause)
        case .couldNotResolve:
            reach(
                "DNS: the name \(host) cannot be resolved.",
                "Check the host name in \(key); if it is right, check this machine's name server."
            )
        case .couldNotConnect: connectionFault(error.detail.lowercased())
        case .connectTimedOut:
            reach(
                "Route: \(host) lets no connection come about (time-out).",
                "A firewall drops the packets, or the server is off: ask whoever runs it to let this machine's "
                    + "address in. Check the port in \(key)."
            )
        case .addressRefused:
            reach(
                "\(host) points to an address that this installation does not call.",
                "Use a public address in \(key), or see TENANT_ADDRESS_POLICY in the documentation."
            )
        case .badURL: reach("\(key) is not the address of a server.", "Correct \(key) in the tenant file.")
        case .firstByteTimedOut, .timedOut:
            reach(
                "HTTP: \(host) takes the connection and does not answer in time.",
                "The server is overloaded or hangs: ask whoever runs it, then ping again."
            )
        case .connectionLost:
            reach(
                "HTTP: \(host) closes the connection without an answer.",
                "Check scheme and port in \(key); a proxy or firewall in between may end connections."
            )
        case .protocolViolation(let reason):
            reach("HTTP: \(host) does not speak HTTP (\(reason)).", "Check scheme and port in \(key).")
        case .bodyTooLarge, .cancelled, .closed: nil
        }
    }

    private func connectionFault(_ words: String) -> NetworkFault {
        if words.contains("refused") {
            return reach(
                "Route: \(host) refuses the connection: nothing listens on that port.",
                "Check the port in \(key), and that the server runs."
            )
        }
        if words.contains("no route") || words.contains("unreachable") {
            return reach(
                "Route: there is no route to \(host).",
                "Check this machine's network, VPN and firewall, and the address in \(key)."
            )
        }
        return reach(
            "Route: no connection to \(host).",
            "Check that the server is up and that firewalls let this machine reach it; check \(key)."
        )
    }

    private func tlsFault(_ cause: HTTPError.Cause) -> NetworkFault {
        let renew = "Ask whoever runs the server to renew its certificate."
        let (detail, fix): (String, String) =
            switch cause.certificateFault {
            case .expired: ("the certificate of \(host) has expired.", renew)
            case .notYetValid:
                ("the certificate of \(host) is not valid yet.", "Check this machine's clock; else: " + renew)
            case .otherName:
                (
                    "the certificate is another host's, not \(host)'s.",
                    "Write the name the certificate was made for into \(key), or ask for a certificate with this name."
                )
            case .unknownAuthority:
                (
                    "the certificate of \(host) is signed by an authority that this machine does not trust.",
                    "Ask for a certificate of a public authority with its intermediate ones, or add the company's "
                        + "own authority to this machine's trusted ones."
                )
            case .notTLS:
                (
                    "\(host) does not speak TLS on that port.",
                    "Check scheme and port in \(key): http or https?"
                )
            case .noCommonCipher:
                (
                    "\(host) offers no protocol this machine takes (TLS 1.2 or newer).",
                    "Ask whoever runs the server to switch on TLS 1.2 or 1.3."
                )
            case nil:
                ("\(cause).", "Ask whoever runs the server to look at its certificate and TLS settings.")
            }
        return NetworkFault(place: .tls, detail: detail.prefix(1).uppercased() + detail.dropFirst(), fix: fix)
    }

    private func reach(_ detail: String, _ fix: String) -> NetworkFault {
        NetworkFault(place: .reach, detail: detail, fix: fix)
    }
}

extension HTTPError.Cause {
    /// True when the failure is one of the way to the server, before anything was answered.
    var isOfTheWay: Bool {
        switch self {
        case .couldNotResolve, .couldNotConnect, .tls, .connectTimedOut, .addressRefused, .badURL: true
        case .firstByteTimedOut, .timedOut, .connectionLost, .bodyTooLarge, .cancelled, .protocolViolation,
            .closed:
            false
        }
    }
}
