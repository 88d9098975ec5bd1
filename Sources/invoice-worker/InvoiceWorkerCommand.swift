import ArgumentParser
import Messaging
import Posting
import ServiceRuntime
import WorkerProgram

/// `invoice-worker`: serves every company's invoices.

struct InvoiceWorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "invoice-worker",
        abstract: "Enters and posts Sage 300 AR invoice batches.",
        version: Product.version
    )

    @OptionGroup var options: WorkerOptions

    func run() async throws {
        let untilIdle = options.untilIdle
        await ServiceProcess.run("invoice-worker") { runtime in
            try await Worker(PostingContext(runtime), kind: .invoices, untilIdle: untilIdle).run()
        }
    }
}
