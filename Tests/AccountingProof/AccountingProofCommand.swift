import ArgumentParser
import Foundation

/// Maps generated stores, every document of them, and proves that each entry comes to the store's total. Run by
/// `deploy/bench accounting` and, with fewer orders, by the tests.
@main
struct AccountingProofCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accounting-proof",
        abstract: "Maps generated orders with all their documents and compares every total.",
        subcommands: [ProveCommand.self, TimeCommand.self],
        defaultSubcommand: ProveCommand.self
    )
}

/// Generated orders and everything that belongs to them.
struct ProveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "prove")

    @Option(help: "Orders to map.")
    var orders = 1_000_000
    @Option(help: "Seed of the first store; stores of 2,000 orders follow with the next seeds.")
    var seed: UInt64 = 1
    @Option(help: "Stores at once.")
    var parallel = ProcessInfo.processInfo.activeProcessorCount

    func run() async throws {
        let stores = (orders + StoreProof.ordersPerStore - 1) / StoreProof.ordersPerStore
        let began = ContinuousClock.now
        var total = Tally()
        try await withThrowingTaskGroup(of: Tally.self) { group in
            var next = 0
            func add() {
                guard next < stores else { return }
                let (seed, left) = (seed &+ UInt64(next), orders - next * StoreProof.ordersPerStore)
                group.addTask { StoreProof(seed: seed, orders: min(left, StoreProof.ordersPerStore)).run() }
                next += 1
            }
            for _ in 0..<max(parallel, 1) { add() }
            for try await tally in group {
                total.add(tally)
                Self.progress(total, of: orders, since: began)
                add()
            }
        }
        FileHandle.standardError.write(Data("\n".utf8))
        print(total.report)
        guard total.failures.isEmpty else { throw ExitCode(1) }
    }

    private static func progress(_ tally: Tally, of orders: Int, since began: ContinuousClock.Instant) {
        let seconds = (ContinuousClock.now - began).components.seconds
        let text = "\r   \(tally.orders) of \(orders) orders, \(tally.failures.count) failures, \(seconds) s"
        FileHandle.standardError.write(Data(text.utf8))
    }
}
