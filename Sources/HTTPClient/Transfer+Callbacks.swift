import CCurl

/// libcurl calls these on the loop thread, from within `perform`, with the transfer as user data.
extension Transfer {
    func setCallbacks() throws(CurlFailure) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let easy = easy.pointer
        try self.easy.check(ccurl_set_write_callback(easy, CURLOPT_HEADERFUNCTION, Self.onHeaderLine))
        try self.easy.check(ccurl_set_pointer(easy, CURLOPT_HEADERDATA, context))
        try self.easy.check(ccurl_set_write_callback(easy, CURLOPT_WRITEFUNCTION, Self.onBody))
        try self.easy.check(ccurl_set_pointer(easy, CURLOPT_WRITEDATA, context))
        try self.easy.check(ccurl_set_prereq_callback(easy, Self.onIssue))
        try self.easy.check(ccurl_set_pointer(easy, CURLOPT_PREREQDATA, context))
        guard allowsAddress != nil else { return }
        try self.easy.check(ccurl_set_open_socket_callback(easy, Self.onOpenSocket))
        try self.easy.check(ccurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, context))
    }

    private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer? {
        context.map { Unmanaged<Transfer>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Taking fewer bytes than offered makes libcurl fail the transfer.
    private static let onHeaderLine: curl_write_callback = { bytes, size, count, context in
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return from(context)?.takeHeaderLine(line) == true ? size * count : 0
    }

    private static let onBody: curl_write_callback = { bytes, size, count, context in
        let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return from(context)?.takeBody(chunk) == true ? size * count : 0
    }

    private static let onIssue: curl_prereq_callback = { context, _, _, _, _ in
        from(context)?.mayIssue() == true ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
    }

    private static let onOpenSocket: curl_opensocket_callback = { context, _, address in
        guard let transfer = from(context), let address, transfer.mayConnect(to: address) else {
            return CURL_SOCKET_BAD
        }
        return ccurl_open_socket(address)
    }

    private func mayConnect(to address: UnsafePointer<curl_sockaddr>) -> Bool {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard ccurl_numeric_address(address, &text, text.count) != 0 else { return false }
        let numeric = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let isAllowed = allowsAddress?(numeric) ?? true
        if isAllowed { hasOpenedSocket = true } else { hasRefusedAddress = true }
        return isAllowed
    }
}
