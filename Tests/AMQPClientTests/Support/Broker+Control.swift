import Foundation
import Testing

extension Broker {
    /// A shell command that runs rabbitmqctl for the broker of `TEST_AMQP_URL`.
    static let controlCommand = ProcessInfo.processInfo.environment["TEST_RABBITMQCTL"]
    static let isControlled = isPresent && controlCommand != nil

    /// Runs rabbitmqctl and requires that it succeeds.
    @concurrent
    static func control(_ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", try #require(controlCommand) + #" "$0" "$@""#] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}
