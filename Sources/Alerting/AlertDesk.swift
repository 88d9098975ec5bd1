public import Accounting
import ExactJSON
public import Foundation
public import HTTPClient
import Logging
public import Storage

/// What an operator asks about alerts from a terminal.
public struct AlertDesk: Sendable {
    private let database: Database

    /// A desk over a database.
    public init(database: Database) { self.database = database }

    /// Something that is so now, and when somebody was told.
    public struct Standing: Sendable {
        /// What.
        public let condition: Condition
        /// When its tenant's people were told, or the host's; nil: nobody yet.
        public let toldAt: Date?
    }

    /// How a destination took a test.
    public struct Answer: Sendable {
        /// Which, an address in part only.
        public let destination: String
        /// Whether it took it.
        public let isGood: Bool
        /// What it said.
        public let detail: String
    }

    /// Everything that is so now, of one tenant or of all, whether or not anybody is to be told.
    public func conditions(of tenant: TenantID?) async throws -> [Standing] {
        let now = try await database.now()
        let tenants = try await TenantDirectory(database).tenants()
        let finder = ConditionFinder(database: database, tenants: tenants, now: now)
        var found: [Condition] = []
        for kind in AlertKind.allCases { found += try await finder.conditions(of: kind) }
        let scope = tenant?.name ?? ""
        // Nothing counts as told, so that every cause is counted.
        found +=
            try await FailureFinder(database: database, scopes: [scope], told: [], now: now).conditions()[
                scope
            ] ?? []
        let told = try await database.toldAlerts()
        return found.filter { tenant == nil || $0.tenant == tenant?.name }.map { condition in
            let times = told.filter { $0.subject == condition.subject }.map(\.toldAt)
            return Standing(condition: condition, toldAt: times.min())
        }
    }

    /// Sends a test to every destination of a tenant, or of the host.
    public func test(
        _ tenant: TenantID?,
        vault: Vault,
        tenantHTTP: HTTPClient,
        hostHTTP: HTTPClient,
        settings: AlertSettings
    ) async throws -> [Answer] {
        let now = try await database.now()
        let courier = Courier(
            database: database,
            vault: vault,
            settings: settings,
            tenantHTTP: tenantHTTP,
            hostHTTP: hostHTTP,
            logger: Logger(label: "alerts") { _ in SwiftLogNoOpLogHandler() }
        )
        let scope = tenant?.name ?? ""
        let view = try await TenantDirectory(database).tenants()[scope]
        let names = view?.destinations(hasMail: true) ?? (tenant == nil ? settings.destinations : [])
        let mailboxes = NamedMailboxes(named: Set(names.map { AlertDestination(scope: scope, name: $0) }))
        var answers: [Answer] = []
        for name in names {
            let destination = AlertDestination(scope: scope, name: name)
            let message = Self.testMessage(to: destination, at: now)
            let delivery = try await courier.attempt(message, mailboxes: mailboxes)
            answers.append(Answer(destination, delivery))
        }
        return answers
    }

    private static func testMessage(to destination: AlertDestination, at now: Date) -> AlertMessage {
        let id = UUID()
        let isMail = DestinationName.address(destination.name) != nil
        let notice: JSON = [
            "kind": "test", "event": "test", "title": "A test",
            "detail": "This is a test of alerts. Nothing is wrong, and nothing is to be done.",
        ]
        let content = MessageComposer(scope: destination.scope, isMail: isMail).message(
            id,
            [notice.text],
            at: now
        )
        return AlertMessage(
            id: id,
            destination: destination,
            title: content.title,
            body: content.body,
            createdAt: now
        )
    }
}

extension AlertDesk.Answer {
    fileprivate init(_ destination: AlertDestination, _ delivery: AlertDelivery) {
        let label = DestinationName.label(destination)
        switch delivery {
        case .sent: self.init(destination: label, isGood: true, detail: "taken")
        case .failed(let why, _):
            self.init(destination: label, isGood: false, detail: "\(why) (would be tried again)")
        case .givenUp(let why): self.init(destination: label, isGood: false, detail: why)
        }
    }
}
