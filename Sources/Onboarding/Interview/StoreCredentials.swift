import Accounting
import AdobeCommerce
import Tenancy

/// What a store is signed in to with, from one answer: a block as it is copied from the store or from Adobe's Developer
/// Console, a file that holds one, or the beginning of environment variables' names.
struct StoreCredentials: Sendable {
    let authentication: TenantConfiguration.AdobeAuthentication
    let places: [SecretField: SecretPlace]
    let secrets: [SecretField: Secret]
    /// Texts of the Cloud Service that are no secrets, by their keys in the tenant file.
    let texts: [String: String]

    static let key = "adobe.credentials"
    static let allowed =
        "the four values of an integration (consumer key, consumer secret, access token, access token secret), or client id "
        + "and client secret of the Cloud Service, each on a line or all on one, with or without their names before a "
        + "colon; @FILE with such lines; or env:ACME for ACME_CONSUMER_KEY and so on"

    init(_ answer: Secret, _ places: AnswerPlaces) throws(Refusal) {
        self = try answer.withText { (text) throws(Refusal) -> StoreCredentials in
            if let prefix = SecretAnswer.variable(text) { return try Self(variables: prefix, places) }
            guard text.hasPrefix("@") else { return try Self(block: text, places) }
            guard let block = places.file(AnswerPlaces.absolute(String(text.dropFirst()).trimmedText)) else {
                throw Refusal("The file with the credentials cannot be read.")
            }
            return try Self(block: block, places)
        }
    }

    /// True once a block holds all that is needed.
    static func isWhole(_ text: String) -> Bool {
        let text = text.trimmedText
        if text.hasPrefix("@") || text.hasPrefix("env:") { return true }
        let values = CredentialBlock(text)
        // Two values by themselves may be the first two of four.
        guard values.isNamed else { return values.loose.count >= 4 }
        let ways: [TenantConfiguration.AdobeAuthentication] = [.oauth1, .ims]
        return ways.contains { SecretField.required(by: $0).allSatisfy { values.named[$0] != nil } }
    }

    private init(block text: String, _ places: AnswerPlaces) throws(Refusal) {
        let block = CredentialBlock(text)
        var answers = block.named
        if !block.isNamed {
            let fields: [SecretField]
            switch block.loose.count {
            case 4: fields = SecretField.required(by: .oauth1)
            case 2: fields = SecretField.required(by: .ims)
            case let count: throw Refusal("These are \(count) values; allowed are \(Self.allowed).")
            }
            for (field, value) in zip(fields, block.loose) { answers[field] = value }
        }
        var secrets: [SecretField: Secret] = [:]
        var found: [SecretField: SecretPlace] = [:]
        for (field, answer) in answers {
            let read = try SecretAnswer(answer, places)
            secrets[field] = read.secret
            found[field] = read.place
        }
        try self.init(secrets, places: found, texts: block.texts)
    }

    private init(variables prefix: String, _ places: AnswerPlaces) throws(Refusal) {
        var secrets: [SecretField: Secret] = [:]
        var found: [SecretField: SecretPlace] = [:]
        for field in SecretField.allCases where field.section == .adobe {
            let name = "\(prefix)_\(field.rawValue.asVariable)"
            guard let value = places.environment(name), !value.isEmpty else { continue }
            secrets[field] = Secret(value)
            found[field] = .environment(name)
        }
        guard !secrets.isEmpty else {
            throw Refusal("Neither \(prefix)_CONSUMER_KEY nor \(prefix)_CLIENT_ID is set in the environment.")
        }
        try self.init(secrets, places: found, texts: [:])
    }

    private init(
        _ secrets: [SecretField: Secret],
        places: [SecretField: SecretPlace],
        texts: [String: String]
    ) throws(Refusal) {
        let isCloud = secrets[.clientId] != nil || secrets[.clientSecret] != nil
        let needed = SecretField.required(by: isCloud ? .ims : .oauth1)
        let missing = needed.filter { secrets[$0]?.trimmed.isEmpty ?? true }
        guard missing.isEmpty else {
            throw Refusal("\(missing.map(\.rawValue).joined(separator: ", ")) is missing.")
        }
        authentication = isCloud ? .ims : .oauth1
        self.secrets = secrets.filter { needed.contains($0.key) }.mapValues(\.trimmed)
        self.places = places.filter { needed.contains($0.key) }
        self.texts = texts
    }

    private func secret(_ field: SecretField) -> Secret { secrets[field] ?? Secret("") }

    /// The four of an integration.
    var oauth1: OAuth1Credentials {
        OAuth1Credentials(
            consumerKey: secret(.consumerKey),
            consumerSecret: secret(.consumerSecret),
            accessToken: secret(.accessToken),
            accessTokenSecret: secret(.accessTokenSecret)
        )
    }

    /// A credential of the Cloud Service.
    var ims: IMSCredentials {
        let scopes = (texts["scopes"] ?? "").split { ", ".contains($0) }.map(String.init)
        return IMSCredentials(
            clientID: secret(.clientId).withText { $0 },
            clientSecret: secret(.clientSecret),
            organizationID: texts["organizationId"] ?? "",
            scopes: scopes.isEmpty ? IMSCredentials.standardScopes : scopes,
            tokenURL: texts["tokenURL"] ?? IMSCredentials.standardTokenURL
        )
    }
}

/// Values as people paste them: `Consumer Key: abc` on lines, or the values alone.
struct CredentialBlock {
    private(set) var named: [SecretField: Secret] = [:]
    private(set) var texts: [String: String] = [:]
    private(set) var loose: [Secret] = []

    var isNamed: Bool { !named.isEmpty }

    private static let fields = Dictionary(
        SecretField.allCases.filter { $0.section == .adobe }.map { ($0.rawValue.lowercased(), $0) }
    ) { $1 }
    private static let plain = [
        "organizationid": "organizationId", "scopes": "scopes", "tokenurl": "tokenURL",
    ]

    init(_ text: String) {
        for line in text.split(whereSeparator: \.isNewline) { take(line) }
    }

    private mutating func take(_ line: Substring) {
        // The value may hold the separator itself, and a name never does.
        if let mark = line.firstIndex(where: { ":=\t".contains($0) }) {
            let name = line[..<mark].filter(\.isLetter).lowercased()
            let value = String(line[line.index(after: mark)...]).trimmedText.unquoted
            if let field = Self.fields[name] {
                named[field] = Secret(value)
                return
            }
            if let key = Self.plain[name] {
                texts[key] = value
                return
            }
        }
        for part in line.split(whereSeparator: { $0.isWhitespace || $0 == "," || $0 == ";" }) {
            loose.append(Secret(String(part).unquoted))
        }
    }
}

extension String {
    /// Without the quotes that a YAML or shell file has around a value.
    fileprivate var unquoted: String {
        guard count >= 2, let first, first == last, "\"'".contains(first) else { return self }
        return String(dropFirst().dropLast())
    }

    /// `consumerKey` as `CONSUMER_KEY`.
    fileprivate var asVariable: String {
        reduce(into: "") { $0 += $1.isUppercase ? "_\($1)" : $1.uppercased() }
    }
}
