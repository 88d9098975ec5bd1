import Accounting
import Foundation
import Yams

extension AlertRules {
    /// A word that means yes or no; to YAML both are truth values where they stand plain.
    private enum Switch: String, CaseIterable { case on, off }

    /// - Parameter source: nil for a stored file, which has no secrets.
    init(_ reader: YAMLReader, _ secrets: inout [SecretField: GivenSecret], _ source: SecretSource?) {
        self.init()
        reader.allow(["email", "digest", "oldest", "silence", "unattended"] + Self.secretKeys)
        if let source { Self.readWebhook(reader, &secrets, source) }
        email = Self.addresses(reader)
        digest =
            Self.isOff(reader, "digest")
            ? nil : reader.mapping("digest", isRequired: false).flatMap { Digest($0) }
        if reader.has("oldest") {
            oldest = Self.limit(reader, "oldest", allowed: "off, or an interval from 5m to 30d such as 2h") {
                DurationText.wholeSeconds($0, in: 300...2_592_000)
            }
        }
        if reader.has("unattended") {
            unattended = Self.limit(reader, "unattended", allowed: "off, or days from 1d to 90d such as 7d") {
                DurationText.wholeSeconds($0, in: 86_400...7_776_000).flatMap {
                    $0.isMultiple(of: 86_400) ? $0 / 86_400 : nil
                }
            }
        }
        let silence: Switch? = reader.choice("silence")
        tellsSilence = silence != .off
    }

    private static let secretKeys = SecretField.allCases.filter { $0.section == .alerts }.map(\.rawValue)

    /// The address itself is a secret: whoever knows that of a chat's hook may write into the chat.
    private static func readWebhook(
        _ reader: YAMLReader,
        _ secrets: inout [SecretField: GivenSecret],
        _ source: SecretSource
    ) {
        if reader.has(SecretField.webhook.rawValue), let given = reader.secret(.webhook, source) {
            if given.secret.withText({ StoreURL.isWebAddress($0) }) {
                secrets[.webhook] = given
            } else {
                reader.refuse("webhook", "must be an http or https URL without user name and password")
            }
        }
        guard reader.has(SecretField.webhookSecret.rawValue) else { return }
        guard reader.has(SecretField.webhook.rawValue) else {
            return reader.refuse("webhookSecret", "goes with webhook only")
        }
        secrets[.webhookSecret] = reader.secret(.webhookSecret, source)
    }

    private static func addresses(_ reader: YAMLReader) -> [String] {
        let given = reader.sequence("email", isRequired: false)
        let texts = given.compactMap { $0.node.scalar?.string }
        let isGood =
            texts.count == given.count && texts.allSatisfy(isMailbox) && Set(texts).count == texts.count
        if !isGood || given.count > 20 {
            reader.refuse("email", "must be a list of up to 20 different addresses such as ops@example.com")
        }
        return texts
    }

    /// A plain address; the mail client, which this room does not know, has the whole rule.
    static func isMailbox(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = text.utf8.allSatisfy {
            (0x21...0x7E).contains($0) && !"\"(),:;<>[\\]".utf8.contains($0)
        }
        return parts.count == 2 && isPlain && text.utf8.count <= 254 && (1...64).contains(parts[0].utf8.count)
            && parts.allSatisfy { part in
                part.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { !$0.isEmpty }
            }
            && parts[1].utf8.allSatisfy { byte in
                (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte) || byte == 0x2D
                    || byte == 0x2E
            }
    }

    private static func isOff(_ reader: YAMLReader, _ key: String) -> Bool {
        reader.value(key)?.scalar?.string == Switch.off.rawValue
    }

    private static func limit(
        _ reader: YAMLReader,
        _ key: String,
        allowed: String,
        _ parse: (String) -> Int?
    ) -> Int? {
        isOff(reader, key) ? nil : reader.parsed(key, allowed: allowed, parse)
    }
}

extension AlertRules.Digest {
    init?(_ reader: YAMLReader) {
        reader.allow(["at", "days"])
        let time = reader.parsed("at", allowed: "a time such as \"07:30\"") { Schedule.TimeOfDay($0) }
        let days: AlertRules.DigestDays? = reader.choice("days")
        guard let time else { return nil }
        self.init(at: time, days: days ?? .daily)
    }
}

extension StoreURL {
    /// An absolute http or https URL without credentials; path and query are whatever they are.
    static func isWebAddress(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            return false
        }
        return ["http", "https"].contains(scheme) && parts.host?.isEmpty == false && parts.user == nil
            && parts.password == nil && parts.fragment == nil && text.utf8.count <= 2000
            && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }
}
