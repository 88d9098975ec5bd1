import HTTPClient
import Testing

/// Deadlines, cancellation and closing: whatever the server does, the caller goes on.
@Suite(.timeLimit(.minutes(1)))
struct DeadlineTests {
    private let client = HTTPClient.direct(maximumConnectionsPerHost: 1)

    @Test func endsAConnectionAttempt() async throws {
        // The handshake is part of connecting, and this server never says a word.
        let server = try ScriptedServer { $0.waitForClose() }
        let request = HTTPRequest(
            method: .post,
            url: "https://127.0.0.1:\(server.port)/",
            timeouts: .init(connect: .milliseconds(50))
        )
        let error = try #require(await client.failure(request))
        #expect(error.cause == .connectTimedOut)
        #expect(!error.mayHaveBeenSent)
    }

    @Test("ends the wait for the answer", arguments: ["", "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 2"])
    func endsTheWaitForTheAnswer(_ start: String) async throws {
        let hasClosed = Moment()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(start)
            connection.waitForClose()
            hasClosed.happen()
        }
        let request = HTTPRequest(url: server.url, timeouts: .init(firstByte: .milliseconds(50)))
        let error = try #require(await client.failure(request))
        #expect(error.cause == .firstByteTimedOut)
        #expect(error.mayHaveBeenSent)
        await hasClosed.wait()
    }

    @Test func endsASlowBody() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            connection.waitForClose()
        }
        let timeouts = HTTPTimeouts(firstByte: .milliseconds(500), total: .seconds(1))
        let error = try #require(await client.failure(HTTPRequest(url: server.url, timeouts: timeouts)))
        #expect(error.cause == .timedOut)
        #expect(error.mayHaveBeenSent)
    }

    @Test func endsTheWaitForAFreeConnection() async throws {
        let isBusy = Moment()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            isBusy.happen()
            connection.waitForClose()
        }
        let url = server.url
        let first = Task { await client.failure(HTTPRequest(url: url)) }
        await isBusy.wait()
        let timeouts = HTTPTimeouts(connect: .milliseconds(10), total: .milliseconds(100))
        let error = try #require(
            await client.failure(HTTPRequest(method: .post, url: url, timeouts: timeouts))
        )
        #expect(error.cause == .timedOut)
        #expect(!error.mayHaveBeenSent)
        first.cancel()
        #expect(await first.value?.cause == .cancelled)
    }

    @Test func cancellationClosesTheConnection() async throws {
        let (isBusy, hasClosed) = (Moment(), Moment())
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            isBusy.happen()
            connection.waitForClose()
            hasClosed.happen()
        }
        let url = server.url
        let task = Task { await client.failure(HTTPRequest(method: .post, url: url, body: [1])) }
        await isBusy.wait()
        task.cancel()
        let error = try #require(await task.value)
        #expect(error.cause == .cancelled)
        #expect(error.mayHaveBeenSent)
        await hasClosed.wait()
    }

    @Test func cancellationWorksWheneverItComes() async throws {
        let server = try ScriptedServer { $0.waitForClose() }
        let url = server.url
        for round in 0..<200 {
            let task = Task { await client.failure(HTTPRequest(url: url)) }
            for _ in 0..<round % 5 { await Task.yield() }
            task.cancel()
            #expect(await task.value?.cause == .cancelled)
        }
    }

    @Test func aCancelledTaskSendsNothing() async throws {
        let server = try ScriptedServer.answering { _ in answer() }
        let url = server.url
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await client.failure(HTTPRequest(url: url))
        }
        let error = try #require(await task.value)
        #expect(error.cause == .cancelled)
        #expect(!error.mayHaveBeenSent)
        #expect(server.connectionCount == 0)
    }

    @Test func closingEndsWhatIsInFlightAndWhatComesLater() async throws {
        let (isBusy, hasClosed) = (Moment(), Moment())
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            isBusy.happen()
            connection.waitForClose()
            hasClosed.happen()
        }
        let url = server.url
        let task = Task { await client.failure(HTTPRequest(url: url)) }
        await isBusy.wait()
        await client.close()
        let error = try #require(await task.value)
        #expect(error.cause == .closed)
        #expect(error.mayHaveBeenSent)
        await hasClosed.wait()
        let later = try #require(await client.failure(HTTPRequest(url: url)))
        #expect(later.cause == .closed)
        #expect(!later.mayHaveBeenSent)
    }

    @Test("closes idle connections", arguments: [true, false])
    func closesIdleConnections(_ explicitly: Bool) async throws {
        let hasClosed = Moment()
        let server = try ScriptedServer { connection in
            _ = connection.readRequest()
            connection.send(answer())
            connection.waitForClose()
            hasClosed.happen()
        }
        do {
            let client = HTTPClient.direct()
            _ = try await client.send(HTTPRequest(url: server.url))
            if explicitly { await client.close() }
        }
        await hasClosed.wait()
    }
}
