import Glibc

/// Keeps SIGPIPE from ending the process: OpenSSL writes to sockets without `MSG_NOSIGNAL`, and libcurl leaves
/// the signal alone once `CURLOPT_NOSIGNAL` is set (its manual page says so).
enum BrokenPipeSignal {
    /// Runs `body` with the signal blocked on this thread and takes one that came.
    static func blocked<T>(_ body: () -> T) -> T {
        var pipe = sigset_t()
        var previous = sigset_t()
        sigemptyset(&pipe)
        sigaddset(&pipe, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &pipe, &previous)
        let result = body()
        if sigismember(&previous, SIGPIPE) == 0 {
            var now = timespec()
            while sigtimedwait(&pipe, nil, &now) == SIGPIPE {}
            pthread_sigmask(SIG_SETMASK, &previous, nil)
        }
        return result
    }
}
