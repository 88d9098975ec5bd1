import Accounting
import Foundation
import Yams

extension TenantConfiguration {
    /// - Parameter source: nil for a stored configuration, which has no secrets.
    init?(_ reader: YAMLReader, secrets source: SecretSource?) {
        reader.allow(["tenant", "name", "schedule", "adobe", "sage", "companies", "alerts"])
        let tenant = reader.parsed("tenant", allowed: "1 to 32 of a-z, 0-9 and -") { TenantID($0) }
        let name = reader.text("name", maximumLength: 100)
        let schedule = reader.mapping("schedule").flatMap { Schedule($0) }
        var secrets: [SecretField: GivenSecret] = [:]
        let adobe = reader.mapping("adobe").flatMap { Adobe($0, &secrets, source) }
        let sage = reader.mapping("sage").flatMap { Sage($0, &secrets, source) }
        let elements = reader.sequence("companies")
        let companies = elements.compactMap { CompanyRules($0) }
        if elements.isEmpty, reader.has("companies") { reader.refuse("companies", "names no company") }
        let alerts = reader.mapping("alerts", isRequired: false).map { AlertRules($0, &secrets, source) }
        Self.refuseContradictions(companies, elements)
        guard let tenant, let name, let schedule, let adobe, let sage, companies.count == elements.count
        else {
            return nil
        }
        self.init(
            tenant: tenant,
            name: name,
            schedule: schedule,
            adobe: adobe,
            sage: sage,
            companies: companies,
            alerts: alerts ?? AlertRules(),
            secrets: secrets.mapValues(\.secret),
            expirations: secrets.compactMapValues(\.expiresOn)
        )
    }

    private static func refuseContradictions(_ companies: [CompanyRules], _ readers: [YAMLReader]) {
        guard companies.count == readers.count else { return }
        var names: Set<CompanyID> = []
        var views: [String: CompanyID] = [:]
        for (rules, reader) in zip(companies, readers) {
            if !names.insert(rules.company).inserted {
                reader.refuse("company", "\(rules.company) is given twice")
            }
            for view in rules.storeViews {
                if let other = views.updateValue(rules.company, forKey: view.code) {
                    reader.refuse(
                        "storeViews",
                        "\"\(view.code)\" belongs to \(other) already; a view has one company"
                    )
                }
            }
        }
    }
}

extension TenantConfiguration.Sage {
    init?(_ reader: YAMLReader, _ secrets: inout [SecretField: GivenSecret], _ source: SecretSource?) {
        reader.allow(["url", "username", "quietHours", SecretField.password.rawValue])
        let url = reader.parsed(
            "url",
            allowed:
                "an http or https URL such as https://erp.example.com/Sage300WebApi, without /v1.0 and company",
            isConfidential: true
        ) {
            StoreURL.normalized($0).flatMap { $0.contains("/v1.0") ? nil : $0 }
        }
        let username = reader.parsed(
            "username",
            allowed: "up to 64 characters without a colon",
            isConfidential: true
        ) {
            // Basic authentication takes what is before the first colon for the user (RFC 7617).
            $0.count <= 64 && !$0.contains(":") ? $0 : nil
        }
        if let source { secrets[.password] = reader.secret(.password, source) }
        let quietHours = reader.mapping("quietHours", isRequired: false).flatMap { QuietHours($0) }
        guard let url, let username else { return nil }
        self.init(url: url, username: username.uppercased(), quietHours: quietHours)
    }
}

extension Schedule {
    init?(_ reader: YAMLReader) {
        reader.allow(["every", "at", "on", "timeZone"])
        guard let every = reader.text("every") else { return nil }
        if every != "day", every != "week" {
            for key in ["at", "on", "timeZone"] where reader.has(key) {
                reader.refuse(key, "goes with every: day or every: week only")
            }
            guard let seconds = DurationText.wholeSeconds(every, in: 10...2_678_400) else {
                reader.refuse(
                    "every",
                    "\"\(every)\" is not allowed; allowed: day, week, or an interval such as 15m"
                )
                return nil
            }
            self = .every(seconds: seconds)
            return
        }
        let time = reader.parsed("at", allowed: "a time such as \"02:00\"") { TimeOfDay($0) }
        let zone = reader.timeZone("timeZone")
        let weekday: Weekday? =
            every == "week"
            ? reader.parsed("on", allowed: Weekday.allCases.map(\.name).joined(separator: ", ")) { text in
                Weekday.allCases.first { $0.name == text }
            } : nil
        if every == "day", reader.has("on") { reader.refuse("on", "goes with every: week only") }
        guard let time, let zone else { return nil }
        if every == "day" {
            self = .daily(time, zone)
        } else {
            guard let weekday else { return nil }
            self = .weekly(weekday, time, zone)
        }
    }
}

extension YAMLReader {
    /// A name of the IANA time zone database.
    func timeZone(_ key: String) -> TimeZone? {
        parsed(key, allowed: "an IANA name such as America/Vancouver or UTC") { name in
            ZoneNames.known.contains(name) || name == "UTC" || name == "GMT"
                || name.hasPrefix("Etc/") ? TimeZone(identifier: name) : nil
        }
    }
}

/// The names of the time zone database: asked for once, for the list is made anew each time.
private enum ZoneNames {
    static let known = Set(TimeZone.knownTimeZoneIdentifiers)
}

/// Durations such as `500ms`, `2s`, `15m`, `1h`, `1d`.
enum DurationText {
    static func seconds(_ text: String) -> Decimal? {
        let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard !digits.isEmpty, digits.filter({ $0 == "." }).count <= 1, digits.first != ".",
            digits.last != ".",
            let number = Decimal(string: String(digits), locale: Locale(identifier: "en_US_POSIX"))
        else { return nil }
        switch text.dropFirst(digits.count) {
        case "ms": return number / 1000
        case "s": return number
        case "m": return number * 60
        case "h": return number * 3600
        case "d": return number * 86_400
        default: return nil
        }
    }

    static func wholeSeconds(_ text: String, in range: ClosedRange<Int>) -> Int? {
        guard let seconds = seconds(text), seconds == Decimal(NSDecimalNumber(decimal: seconds).intValue),
            (Decimal(range.lowerBound)...Decimal(range.upperBound)).contains(seconds)
        else { return nil }
        return NSDecimalNumber(decimal: seconds).intValue
    }
}

/// Absolute URLs of a tenant's systems.
enum StoreURL {
    /// Without trailing slashes and `/rest`; nil for anything but http and https, or with credentials or query.
    static func normalized(_ text: String) -> String? {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            ["http", "https"].contains(scheme), let host = parts.host, !host.isEmpty, parts.user == nil,
            parts.password == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        if text.hasSuffix("/rest") { text.removeLast(5) }
        return text
    }
}
