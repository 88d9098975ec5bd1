import Foundation

extension TenantConfiguration.Adobe {
    init?(_ reader: YAMLReader, _ secrets: inout [SecretField: GivenSecret], _ source: SecretSource?) {
        let storeSecrets = SecretField.allCases.filter { $0.section == .adobe }.map(\.rawValue)
        reader.allow(
            [
                "url", "auth", "pageSize", "organizationId", "scopes", "tokenURL", "requestsPerMinute",
                "requestsAtATime", "overlap", "sweep",
            ] + storeSecrets
        )
        let url = reader.parsed(
            "url",
            allowed: "an http or https URL without /rest, query or credentials",
            isConfidential: true
        ) {
            AdobeAddress.normalized($0)
        }
        let authentication: TenantConfiguration.AdobeAuthentication? = reader.choice("auth", isRequired: true)
        let pageSize = reader.integer("pageSize", in: 1...300) ?? 100
        guard let authentication else { return nil }
        let needed = SecretField.required(by: authentication)
        for field in SecretField.allCases where field.section == .adobe && !needed.contains(field) {
            if reader.has(field.rawValue) {
                reader.refuse(field.rawValue, "is not used with auth: \(authentication.rawValue)")
            }
        }
        if let source {
            for field in needed { secrets[field] = reader.secret(field, source) }
        }
        self.init(
            url: url ?? "",
            authentication: authentication,
            pageSize: pageSize,
            tokenURL: reader.parsed(
                "tokenURL",
                isRequired: false,
                allowed: "an http or https URL",
                isConfidential: true
            ) { StoreURL.normalized($0) },
            scopes: reader.text("scopes", isRequired: false),
            organizationID: reader.text("organizationId", isRequired: false)
        )
        readManners(reader)
        if url == nil { return nil }
    }

    private mutating func readManners(_ reader: YAMLReader) {
        requestsPerMinute = reader.integer("requestsPerMinute", in: 1...6000) ?? requestsPerMinute
        requestsAtATime = reader.integer("requestsAtATime", in: 1...8) ?? requestsAtATime
        overlap =
            reader.parsed("overlap", isRequired: false, allowed: "whole seconds from 1s to 1d, such as 10m") {
                DurationText.wholeSeconds($0, in: 1...86_400).map { .seconds($0) }
            } ?? overlap
        sweep = reader.mapping("sweep", isRequired: false).map { .init($0) } ?? sweep
    }
}

extension TenantConfiguration.Sweep {
    init(_ reader: YAMLReader) {
        self.init()
        reader.allow(["every", "days"])
        every = reader.choice("every") ?? every
        if every == .off, reader.has("days") {
            reader.refuse("days", "goes with every: day or every: week only")
        }
        days = reader.integer("days", in: 1...3650) ?? days
    }
}
