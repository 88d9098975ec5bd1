import Foundation
import HTTPClient

/// Happens once; a test awaits it instead of sleeping.
struct Moment: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func happen() { continuation.finish() }

    func wait() async { for await _ in stream {} }
}

extension HTTPClient {
    /// A client that goes directly, whatever the environment's proxy is.
    static func direct(
        maximumConnectionsPerHost: Int = 8,
        allowsAddress: (@Sendable (String) -> Bool)? = nil
    ) -> HTTPClient {
        HTTPClient(
            configuration: .init(
                userAgent: "tests/1",
                maximumConnectionsPerHost: maximumConnectionsPerHost,
                proxy: "",
                allowsAddress: allowsAddress
            )
        )
    }

    /// The error that `send` throws; `nil` if it does not.
    func failure(_ request: HTTPRequest) async -> HTTPError? {
        do throws(HTTPError) {
            _ = try await send(request)
            return nil
        } catch {
            return error
        }
    }
}

/// An answer with `Content-Length`.
func answer(_ status: String = "200 OK", _ fields: [String] = [], _ body: String = "") -> String {
    let lines = ["HTTP/1.1 \(status)"] + fields + ["Content-Length: \(body.utf8.count)"]
    return lines.joined(separator: "\r\n") + "\r\n\r\n" + body
}

/// What a shell command writes to its standard output.
func output(of command: String) throws -> [UInt8] {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/sh")
    process.arguments = ["-c", command]
    process.standardOutput = pipe
    try process.run()
    let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Array(bytes)
}
