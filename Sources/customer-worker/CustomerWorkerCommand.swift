import ArgumentParser
import Messaging
import Posting
import ServiceRuntime
import WorkerProgram

/// `customer-worker`: serves every company's customers.

struct CustomerWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "customer-worker",
        abstract: "Creates and updates Sage 300 AR customers.",
        version: Product.version
    )

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        let untilIdle = options.untilIdle
        await ServiceProcess.run("customer-worker") { runtime in
            try await Worker(PostingContext(runtime), kind: .customers, untilIdle: untilIdle).run()
        }
    }
}
