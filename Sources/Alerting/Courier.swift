import Accounting
import Foundation
import HTTPClient
import Logging
import MailClient
import Storage

/// Brings messages to their destinations.
struct Courier: Sendable {
    let database: Database
    let vault: Vault
    let settings: AlertSettings
    /// Within the policy for tenants' addresses.
    let tenantHTTP: HTTPClient
    /// For the host's webhook, which is wherever its operator says.
    let hostHTTP: HTTPClient
    let logger: Logger

    /// One try. What came of it is in the database when this returns.
    func deliver(_ message: AlertMessage, mailboxes: NamedMailboxes) async {
        let label = DestinationName.label(message.destination)
        do {
            let delivery = try await attempt(message, mailboxes: mailboxes)
            try await database.settleMessage(message.id, delivery, at: try await database.now())
            switch delivery {
            case .sent: logger.info("alert \(message.id) to \(label): sent")
            case .failed(let why, _): logger.warning("alert \(message.id) to \(label): \(why); tried again")
            case .givenUp(let why): logger.error("alert \(message.id) to \(label) given up: \(why)")
            }
        } catch {
            // It is in hand for two more minutes, then tried again.
            if !Task.isCancelled { logger.warning("alert \(message.id) to \(label): \(error)") }
        }
    }

    /// - Parameter mailboxes: those that are named in a tenant file or the environment now.
    func attempt(_ message: AlertMessage, mailboxes: NamedMailboxes) async throws -> AlertDelivery {
        let now = try await database.now()
        if let address = DestinationName.address(message.destination.name) {
            guard !mailboxes.unreadable.contains(message.destination.scope) else {
                return DeliveryRule.outcomeOfUnreadableFile(message: message, at: now)
            }
            guard mailboxes.named.contains(message.destination) else {
                return .givenUp("the address is named no more")
            }
            return await mail(message, to: address, at: now)
        }
        do {
            guard let (url, secret) = try await webhook(of: message.destination.scope) else {
                return .givenUp("the webhook is named no more")
            }
            return await post(message, to: url, secret: secret, at: now)
        } catch let error as VaultError {
            return DeliveryRule.outcome(error, message: message, at: now)
        }
    }

    private func mail(_ message: AlertMessage, to address: String, at now: Date) async -> AlertDelivery {
        guard let server = settings.mailServer, let from = settings.emailFrom else {
            return .givenUp("SMTP_URL or ALERT_EMAIL_FROM is not set")
        }
        guard let recipient = MailAddress(address) else { return .givenUp("the address is no mailbox") }
        let mail = MailMessage(
            from: from,
            to: [recipient],
            subject: message.title,
            text: message.body,
            date: message.createdAt,
            id: message.id.uuidString.lowercased()
        )
        do throws(MailError) {
            try await MailClient(server: server, authorityFile: settings.mailAuthorityFile).send(mail)
            return .sent
        } catch {
            return DeliveryRule.outcome(error, message: message, at: now)
        }
    }

    private func webhook(of scope: String) async throws -> (url: Secret, secret: Secret?)? {
        guard !scope.isEmpty else { return settings.webhook.map { ($0, settings.webhookSecret) } }
        guard let tenant = TenantID(scope) else { return nil }
        var opened: [String: Secret] = [:]
        for credential in try await database.credentials(of: tenant, for: .alerts) {
            opened[credential.field] = try vault.open(credential, tenant: tenant)
        }
        return opened["webhook"].map { ($0, opened["webhookSecret"]) }
    }

    private func post(_ message: AlertMessage, to url: Secret, secret: Secret?, at now: Date) async
        -> AlertDelivery
    {
        let body = Array(message.body.utf8)
        let timestamp = String(Int(now.timeIntervalSince1970))
        var headers: HTTPHeaders = [
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": message.id.uuidString.lowercased(), "X-MLC-Timestamp": timestamp,
        ]
        if let secret {
            headers["X-MLC-Signature"] = WebhookSignature.value(
                timestamp: timestamp,
                body: body,
                secret: secret
            )
        }
        let request = url.withText { text in
            HTTPRequest(
                method: .post,
                url: text,
                headers: headers,
                body: body,
                timeouts: .init(connect: .seconds(10), firstByte: .seconds(15), total: .seconds(20)),
                maximumBodyBytes: 1 << 20
            )
        }
        let http = message.destination.scope.isEmpty ? hostHTTP : tenantHTTP
        do throws(HTTPError) {
            let answer = try await http.send(request)
            return DeliveryRule.outcome(
                status: answer.status,
                retryAfter: answer.headers["Retry-After"],
                message: message,
                at: now
            )
        } catch {
            return DeliveryRule.outcome(error, message: message, at: now)
        }
    }
}
