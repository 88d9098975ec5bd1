import AMQPClient
import Accounting
import EventLoop
public import Foundation
import Glibc
public import Logging
import Messaging
import Metrics
import ServiceLifecycle
import Storage
import UnixSignals

/// Runs one service from start to a clean end.
public enum ServiceProcess {
    /// What a service's body gets.
    public struct Runtime: Sendable {
        /// What the program is called.
        public let name: String
        /// Its configuration.
        public let environment: ServiceEnvironment
        /// Its parts, connected.
        public let connections: Connections
        /// Where to log.
        public let logger: Logger
        /// This process among all.
        public let instance: UUID
        /// Whom main loops tell that they turn (`/health/live`).
        public let watchdog: Watchdog
    }

    /// The longest a drain may take.
    private static let drainLimit = Duration.seconds(14)

    /// Runs `body` until it returns or the process is told to stop, and ends the process with `ExitStatus`: 0 after a
    /// clean end or a drain, else what the error means.
    ///
    /// The first SIGTERM or SIGINT drains, in at most 15 s; the second ends at once.
    /// - Parameter isAnnounced: whether it counts as alive for those who need a service of its name.
    public static func run(
        _ name: String,
        isAnnounced: Bool = true,
        _ body: @escaping @Sendable (Runtime) async throws -> Void
    ) async -> Never {
        let environment: ServiceEnvironment
        do { environment = try ServiceEnvironment() } catch { end(2, "\(name): \(error)") }
        // Read, and not needed there any more.
        ProcessMemory.wipeEnvironment(ServiceEnvironment.secretNames)
        LoggingSystem.bootstrap { label in
            LineLogHandler(label: label, level: environment.logLevel, format: environment.logFormat)
        }
        if environment.metricsPort != nil { MetricsSystem.bootstrap(ServiceMetrics.registry) }
        let logger = Logger(label: name)
        let instance = UUID()
        let crashes = CrashWatch(
            folder: environment.crashFolder,
            databaseURL: environment.databaseURL,
            logger: logger
        )
        crashes.leaveFile(of: name, instance: instance)
        watchSignals(logger)
        let group = ServiceGroup(
            configuration: .init(
                services: [
                    .init(
                        service: Body(
                            name: name,
                            instance: instance,
                            crashes: crashes,
                            isAnnounced: isAnnounced,
                            environment: environment,
                            logger: logger,
                            body: body
                        ),
                        successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .cancelGroup
                    )
                ],
                gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Logger(label: name) { _ in SwiftLogNoOpLogHandler() }
            )
        )
        do {
            try await group.run()
            exit(0)
        } catch {
            let status = ExitStatus(of: error)
            // Before there is anything to log about, what is wrong stands alone.
            if status == .configuration { end(status.rawValue, "\(name): \(error)") }
            if status != .done { logger.critical("\(error)") }
            exit(status.rawValue)
        }
    }

    private struct Body: Service {
        let name: String
        let instance: UUID
        let crashes: CrashWatch
        let isAnnounced: Bool
        let environment: ServiceEnvironment
        let logger: Logger
        let body: @Sendable (Runtime) async throws -> Void

        func run() async throws {
            let watchdog = Watchdog()
            let observation = environment.metricsPort.map {
                ObservationServer(
                    name: name,
                    host: environment.httpHost,
                    port: $0,
                    registry: ServiceMetrics.registry,
                    watchdog: watchdog
                )
            }
            let observing = Task { await observation?.run(logger: logger) }
            defer { observing.cancel() }
            // A drain before everything is connected ends the waiting.
            let connections = try await cancelWhenGracefulShutdown {
                try await Connections.all(environment, name: name, logger: logger)
            }
            observation?.connected(connections)
            let excusing = observation == nil ? nil : Task { await watchdog.excuse(whenAway: connections) }
            defer { excusing?.cancel() }
            // Before anything is taken up that may be what they died of.
            await crashes.pickUp(into: connections.database)
            let pickingUp = Task { await crashes.run(into: connections.database) }
            defer { pickingUp.cancel() }
            let heartbeat = Heartbeat(
                database: connections.database,
                instance: instance,
                name: name,
                logger: logger,
                isFit: { await connections.broker.connection.isConnected },
                keys: { connections.vault.keyIDs }
            )
            // What all share has to be there before anybody counts on this copy.
            try await cancelWhenGracefulShutdown { try await connections.broker.prepare() }
            // Before the work begins, so that the other copies know whom they share it with.
            if isAnnounced { await heartbeat.begin() }
            let surveying = Task { await BrokerSurvey(environment: environment, logger: logger).run() }
            defer { surveying.cancel() }
            let beating = isAnnounced ? Task { await heartbeat.run() } : nil
            logger.notice("ready")
            let runtime = Runtime(
                name: name,
                environment: environment,
                connections: connections,
                logger: logger,
                instance: instance,
                watchdog: watchdog
            )
            let outcome: Result<Void, any Error>
            do {
                // One that drains takes nothing on: the others need not wait for its end.
                outcome = .success(
                    try await withGracefulShutdownHandler {
                        try await body(runtime)
                    } onGracefulShutdown: {
                        beating?.cancel()
                        if isAnnounced { Task { await heartbeat.retire() } }
                    }
                )
            } catch { outcome = .failure(error) }
            beating?.cancel()
            if isAnnounced { await heartbeat.retire() }
            await connections.close()
            try outcome.get()
            logger.notice("stopped")
        }
    }

    private static func watchSignals(_ logger: Logger) {
        Task.detached {
            var count = 0
            for await signal in await UnixSignalsSequence(trapping: .sigterm, .sigint) {
                count += 1
                guard count == 1 else { exit(130) }
                logger.notice("\(signal): draining")
                Task.detached {
                    try? await Task.sleep(for: drainLimit)
                    // What is unfinished is in the database or the queue; the next worker sees it through.
                    logger.warning("not drained in time; the rest is left to the next worker")
                    exit(0)
                }
            }
        }
    }

    private static func end(_ status: Int32, _ message: String) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}

/// Says every few seconds that a service is alive. One that cannot reach the broker takes itself off the list: whoever shares
/// its work must not wait for it.
struct Heartbeat: Sendable {
    let database: Database
    let instance: UUID
    let name: String
    let logger: Logger
    var isFit: @Sendable () async -> Bool = { true }
    /// What it can open credentials with: nothing is sealed with a key that a live copy does not have.
    var keys: @Sendable () -> [String] = { [] }

    /// Says for the first time that this copy is alive, and takes those of this host off the list that are not any more: what
    /// a killed one served is taken over at once by the one that is started in its place. A copy that is wrongly taken off,
    /// as one that shares the host's name but not its processes, is back with its next beat.
    func begin() async {
        await beat()
        do {
            let own = getpid()
            for copy in try await database.copies(of: name, on: ProcessInfo.processInfo.hostName)
            where copy.instance != instance && (copy.process == Int(own) || !Self.isRunning(copy.process)) {
                try await database.retire(instance: copy.instance)
            }
        } catch {
            logger.debug("heartbeat: \(error)")
        }
    }

    private static func isRunning(_ process: Int) -> Bool {
        guard let process = Int32(exactly: process), process > 0 else { return false }
        return kill(process, 0) == 0 || errno != ESRCH
    }

    /// Beats until cancelled, the first time after a moment.
    func run() async {
        while (try? await Task.sleep(for: .seconds(2))) != nil { await beat() }
    }

    /// Says it once.
    func beat() async {
        guard await isFit() else { return await retire() }
        do {
            try await database.announce(
                instance: instance,
                name: name,
                host: ProcessInfo.processInfo.hostName,
                process: getpid(),
                keys: keys()
            )
        } catch {
            logger.debug("heartbeat: \(error)")
        }
    }

    func retire() async {
        // It falls off the list by itself within seconds.
        try? await database.retire(instance: instance)
    }
}
