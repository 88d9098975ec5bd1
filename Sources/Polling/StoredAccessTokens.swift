import Accounting
import AdobeCommerce
import Foundation
import HTTPClient
import Logging
import PostgresClient
import Storage

/// The bearer tokens of a tenant's store, shared by every process through the database: one gets a new one ahead
/// of the old one's end, and all use the old one until the new one is there.
struct StoredAccessTokens: AccessTokenSource {
    /// A token is replaced when less than this part of its life is left …
    private static let shareLeft = 0.1
    /// … or less than this, whichever is the longer; never while more than half of its life is left.
    private static let timeLeft: TimeInterval = 300
    /// Another process is at it; it takes one request.
    private static let patience = Duration.seconds(40)

    let database: Database
    let vault: Vault
    let tenant: TenantID
    /// Of the credentials in force: tokens of others are void.
    let fingerprint: String
    let endpoint: IMSTokenEndpoint
    let logger: Logger

    func accessToken() async throws(AdobeError) -> AccessToken { try await token(insteadOf: nil) }

    func accessToken(insteadOf refused: AccessToken) async throws(AdobeError) -> AccessToken {
        try await token(insteadOf: refused)
    }

    private func token(insteadOf refused: AccessToken?) async throws(AdobeError) -> AccessToken {
        do {
            let deadline = ContinuousClock.now + Self.patience
            while true {
                let kept = try await kept(insteadOf: refused)
                if let kept, !kept.isNearItsEnd { return kept.token }
                if let lock = try await database.client.tryAdvisoryLock(lockKey) {
                    let outcome: Result<AccessToken, any Error>
                    do { outcome = .success(try await renewed(insteadOf: refused)) } catch {
                        outcome = .failure(error)
                    }
                    await lock.release()
                    return try outcome.get()
                }
                // Somebody else is getting the new one.
                if let kept, kept.isAlive { return kept.token }
                guard ContinuousClock.now < deadline else { throw AdobeError(.transport(.timedOut)) }
                try await Task.sleep(for: .milliseconds(200))
            }
        } catch let error as AdobeError {
            throw error
        } catch is CancellationError {
            throw AdobeError(.transport(.cancelled))
        } catch {
            logger.error("tenant \(tenant): the store's access token cannot be kept: \(error)")
            throw AdobeError(.transport(.closed))
        }
    }

    /// Under the lock: what another process has just got, or a new one; the old one while that fails.
    private func renewed(insteadOf refused: AccessToken?) async throws -> AccessToken {
        let kept = try await kept(insteadOf: refused)
        if let kept, !kept.isNearItsEnd { return kept.token }
        let issuedAt = Date()
        let token: AccessToken
        do {
            token = try await endpoint.requestToken()
        } catch {
            guard let kept, kept.isAlive else { throw error }
            logger.warning("tenant \(tenant): no new access token yet, the one in use goes on: \(error)")
            return kept.token
        }
        let sealed = try vault.seal(
            accessToken: token.secret,
            of: tenant,
            fingerprint: fingerprint,
            issuedAt: issuedAt,
            expiresAt: token.expiresAt
        )
        try await database.keep(accessToken: sealed, of: tenant)
        return token
    }

    private func kept(insteadOf refused: AccessToken?) async throws -> Kept? {
        guard let stored = try await database.accessToken(of: tenant, fingerprint: fingerprint) else {
            return nil
        }
        let token = AccessToken(secret: try vault.open(stored, of: tenant), expiresAt: stored.expiresAt)
        return token.secret == refused?.secret ? nil : Kept(token: token, issuedAt: stored.issuedAt)
    }

    private struct Kept {
        let token: AccessToken
        let issuedAt: Date

        /// Not beyond its end, as far as that is known.
        var isAlive: Bool { token.expiresAt.map { $0 > Date() } ?? true }

        /// To be replaced while it still works.
        var isNearItsEnd: Bool {
            guard let end = token.expiresAt else { return false }
            let life = end.timeIntervalSince(issuedAt)
            let margin = min(max(life * StoredAccessTokens.shareLeft, StoredAccessTokens.timeLeft), life / 2)
            return end.timeIntervalSinceNow < margin
        }
    }

    private var lockKey: Int64 { LockKey.of("token/\(tenant.name)") }
}
