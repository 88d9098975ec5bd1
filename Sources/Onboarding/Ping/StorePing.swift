import Accounting
import AdobeCommerce
import Foundation
import HTTPClient
import Polling
import Tenancy

/// Checks a tenant's store: one read that tells whether it is reached and signed in to, then everything else.
struct StorePing: Sendable {
    let tenant: TenantConfiguration
    let stores: StoreAccess
    let progress: PingProgress

    private var way: WayChecks { WayChecks(system: .adobe, url: tenant.adobe.url, key: "adobe.url") }

    /// Every check of the store.
    /// - Throws: `VaultError`, or an error of the database.
    func checks() async throws -> [PingCheck] {
        do {
            let store = try await stores.clientForPeople(of: tenant)
            do {
                let views = try await store.storeViews()
                return try await signedIn(store, .success(views))
            } catch let error as AdobeError {
                return try await unread(error, store)
            }
        } catch let error as AdobeError {
            // Of the address alone: no client could be made.
            return told(way.answered(error.sentence, fix: error.nextStep))
                + left("there is no address to ask")
        }
    }

    /// What the first read came to when it came to nothing.
    private func unread(_ error: AdobeError, _ store: AdobeClient) async throws -> [PingCheck] {
        if error.party == .identityService {
            let signIn = signIn(.failed(error.sentence, fix: error.nextStep))
            return told(way.unknown("there is no token to ask with") + [signIn]) + left("the sign-in failed")
        }
        switch error.cause {
        case .signIn:
            let signIn = signIn(.failed(error.sentence, fix: error.nextStep))
            return told(way.reached() + [signIn]) + left("the store refused the sign-in")
        case .rights: return try await signedIn(store, .failure(error))
        case .transport(let cause):
            let checks: [PingCheck]
            let probe = NetworkProbe(http: stores.http, url: tenant.adobe.url, key: "adobe.url")
            if cause.isOfTheWay, let fault = await probe.fault() {
                checks = way.failed(fault)
            } else {
                checks = way.answered(error.sentence, fix: error.nextStep)
            }
            return told(checks) + notSignedIn("the store is not reached")
        default:
            return told(way.answered(error.sentence, fix: error.nextStep))
                + notSignedIn("what answers is not the store's API")
        }
    }

    /// The checks of a store that knows the integration.
    private func signedIn(_ store: AdobeClient, _ views: Result<[StoreView], AdobeError>) async throws
        -> [PingCheck]
    {
        let known = told(way.reached() + [signIn(.fine(signInDetail))])
        return known + (try await planned(StoreAnswers(store: store, views: views)).made(progress))
    }

    private func planned(_ answers: StoreAnswers) -> [PlannedCheck] {
        StorePlan(tenant: tenant, answers: answers).checks
    }

    private func left(_ reason: String) -> [PingCheck] {
        StorePlan(tenant: tenant, answers: nil).checks.left(because: reason, progress)
    }

    private func notSignedIn(_ reason: String) -> [PingCheck] {
        told([signIn(.notChecked(reason))]) + left(reason)
    }

    private var signInDetail: String {
        switch tenant.adobe.authentication {
        case .oauth1: "The store takes the integration's signature (oauth1)."
        case .ims: "The store takes the token of Adobe's identity service (ims)."
        }
    }

    private func signIn(_ outcome: PingCheck.Outcome) -> PingCheck {
        PingCheck(kind: .signIn, system: .adobe, company: nil, subject: "", outcome: outcome)
    }

    private func told(_ checks: [PingCheck]) -> [PingCheck] {
        for check in checks { progress(check) }
        return checks
    }
}

extension WayChecks {
    /// Nobody got as far as asking.
    fileprivate func unknown(_ reason: String) -> [PingCheck] {
        [PingKind.reach, .tls].map {
            PingCheck(kind: $0, system: system, company: nil, subject: "", outcome: .notChecked(reason))
        }
    }
}

/// What a store said, each thing asked for once.
struct StoreAnswers: Sendable {
    let store: AdobeClient
    let views: Result<[StoreView], AdobeError>
    private let configs = Once<[StoreConfig]>()

    init(store: AdobeClient, views: Result<[StoreView], AdobeError>) {
        self.store = store
        self.views = views
    }

    /// The settings of every store view.
    func storeConfigs() async throws -> [StoreConfig] {
        try await configs.value("") { [store] in try await store.storeConfigs() }
    }
}
