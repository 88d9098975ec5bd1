public import Accounting
import ExactJSON

/// What a company says of itself. Only the resource is documented, not its properties (reference Sage 8, 14): what
/// is not told under a likely name is nil.
public struct SageCompanyProfile: Sendable, Hashable {
    /// Its name.
    public let name: String?
    /// ISO 4217 code of its home currency.
    public let homeCurrency: String?
    /// Whether it keeps books in several currencies.
    public let isMulticurrency: Bool?
}

extension SageCompanyProfile {
    init(_ json: JSON) {
        name = json.firstText("CompanyName", "Name", "LegalName", "Description")
        let currency = json.firstText(
            "FunctionalCurrency",
            "FunctionalCurrencyCode",
            "HomeCurrency",
            "HomeCurrencyCode",
            "FunctionalCurrencyKey"
        )
        homeCurrency = currency.flatMap { Currency($0.uppercased())?.code }
        let properties = json.object ?? JSONObject()
        isMulticurrency =
            properties.first { $0.name.lowercased().hasPrefix("multicurrency") }.flatMap {
                Self.truth($0.value)
            }
    }

    private static func truth(_ json: JSON) -> Bool? {
        switch json.string?.lowercased() ?? json.int.map(String.init) ?? json.bool.map({ $0 ? "1" : "0" }) {
        case "yes", "true", "1", "on": true
        case "no", "false", "0", "off": false
        default: nil
        }
    }
}

extension SageSession {
    /// A company's profile; nil when it has none.
    public func companyProfile(of company: CompanyID) async throws(SageError) -> SageCompanyProfile? {
        let answer = try await get(company, "CS/CSCompanyProfile")
        // One record, whether it comes as a feed of one or by itself.
        guard let rows = answer["value"]?.array else { return SageCompanyProfile(answer) }
        return rows.first.map { SageCompanyProfile($0) }
    }
}
