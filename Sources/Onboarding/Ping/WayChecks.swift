/// What is said of the way to a system: whether it is reached, and whether what is said there is encrypted.
struct WayChecks: Sendable {
    let system: PingCheck.System
    let url: String
    /// Where the address stands in the tenant file.
    let key: String

    /// The system answered as itself.
    func reached() -> [PingCheck] { [check(.reach, .fine("\(url) answers.")), encryption()] }

    /// No answer came.
    func failed(_ fault: NetworkFault) -> [PingCheck] {
        let failure = PingCheck.Outcome.failed(fault.detail, fix: fault.fix)
        switch fault.place {
        case .reach: return [check(.reach, failure), check(.tls, .notChecked("\(url) is not reached"))]
        case .tls: return [check(.reach, .fine("\(url) takes connections.")), check(.tls, failure)]
        }
    }

    /// Something answered that is not the system, or not well.
    func answered(_ detail: String, fix: String) -> [PingCheck] {
        [check(.reach, .failed("HTTP: \(detail)", fix: fix)), encryption()]
    }

    private func encryption() -> PingCheck {
        let isEncrypted = url.lowercased().hasPrefix("https:")
        return check(
            .tls,
            .fine(
                isEncrypted
                    ? "The certificate is accepted."
                    : "Plain http: credentials and amounts travel readable. Use https outside tests."
            )
        )
    }

    private func check(_ kind: PingKind, _ outcome: PingCheck.Outcome) -> PingCheck {
        PingCheck(kind: kind, system: system, company: nil, subject: "", outcome: outcome)
    }
}
