import Foundation
import Glibc
import PrometheusMetrics

/// What the operating system says of this process, under the names that Prometheus' own clients use.
enum ProcessMetrics {
    static let startTime = MetricDescription.gauge(
        "process_start_time_seconds",
        "Start time of the process since unix epoch in seconds."
    )
    static let residentMemory = MetricDescription.gauge(
        "process_resident_memory_bytes",
        "Resident memory size in bytes."
    )
    static let virtualMemory = MetricDescription.gauge(
        "process_virtual_memory_bytes",
        "Virtual memory size in bytes."
    )
    static let cpu = MetricDescription.counter(
        "process_cpu_seconds_total",
        "Total user and system CPU time spent in seconds."
    )
    static let openDescriptors = MetricDescription.gauge(
        "process_open_fds",
        "Number of open file descriptors."
    )
    static let mostDescriptors = MetricDescription.gauge(
        "process_max_fds",
        "Maximum number of open file descriptors."
    )
    static let threads = MetricDescription.gauge("process_threads", "Number of threads.")

    static let all = [
        startTime, residentMemory, virtualMemory, cpu, openDescriptors, mostDescriptors, threads,
    ]

    /// What can be read now; what cannot is left out.
    static func families(startedAt: Date) -> [MetricFamily] {
        var families = [MetricFamily(startTime, startedAt.timeIntervalSince1970.rounded())]
        let pages = file("/proc/self/statm").split(separator: " ").compactMap { Double($0) }
        if pages.count > 1 {
            let size = Double(sysconf(Int32(_SC_PAGESIZE)))
            families.append(MetricFamily(virtualMemory, pages[0] * size))
            families.append(MetricFamily(residentMemory, pages[1] * size))
        }
        var usage = rusage()
        if getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 {
            families.append(MetricFamily(cpu, usage.ru_utime.seconds + usage.ru_stime.seconds))
        }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
            // One of them is the look itself.
            families.append(MetricFamily(openDescriptors, Double(open - 1)))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            families.append(MetricFamily(mostDescriptors, Double(limit.rlim_cur)))
        }
        if let count = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count {
            families.append(MetricFamily(threads, Double(count)))
        }
        return families
    }

    private static func file(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
