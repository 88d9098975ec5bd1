import CLinux
import EventLoop
import Glibc
import Testing

@Suite(.timeLimit(.minutes(1)))
struct EventLoopTests {
    /// An actor on a loop thread that reads from a pipe.
    actor PipeReader {
        private let parking = SocketParking()
        private let executor: LoopExecutor
        private let descriptor: Int32
        nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

        init(_ descriptor: Int32) {
            self.descriptor = descriptor
            executor = LoopExecutor(name: "pipe-reader", parking: parking)
        }

        deinit { executor.stop() }

        func wait(until deadline: ContinuousClock.Instant? = nil) async -> SocketParking.Outcome {
            let outcome = await parking.wait(for: .readable, on: descriptor, until: deadline)
            executor.checkIsolated()
            return outcome
        }

        func threadName() -> String {
            var name = [CChar](repeating: 0, count: 16)
            clinux_copy_thread_name(&name)
            return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private func pipePair() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    @Test func runsItsJobsOnItsOwnThread() async throws {
        let pipe = try pipePair()
        #expect(await PipeReader(pipe.read).threadName() == "pipe-reader")
    }

    @Test func wakesWhenBytesArriveAndServesOthersMeanwhile() async throws {
        let pipe = try pipePair()
        let reader = PipeReader(pipe.read)
        async let outcome = reader.wait()
        for _ in 0..<100 { _ = await reader.threadName() }
        write(pipe.write, "x", 1)
        #expect(await outcome == .ready)
    }

    @Test func endsAtItsDeadline() async throws {
        let pipe = try pipePair()
        let outcome = await PipeReader(pipe.read).wait(until: .now + .milliseconds(20))
        #expect(outcome == .timedOut)
    }

    @Test func cancellationEndsTheWaitWheneverItComes() async throws {
        let pipe = try pipePair()
        let reader = PipeReader(pipe.read)
        for round in 0..<200 {
            let task = Task { await reader.wait() }
            if round % 2 == 0 { await Task.yield() }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
    }
}
