import Accounting
import ExactJSON
import Foundation
import Logging
import MailClient
import Storage
import Tenancy

/// Looks at what is so, tells what is news, and makes messages of it. One process at a time does.
actor AlertWatch {
    private let database: Database
    private let settings: AlertSettings
    private let logger: Logger
    private let directory: TenantDirectory
    private var passes = 0
    private var found: [AlertKind: [Condition]] = [:]
    private var failures: [String: [Condition]] = [:]
    private var newestFailure: Int64 = -1
    private var lastOrders: [String: Date] = [:]
    /// Tenants that were left out of what was found.
    private var leftOut: Set<String> = []
    private var hasSaidThatMailIsMissing = false

    init(database: Database, settings: AlertSettings, logger: Logger) {
        self.database = database
        self.settings = settings
        self.logger = logger
        directory = TenantDirectory(database)
    }

    /// Every mailbox that is named now.
    private(set) var mailboxes = NamedMailboxes()

    /// Forgets what was found: another process has looked and told since.
    func lookAnew() {
        (found, failures, newestFailure, passes) = ([:], [:], -1, 0)
    }

    /// One look at everything whose time has come.
    /// - Parameter now: the database's clock; another time for tests.
    func pass(at moment: Date? = nil) async throws {
        let now: Date
        if let moment { now = moment } else { now = try await database.now() }
        let tenants = try await directory.tenants()
        let scopes = scopes(of: tenants)
        mailboxes.unreadable = await directory.unreadable
        if !scopes.isEmpty {
            let unreadable = mailboxes.unreadable
            let leftOut = unreadable.union(tenants.filter { $0.value.isPaused }.keys)
            // That nothing was found of one who is back says nothing.
            if leftOut != self.leftOut { (found, self.leftOut) = ([:], leftOut) }
            try await look(tenants, now)
            let ends = EndRule(
                tenants,
                unreadable: unreadable,
                refused: Set((found[.signIn] ?? []).compactMap(\.tenant)),
                lastOrders: lastOrders
            )
            try await tell(scopes, ends, now)
            try await tellDigests(tenants, scopes, now)
        }
        try await compose(at: now)
        if passes.isMultiple(of: 720) {
            try await database.forgetMessages(before: now - 7 * 86_400)
            try await database.forgetPauses(before: now - 40 * 86_400)
        }
        passes += 1
    }

    /// Whose people are told where: a tenant's by its name, the host's by "".
    private func scopes(of tenants: [String: TenantView]) -> [String: [String]] {
        var scopes: [String: [String]] = [:]
        if !settings.destinations.isEmpty { scopes[""] = settings.destinations }
        for (name, view) in tenants {
            let destinations = view.destinations(hasMail: settings.hasMail)
            if !destinations.isEmpty { scopes[name] = destinations }
        }
        var named = settings.emailTo.map { AlertDestination(scope: "", name: DestinationName.mail($0.text)) }
        for (name, view) in tenants {
            named += view.alerts.email.map { AlertDestination(scope: name, name: DestinationName.mail($0)) }
        }
        mailboxes.named = Set(named)
        if !settings.hasMail, !named.isEmpty, !hasSaidThatMailIsMissing {
            hasSaidThatMailIsMissing = true
            logger.warning(
                "tenant files name e-mail addresses for alerts, but SMTP_URL is not set: no mail is sent"
            )
        }
        return scopes
    }

    private func look(_ tenants: [String: TenantView], _ now: Date) async throws {
        try await database.notePauses(at: now)
        let finder = ConditionFinder(database: database, tenants: tenants, now: now)
        for kind in AlertKind.allCases where kind != .failures {
            if found[kind] == nil || passes.isMultiple(of: kind.passesBetweenLooks) {
                found[kind] = try await finder.conditions(of: kind)
                if kind == .silence { lastOrders = try await database.orderReadings().mapValues(\.last) }
            }
        }
    }

    private func tell(_ scopes: [String: [String]], _ ends: EndRule, _ now: Date) async throws {
        try await database.forgetAlerts(except: ends.unreadable.union(scopes.keys).sorted())
        let told = try await database.toldAlerts()
        // A told cause is in the cache with what was told of it before: it must not be told from there again.
        let newest = try await database.newestFailure()
        if newest != newestFailure || passes.isMultiple(of: AlertKind.failures.passesBetweenLooks) {
            let finder = FailureFinder(database: database, scopes: scopes.keys.sorted(), told: told, now: now)
            failures = try await finder.conditions()
            newestFailure = newest
        }
        let others = found.values.flatMap { $0 }.filter { !ends.isOff($0.kind, of: $0.tenant) }
        let owned = Dictionary(grouping: others) { $0.tenant }
        let toldOf = Dictionary(grouping: told) { $0.scope }
        var moves: [AlertMove] = []
        for (scope, destinations) in scopes.sorted(by: { $0.key < $1.key }) {
            let judgement = AlertJudgement(
                scope: scope,
                destinations: destinations,
                settle: settings.window,
                ends: ends
            )
            let own = scope.isEmpty ? others : owned[scope] ?? []
            moves += judgement.moves(
                (failures[scope] ?? []) + own,
                told: toldOf[scope] ?? [],
                at: now
            )
        }
        for start in stride(from: 0, to: moves.count, by: 200) {
            try await database.record(Array(moves[start..<min(start + 200, moves.count)]), at: now)
        }
        try await database.sawAlerts(at: now)
    }

    private func tellDigests(_ tenants: [String: TenantView], _ scopes: [String: [String]], _ now: Date)
        async throws
    {
        let told = try await database.digestsTold()
        for (name, view) in tenants.sorted(by: { $0.key < $1.key }) {
            guard let digest = view.alerts.digest else { continue }
            // A tenant without anybody of its own has the host's people look after it.
            let scope = scopes[name] == nil ? "" : name
            guard let destinations = scopes[scope] else { continue }
            switch DigestSchedule.step(digest, in: view.zone, told: told[name], now: now) {
            case .rest: continue
            case .begin(let moment):
                try await database.tellDigest(of: view.tenant, from: nil, until: moment, nil, at: now)
            case .send(let moment):
                let former = told[name] ?? moment
                let content = try await DigestWriter(database: database)
                    .digest(of: view.tenant, name: view.name, from: former, to: moment)
                    .notice(at: now, in: view.zone)
                let notice = AlertNotice(kind: "digest", content: content.text, destinations: destinations)
                try await database.tellDigest(
                    of: view.tenant,
                    from: former,
                    until: moment,
                    (scope, notice),
                    at: now
                )
            }
        }
    }

    /// Makes messages of what has been gathered for long enough, as far as the hour's number allows.
    private func compose(at now: Date) async throws {
        for unsaid in try await database.unsaidNotices(at: now) {
            let isRipe = unsaid.isDigest || now.timeIntervalSince(unsaid.since) >= settings.window
            guard isRipe, unsaid.messagesOfTheHour < settings.messagesPerHour else { continue }
            let composer = MessageComposer(
                scope: unsaid.destination.scope,
                isMail: DestinationName.address(unsaid.destination.name) != nil
            )
            let fresh = try await recount(unsaid.destination)
            _ = try await database.composeMessage(
                for: unsaid.destination,
                isDigest: unsaid.isDigest,
                at: now
            ) { composer.message($0, $1, fresh: fresh, at: now) }
        }
    }

    /// Dead letters of a cause come many at once: they are counted again right before they are told of.
    private func recount(_ destination: AlertDestination) async throws -> [String: Condition] {
        let scope = destination.scope
        let causes = try await database.unsaidCauses(for: destination)
        let groups = try await database.openGroups(causes, of: scope.isEmpty ? nil : scope)
        let conditions = groups.map { FailureFinder.condition($0, scope: scope) }
        try await database.toldOfAsMany(conditions.map { ($0.subject, $0.measure) }, scope: scope)
        return Dictionary(conditions.map { ($0.subject, $0) }) { first, _ in first }
    }
}
