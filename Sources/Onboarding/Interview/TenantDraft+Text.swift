import Accounting
import AdobeCommerce
public import Tenancy

extension TenantDraft {
    /// The tenant file, commented; it names secrets and holds none.
    /// - Parameter path: of the file that a secret is written to.
    public func text(named fileName: String, secretPath: (SecretField) -> String) -> String {
        (head(fileName) + adobe(secretPath) + sage(secretPath) + company).joined(separator: "\n") + "\n"
    }

    private func head(_ fileName: String) -> [String] {
        let schedule = ScheduleText(value("schedule") ?? "15m")
        let zone = schedule?.hasClock == true ? ", timeZone: \(value("timeZone") ?? "UTC")" : ""
        return [
            "# Made by `connectorctl init` on \(madeOn) from what the store and Sage 300 said.",
            "# Everything else has its default (docs/configuration.md). After a change:",
            "# connectorctl tenant apply \(fileName.printable)",
            Line("tenant", tenant.name).text,
            Line("name", (value("name") ?? tenant.name).quoted).text,
            Line("schedule", "{\(schedule?.every ?? "every: 15m")\(zone)}", reason("schedule")).text,
        ]
    }

    private func adobe(_ secretPath: (SecretField) -> String) -> [String] {
        let authentication = credentials.authentication
        let texts = ["organizationId", "scopes", "tokenURL"].compactMap { key in
            credentials.texts[key].map { Line(key, $0.quoted, indent: 2).text }
        }
        let way =
            authentication == .oauth1
            ? "an integration's four values" : "client id and secret of the Cloud Service"
        return ["adobe:", Line("url", store.url.text.quoted, indent: 2).text]
            + [Line("auth", authentication.rawValue, way, indent: 2).text]
            + SecretField.required(by: authentication).map { secret($0, secretPath) }
            + (authentication == .ims ? texts : [])
    }

    private func sage(_ secretPath: (SecretField) -> String) -> [String] {
        [
            "sage:", Line("url", sageURL.quoted, indent: 2).text,
            Line("username", username.quoted, indent: 2).text, secret(.password, secretPath),
        ]
    }

    private func secret(_ field: SecretField, _ path: (SecretField) -> String) -> String {
        let reference =
            switch places[field] {
            case .environment(let name): "{env: \(name)}"
            case .file(let path): "{file: \(path.quoted)}"
            case .written, nil: "{file: \(path(field).quoted)}"
            }
        return Line(field.rawValue, reference, indent: 2).text
    }

    private var company: [String] {
        let views = (value("storeViews") ?? "").split { ", ".contains($0) }.map { String($0).code }
        let first = Line("company", ledger.company.name.code, ledger.name, indent: 4).text
        var lines = [
            "companies:", "  - " + first.dropFirst(4),
            line("storeViews", "[\(views.joined(separator: ", "))]"),
            line("documentPrefix", (value("documentPrefix") ?? "").code),
        ]
        lines += ["timeZone", "currency", "invoiceOn"].compactMap { key in
            value(key).map { line(key, $0.code) }
        }
        lines += [
            value("startDate").map { line("startDate", $0) }, value("posting").map { line("posting", $0) },
            customers,
        ].compactMap(\.self)
        lines += ["terms", "taxGroup"].compactMap { key in value(key).map { line(key, $0.code) } }
        return lines + accounts
    }

    private var customers: String {
        let guests = value("customers.guests") ?? "shared"
        let guest =
            guests == "shared" ? value("customers.guestCustomer").map { ", guestCustomer: \($0.code)" } : nil
        let parts = [
            "group: \((value("customers.group") ?? "").code)",
            "prefix: \((value("customers.prefix") ?? "").code)",
            "guests: \(guests)\(guest ?? "")",
        ]
        let why = reason("customers.group").map { "group: \($0)" }
        return Line("customers", "{\(parts.joined(separator: ", "))}", why, indent: 4).text
    }

    private var accounts: [String] {
        ["    accounts:"]
            + AccountPurpose.all.map { purpose in
                let key = "accounts.\(purpose.key.rawValue)"
                guard let value = value(key) else {
                    return "      # \(purpose.key.rawValue): none; \(purpose.withoutIt)"
                }
                let name = settings[key]?.question.choices.first { $0.value == value }?.words
                return Line(purpose.key.rawValue, value.quoted, name, indent: 6).text
            }
    }

    private func line(_ key: String, _ value: String) -> String {
        Line(key, value, reason(key), indent: 4).text
    }

    /// Only of a proposal: a person knows why they chose something else.
    private func reason(_ key: String) -> String? {
        settings[key].flatMap { $0.isChosen ? nil : $0.reason }
    }
}

/// A line of the file, its comments below one another.
private struct Line {
    private static let column = 44
    let text: String

    init(_ key: String, _ value: String, _ comment: String? = nil, indent: Int = 0) {
        let line = String(repeating: " ", count: indent) + "\(key): \(value)"
        guard let comment, !comment.isEmpty else {
            text = line
            return
        }
        let gap = max(2, Self.column - line.count)
        text = line + String(repeating: " ", count: gap) + "# " + comment.printable
    }
}

extension String {
    /// In double quotes, whatever is in it.
    var quoted: String {
        var text = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": text += "\\\(scalar)"
            case _
            where scalar.properties.generalCategory == .control || scalar == "\u{2028}"
                || scalar == "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// As it is where YAML cannot take it for anything but a text.
    var code: String {
        let words: Set = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        let isPlain =
            first?.isLetter == true && !words.contains(lowercased())
            && utf8.allSatisfy { byte in
                (65...90).contains(byte & 0xDF) || (48...57).contains(byte) || "_-/".utf8.contains(byte)
            }
        return isPlain ? self : quoted
    }
}
