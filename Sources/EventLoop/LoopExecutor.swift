import CLinux
import Glibc
import Synchronization

/// A serial executor that is one thread of its own: an actor on it may call blocking-prone C code without
/// holding up the cooperative pool, and may own C handles that belong to one thread.
///
/// The thread runs until `stop()`; an actor calls that in its `deinit`, when no further job can come.
public final class LoopExecutor: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopped = false
    }

    /// Addresses, not memory. librabbitmq goes as deep as the tables of a header are nested, three megabytes for a whole
    /// frame; where `ulimit -s` says unlimited, threads get two unless asked for more.
    private static let stackSize = 16 << 20

    private let parking: any Parking
    private let name: String
    private let state = Mutex(State())
    private let thread = Mutex<pthread_t?>(nil)

    /// Starts the thread.
    /// - Parameter name: shown by `top -H` and debuggers; cut at 15 bytes, as Linux does.
    public init(name: String, parking: any Parking) {
        self.parking = parking
        self.name = name
        start()
    }

    /// Runs the jobs that are left and ends the thread. Callable from any thread, the loop's own included.
    public func stop() {
        state.withLock { $0.isStopped = true }
        parking.unpark()
    }

    /// Takes a job from any thread.
    public func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        state.withLock { $0.jobs.append(job) }
        if !isCurrent { parking.unpark() }
    }

    /// The reference the runtime compares executors by.
    public func asUnownedSerialExecutor() -> UnownedSerialExecutor {
        UnownedSerialExecutor(ordinary: self)
    }

    /// Traps unless called on the loop thread: a programmer's error, never input's.
    public func checkIsolated() {
        precondition(isCurrent, "not on the loop thread \(name)")
    }

    private var isCurrent: Bool {
        thread.withLock { $0.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    private func start() {
        // The thread keeps the executor alive until it ends.
        let context = Unmanaged.passRetained(self).toOpaque()
        var created = pthread_t()
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, Self.stackSize)
        let status = pthread_create(&created, &attributes, { LoopExecutor.main($0) }, context)
        pthread_attr_destroy(&attributes)
        precondition(status == 0, "no thread for \(name): errno \(status)")
        pthread_detach(created)
    }

    private static func main(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let context else { return nil }
        let executor = Unmanaged<LoopExecutor>.fromOpaque(context).takeRetainedValue()
        executor.thread.withLock { $0 = pthread_self() }
        clinux_name_this_thread(executor.name)
        executor.runLoop()
        return nil
    }

    private func runLoop() {
        while let jobs = takeJobs() {
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
            if jobs.isEmpty { parking.park() }
        }
    }

    /// The jobs to run now, none when it is time to park, `nil` once stopped with none left.
    private func takeJobs() -> [UnownedJob]? {
        state.withLock { state in
            if state.jobs.isEmpty, state.isStopped { return nil }
            defer { state.jobs.removeAll(keepingCapacity: true) }
            return state.jobs
        }
    }
}
