import CCurl

/// A reference to a libcurl multi handle; `destroy()` is called exactly once, by its owner `MultiParking`.
///
/// Sendable because only `wakeUp()` is called off the loop thread, which libcurl allows.
struct MultiHandle: @unchecked Sendable {
    /// Idle connections kept, over all hosts.
    private static let maximumIdleConnections = 64

    private static let isLibraryReady: Bool = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let pointer: UnsafeMutableRawPointer

    init(maximumConnectionsPerHost: Int) {
        guard Self.isLibraryReady, let pointer = curl_multi_init() else {
            preconditionFailure("libcurl does not start: out of memory")
        }
        self.pointer = pointer
        ccurl_multi_set_long(pointer, CURLMOPT_MAX_HOST_CONNECTIONS, max(1, maximumConnectionsPerHost))
        ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, Self.maximumIdleConnections)
    }

    func destroy() {
        _ = curl_multi_cleanup(pointer)
    }

    func add(_ easy: borrowing EasyHandle) -> Bool {
        curl_multi_add_handle(pointer, easy.pointer) == CURLM_OK
    }

    /// Ends the transfer if it still runs, and its connection with it.
    func remove(_ easy: borrowing EasyHandle) {
        _ = curl_multi_remove_handle(pointer, easy.pointer)
    }

    /// Reads and writes what can be without waiting.
    func perform() -> Bool {
        var running: Int32 = 0
        return curl_multi_perform(pointer, &running) == CURLM_OK
    }

    /// A transfer that has ended, by its easy handle.
    func nextEnded() -> (easy: UnsafeMutableRawPointer, code: CURLcode)? {
        var left: Int32 = 0
        while let message = curl_multi_info_read(pointer, &left) {
            if message.pointee.msg == CURLMSG_DONE, let easy = message.pointee.easy_handle {
                return (easy, message.pointee.data.result)
            }
        }
        return nil
    }

    func poll(milliseconds: Int32) {
        _ = curl_multi_poll(pointer, nil, 0, milliseconds, nil)
    }

    func wakeUp() {
        _ = curl_multi_wakeup(pointer)
    }
}
