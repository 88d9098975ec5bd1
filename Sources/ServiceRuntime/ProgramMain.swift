public import ArgumentParser
import EventLoop
import Foundation

extension AsyncParsableCommand {
    /// Parses the command line, runs the command and ends the process.
    ///
    /// ArgumentParser ends with 64 on a usage error; our programs end with 2 (contract, connectorctl). An error that
    /// `run()` throws ends it with what `ExitStatus` makes of it.
    public static func runProgram(_ arguments: [String]? = nil) async -> Never {
        // Before there is a secret in it.
        ProcessMemory.keepPrivate()
        do {
            var command = try parseAsRoot(arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
            Foundation.exit(0)
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch {
            let code = exitCode(for: error)
            guard !code.isSuccess else { exit(withError: error) }
            FileHandle.standardError.write(Data((fullMessage(for: error) + "\n").utf8))
            Foundation.exit(code == .validationFailure ? 2 : ExitStatus(of: error).rawValue)
        }
    }
}
