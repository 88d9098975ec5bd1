import AMQPClient
import Foundation
import PostgresClient
import Storage
import Testing

@testable import ServiceRuntime

/// What an error says to whoever started the program (docs/configuration.md, Services).
struct ExitStatusTests {
    private struct Other: Error {}

    @Test(
        arguments: [CancellationError(), PostgresError(.cancelled, "x"), AMQPError.cancelled] as [any Error]
    )
    func cancellingIsDone(_ error: any Error) { #expect(ExitStatus(of: error) == .done) }

    @Test(
        arguments: [
            EnvironmentError("x"), VaultError.unreadable("x"), AMQPError.badURL("x"), SchemaError(found: 99),
        ] as [any Error]
    )
    func configurationIsTwo(_ error: any Error) { #expect(ExitStatus(of: error).rawValue == 2) }

    @Test(
        arguments: [
            PostgresError(.unreachable, "x"), PostgresError(.refused, "x"),
            PostgresError(.connectionLost, "x"),
            PostgresError(.server(sqlState: "57P01"), "x"), PostgresError(.server(sqlState: "28P01"), "x"),
            PostgresError(.server(sqlState: "42501"), "x"), AMQPError.accessRefused("x"), AMQPError.tls("x"),
            AMQPError.unreachable("x"), AMQPError.connectionLost("x"),
            AMQPError.channelClosed(code: 403, text: "x"),
        ] as [any Error]
    )
    func systemsAreThree(_ error: any Error) { #expect(ExitStatus(of: error).rawValue == 3) }

    @Test(
        arguments: [
            Other(), PostgresError(.server(sqlState: "42703"), "x"), PostgresError(.decoding, "x"),
            AMQPError.invalidArgument("x"), AMQPError.protocolViolation("x"), CocoaError(.fileNoSuchFile),
        ] as [any Error]
    )
    func anythingElseIsOne(_ error: any Error) { #expect(ExitStatus(of: error).rawValue == 1) }
}
