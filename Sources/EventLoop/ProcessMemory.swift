import CLinux
import Glibc

/// What others may see of this process's memory.
public enum ProcessMemory {
    /// From now on nothing of this process's memory gets into a core file, whatever limit and pattern the system has for
    /// them, and its files below `/proc` belong to root. Its crash file (`CrashFile`) is not touched by that.
    ///
    /// Crashes are not taken to Swift's backtracer either: it would print what is in memory and in registers.
    public static func keepPrivate() {
        // Before it becomes undumpable: the file is root's then. For root's own debugger, which may look all the same.
        write("0", to: "/proc/self/coredump_filter")
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        _ = clinux_forbid_dumps()
        for signal in [SIGSEGV, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE] {
            Glibc.signal(signal, SIG_DFL)
        }
    }

    /// Overwrites variables where the system keeps them for `/proc/PID/environ`, and takes them out of the environment:
    /// no child inherits them. Called when all of them have been read, before there is a second thread that reads any.
    public static func wipeEnvironment(_ names: [String]) {
        for name in names {
            guard let value = getenv(name) else { continue }
            explicit_bzero(value, strlen(value))
            unsetenv(name)
        }
    }

    private static func write(_ text: String, to path: String) {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        _ = Glibc.write(descriptor, text, text.utf8.count)
    }
}
