public import Accounting
public import Foundation
public import MailClient

/// Where the host's people are told, how mail is sent, and how often it is looked: by environment.
public struct AlertSettings: Sendable {
    /// `ALERT_WEBHOOK_URL`.
    public var webhook: Secret?
    /// `ALERT_WEBHOOK_SECRET`, or what the file `ALERT_WEBHOOK_SECRET_FILE` holds.
    public var webhookSecret: Secret?
    /// `ALERT_EMAIL_TO`, separated by commas.
    public var emailTo: [MailAddress] = []
    /// `ALERT_EMAIL_FROM`.
    public var emailFrom: MailAddress?
    /// `SMTP_URL`; nil: nobody gets mail.
    public var mailServer: MailServer?
    /// `SMTP_CA_FILE`.
    public var mailAuthorityFile: String?
    /// `ALERT_INTERVAL_SECONDS`: how often it is looked.
    public var interval = Duration.seconds(5)
    /// `ALERT_WINDOW_SECONDS`: how long notices are gathered into one message, and how long a thing must be over before that
    /// is told.
    public var window: TimeInterval = 60
    /// The most messages that a destination gets in an hour.
    public var messagesPerHour = 12

    /// Nobody of the host's.
    public init() {}

    /// Reads the process's environment.
    /// - Throws: `AlertSettingsError` naming the variable and what it may be.
    public init(environment: [String: String]) throws(AlertSettingsError) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let text = value("ALERT_WEBHOOK_URL") {
            guard Self.isWebAddress(text) else {
                throw AlertSettingsError(
                    "ALERT_WEBHOOK_URL must be an http or https URL without user and password."
                )
            }
            webhook = Secret(text)
        }
        webhookSecret = try Self.secret(
            value("ALERT_WEBHOOK_SECRET"),
            file: value("ALERT_WEBHOOK_SECRET_FILE")
        )
        try readMail(value)
        interval = .seconds(
            try Self.seconds(value("ALERT_INTERVAL_SECONDS"), 1...3600, "ALERT_INTERVAL_SECONDS") ?? 5
        )
        window = TimeInterval(
            try Self.seconds(value("ALERT_WINDOW_SECONDS"), 0...3600, "ALERT_WINDOW_SECONDS") ?? 60
        )
        if webhookSecret != nil, webhook == nil {
            throw AlertSettingsError("ALERT_WEBHOOK_SECRET is set, but ALERT_WEBHOOK_URL is not.")
        }
    }

    private mutating func readMail(_ value: (String) -> String?) throws(AlertSettingsError) {
        if let text = value("SMTP_URL") {
            guard let server = MailServer(url: text) else {
                throw AlertSettingsError(
                    "SMTP_URL must be smtp://user:password@host:port or smtps://…, with ?starttls=required, optional or off at will."
                )
            }
            mailServer = server
        }
        mailAuthorityFile = value("SMTP_CA_FILE")
        if let text = value("ALERT_EMAIL_FROM") {
            guard let address = MailAddress(text) else {
                throw AlertSettingsError("ALERT_EMAIL_FROM must be an address such as connector@example.com.")
            }
            emailFrom = address
        }
        for text in (value("ALERT_EMAIL_TO") ?? "").split(separator: ",") {
            guard let address = MailAddress(text.trimmingCharacters(in: .whitespaces)) else {
                throw AlertSettingsError(
                    "ALERT_EMAIL_TO must be addresses such as ops@example.com, separated by commas."
                )
            }
            if !emailTo.contains(address) { emailTo.append(address) }
        }
        if mailServer != nil, emailFrom == nil {
            throw AlertSettingsError("SMTP_URL is set, but ALERT_EMAIL_FROM is not; mail needs a sender.")
        }
        if !emailTo.isEmpty, mailServer == nil {
            throw AlertSettingsError(
                "ALERT_EMAIL_TO is set, but SMTP_URL is not; without it no mail is sent."
            )
        }
    }

    /// Whether mail can be sent at all.
    public var hasMail: Bool { mailServer != nil && emailFrom != nil }

    private static func secret(_ text: String?, file: String?) throws(AlertSettingsError) -> Secret? {
        guard let file else { return text.map { Secret($0) } }
        guard text == nil else {
            throw AlertSettingsError(
                "ALERT_WEBHOOK_SECRET and ALERT_WEBHOOK_SECRET_FILE are both set; one is enough."
            )
        }
        guard let data = FileManager.default.contents(atPath: file),
            let text = String(data: data, encoding: .utf8)
        else { throw AlertSettingsError("The file of ALERT_WEBHOOK_SECRET_FILE cannot be read.") }
        let secret = Secret(text).trimmed
        guard !secret.isEmpty else {
            throw AlertSettingsError("The file of ALERT_WEBHOOK_SECRET_FILE is empty.")
        }
        return secret
    }

    private static func seconds(_ text: String?, _ range: ClosedRange<Int>, _ name: String)
        throws(AlertSettingsError) -> Int?
    {
        guard let text else { return nil }
        guard let number = Int(text), range.contains(number) else {
            throw AlertSettingsError(
                "\(name) is \"\(text)\"; it must be a whole number from \(range.lowerBound) to \(range.upperBound)."
            )
        }
        return number
    }

    private static func isWebAddress(_ text: String) -> Bool {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            return false
        }
        return ["http", "https"].contains(scheme) && parts.host?.isEmpty == false && parts.user == nil
            && parts.password == nil
    }
}

/// A variable that is wrong. Programs end with 2 and this sentence.
public struct AlertSettingsError: Error, Sendable, CustomStringConvertible {
    /// Which variable, and what it may be; never its value where that may be a secret.
    public let description: String

    init(_ description: String) { self.description = description }
}
