import AMQPClient
import Accounting
import Messaging
import Storage

/// Reads how the fleet stands, for metrics: one reading at a time, however many ask, and none sooner than its answer has
/// aged. Who asks gets the last reading while a new one takes too long.
actor FleetObservation {
    /// One look, and what it took.
    struct Reading: Sendable {
        let fleet: FleetReading
        /// Messages ready, by kind of work; empty where the broker did not answer.
        let ready: [String: Int]
        let takenAt: ContinuousClock.Instant
        let duration: Duration
    }

    /// The youngest age at which a reading is replaced.
    private static let leastAge = Duration.seconds(10)
    /// A reading may take a fiftieth of the time, not more.
    private static let restFactor = 50
    private static let patience = Duration.seconds(2)

    private let database: Database
    private let broker: Broker
    private var last: Reading?
    private var looking: Task<Void, Never>?
    private var failures = 0
    private var triedAt: ContinuousClock.Instant?

    init(database: Database, broker: Broker) {
        self.database = database
        self.broker = broker
    }

    /// The latest reading, at most two seconds from now; nil while there was none. Failures are all that failed.
    func reading() async -> (reading: Reading?, failures: Int) {
        if isDue, looking == nil { looking = Task { await look() } }
        if let looking { _ = await answer(within: Self.patience) { await looking.value } }
        return (last, failures)
    }

    private var isDue: Bool {
        // A database that is away is not asked by every scrape either.
        let tried = triedAt.map { .now - $0 >= Self.leastAge } ?? true
        guard let last else { return tried }
        return tried && .now - last.takenAt >= max(Self.leastAge, last.duration * Self.restFactor)
    }

    private func look() async {
        let began = ContinuousClock.now
        triedAt = began
        let database = database
        let fleet = await answer(within: .seconds(8)) { try await database.fleet() }
        if let fleet {
            let ready = await answer(within: .seconds(8)) { [broker] in
                try await Self.ready(of: fleet, broker)
            }
            last = Reading(fleet: fleet, ready: ready ?? [:], takenAt: .now, duration: .now - began)
        } else {
            failures += 1
        }
        looking = nil
    }

    /// Asks the broker for the depth of every queue that documents wait for: the others are empty, or not there.
    private static func ready(of fleet: FleetReading, _ broker: Broker) async throws -> [String: Int] {
        guard await broker.connection.isConnected else { return [:] }
        var ready = Dictionary(uniqueKeysWithValues: WorkKind.allCases.map { ($0.rawValue, 0) })
        for queue in Set(fleet.work.compactMap(\.queue)) {
            ready[queue.kind.rawValue, default: 0] += try await broker.readyCount(queue.name)?.readyCount ?? 0
        }
        for name in Topology.deadQueues {
            ready["dead", default: 0] += try await broker.readyCount(name)?.readyCount ?? 0
        }
        return ready
    }
}

extension FleetReading.Work {
    /// Where its messages are; nil for what has none.
    fileprivate var queue: WorkQueue? {
        guard state == .waiting, oldestSeconds != nil, let tenant = TenantID(tenant),
            let company = CompanyID(company)
        else { return nil }
        return WorkQueue(tenant: tenant, company: company, kind: WorkKind(kind))
    }
}
