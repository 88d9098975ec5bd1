import Accounting
import AdobeCommerce
import HTTPClient
import Tenancy

/// Asks for the store's address and credentials until they let its settings be read.
struct StoreInterview {
    struct Result {
        let survey: StoreSurvey
        let credentials: StoreCredentials
    }

    private let interview: Interview
    private var answering: any Answering { interview.answering }

    init(_ interview: Interview) { self.interview = interview }

    private static let address = Question(
        "adobe.url",
        "Store address",
        allowed:
            "the shop's own address, such as https://shop.example.com, without /rest; of the Cloud Service "
            + "https://na1.api.commerce.adobe.com/TENANT-ID"
    )

    private static let credentials = Question(
        StoreCredentials.key,
        "Store credentials",
        .block(isWhole: { StoreCredentials.isWhole($0) }),
        allowed: StoreCredentials.allowed
    )

    func run() async throws -> Result {
        var address: StoreURL?
        var credentials: StoreCredentials?
        while true {
            let url = if let address { address } else { try await askForAddress() }
            let signIn = if let credentials { credentials } else { try await askForCredentials() }
            (address, credentials) = (url, signIn)
            do {
                let survey = try await survey(url, signIn)
                await answering.note("The store has \(survey.summary).")
                return Result(survey: survey, credentials: signIn)
            } catch let error as AdobeError {
                let refusal = Refusal(
                    "\(error.sentence) \(error.nextStep)",
                    isUnreachable: [.unreachable, .transient].contains(error.failureClass)
                )
                if error.isAboutCredentials { credentials = nil } else { address = nil }
                try await answering.refuse(
                    refusal,
                    of: error.isAboutCredentials ? Self.credentials : Self.address
                )
            }
        }
    }

    private func askForAddress() async throws -> StoreURL {
        try await interview.ask(Self.address) { answer in
            let text = answer.withText { $0.trimmedText }
            let url: StoreURL
            do throws(AdobeError) { url = try StoreURL(text) } catch {
                throw Refusal("\(error.sentence) Allowed: \(Self.address.allowed).")
            }
            let probe = AddressProbe(http: interview.surroundings.http, policy: interview.surroundings.policy)
            if let warning = try await probe.check(url.text, "/rest/V1/store/storeConfigs") {
                await answering.note("warning: \(warning)")
            }
            return url
        }
    }

    private func askForCredentials() async throws -> StoreCredentials {
        try await interview.ask(Self.credentials) { try StoreCredentials($0, interview.surroundings.places) }
    }

    private func survey(_ url: StoreURL, _ credentials: StoreCredentials) async throws -> StoreSurvey {
        await answering.note("reading the store views of \(url) …")
        let http = interview.surroundings.http
        let signIn: AdobeSignIn =
            switch credentials.authentication {
            case .oauth1: .oauth1(credentials.oauth1)
            case .ims:
                .ims(
                    credentials.ims,
                    tokens: InterviewTokens(IMSTokenEndpoint(credentials: credentials.ims, http: http))
                )
            }
        return try await StoreSurvey.read(url, signIn, http)
    }
}

extension StoreSurvey {
    /// `2 store views (default, us_en), base currency USD`.
    fileprivate var summary: String {
        let codes =
            views.prefix(8).map(\.code.printable).joined(separator: ", ") + (views.count > 8 ? ", …" : "")
        let currencies = Set(views.compactMap(\.baseCurrency)).sorted().joined(separator: ", ")
        return
            "\(views.count) store view\(views.count == 1 ? "" : "s") (\(codes)), base currency \(currencies)"
    }
}
