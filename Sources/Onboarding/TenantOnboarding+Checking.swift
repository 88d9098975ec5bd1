import Accounting
import Foundation
import Sage300
import Storage
import Tenancy

extension TenantOnboarding {
    /// What a file is stored as, and all that was said about it on the way.
    struct Preparation {
        let configuration: TenantConfiguration
        var application: Database.TenantApplication
        let warnings: [String]
    }

    /// Everything that is to be said about a file by itself and beside other tenants' files.
    func warnings(about configuration: TenantConfiguration) async throws -> [String] {
        try checkAddresses(configuration) + configuration.remarks + expiryWarnings(configuration)
            + (try await sharedNumberWarnings(configuration))
    }

    func sageAddress(of configuration: TenantConfiguration) throws -> SageAddress {
        guard let address = SageAddress(configuration.sage.url) else {
            throw OnboardingError(
                "sage.url \(configuration.sage.url) is not an address of a Sage 300 Web API.",
                key: "sage.url"
            )
        }
        return address
    }

    /// Kinds that each company's rules left out or held, and still do for the same reason.
    func settledKinds(
        under configuration: TenantConfiguration,
        formerly record: TenantRecord?
    ) -> [CompanyID: [DocumentKind]] {
        guard let record, let former = try? TenantFile.parseStored(record.configuration) else { return [:] }
        var settled: [CompanyID: [DocumentKind]] = [:]
        for rules in configuration.companies {
            guard let formerRules = former.rules(of: rules.company) else { continue }
            settled[rules.company] = DocumentKind.allCases.filter { kind in
                Self.isSettled(kind, under: rules, formerly: formerRules)
            }
        }
        return settled
    }

    private func expiryWarnings(_ configuration: TenantConfiguration) -> [String] {
        configuration.expirations.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { field, day in
            CredentialExpiry.warning(of: day, at: Date()).map {
                "\(field.section.rawValue).\(field.rawValue) \($0) (\(day)); apply the file with a new one."
            }
        }
    }

    /// Numbers that another tenant's documents and customers may have in the same company of the same Sage 300. Warned of
    /// and not refused: the stores may count apart, and a tenant that is renamed has both names for a while (decision 34).
    private func sharedNumberWarnings(_ configuration: TenantConfiguration) async throws -> [String] {
        let others = try await database.tenants(
            besides: configuration.tenant,
            writingTo: configuration.companies.map(\.company),
            at: try sageAddress(of: configuration).identity
        )
        var warnings: [String] = []
        for other in others {
            guard let neighbour = try? TenantFile.parseStored(other.configuration) else { continue }
            for rules in configuration.companies {
                guard let theirs = neighbour.rules(of: rules.company) else { continue }
                warnings +=
                    SharedNumbers(
                        ours: (configuration, rules),
                        theirs: (neighbour, theirs)
                    ).warnings
            }
        }
        guard warnings.count > Self.mostWarnings else { return warnings }
        return warnings.prefix(Self.mostWarnings) + ["There are more tenants like these."]
    }

    /// Of other tenants: they are alike.
    private static let mostWarnings = 3

    /// What a URL says by itself; what its name resolves to is checked at every connection.
    private func checkAddresses(_ configuration: TenantConfiguration) throws -> [String] {
        let addresses = [
            ("adobe.url", configuration.adobe.url), ("adobe.tokenURL", configuration.adobe.tokenURL),
            ("sage.url", configuration.sage.url),
            ("alerts.webhook", configuration.secrets[.webhook]?.withText { $0 }),
        ]
        return try addresses.compactMap { key, url in
            try url.flatMap { try checkAddress($0, key) }
        }
    }

    /// - Returns: what a person should know about the address, if anything.
    private func checkAddress(_ url: String, _ key: String) throws -> String? {
        guard let parts = URLComponents(string: url), let host = parts.host else {
            throw OnboardingError("\(key) is not the address of a server.", key: key)
        }
        let isPlain = parts.scheme?.lowercased() != "https"
        guard !isPlain || policy.allowsPlainHTTP else {
            throw OnboardingError(
                "\(key) uses plain http, which TENANT_ADDRESS_POLICY=hosted refuses; use https.",
                key: key
            )
        }
        // A dot at its end makes no other name.
        var name = host.lowercased().trimmingCharacters(in: ["[", "]"])
        if name.hasSuffix(".") { name.removeLast() }
        let literal = AddressPolicy.numeric(name)
        // What looks like an address and is none would be looked up as a name.
        let isBadLiteral =
            literal == nil && (name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." })
        let isLocalName = name == "localhost" || name.hasSuffix(".localhost")
        if isBadLiteral || literal.map({ !policy.allows($0) }) == true || isLocalName && policy == .hosted {
            throw OnboardingError(
                "\(key) points to \(host), which TENANT_ADDRESS_POLICY=\(policy.rawValue) refuses.",
                key: key
            )
        }
        guard isPlain else { return nil }
        return "\(key) uses plain http: credentials and amounts travel readable. Use https outside tests."
    }
}
