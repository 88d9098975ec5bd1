import CCurl
import Glibc

/// What a libcurl call returned instead of `CURLE_OK`.
struct CurlFailure: Error {
    let code: CURLcode

    var isNone: Bool { code == CURLE_OK }

    /// libcurl's sentence for the code alone: it never holds anything of the request.
    var text: String { String(cString: curl_easy_strerror(code)) }
}

/// Owns one libcurl easy handle: one transfer, configured once. Used on the loop thread only.
struct EasyHandle: ~Copyable {
    /// For the multi handle, which knows transfers by it.
    let pointer: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var resolvedNames: UnsafeMutablePointer<curl_slist>?

    init() {
        guard let pointer = curl_easy_init() else { preconditionFailure("out of memory") }
        self.pointer = pointer
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(pointer)
        wipeFields()
        curl_slist_free_all(fields)
        curl_slist_free_all(resolvedNames)
        errorText.deallocate()
    }

    /// Headers hold credentials: their copies are overwritten before they are given back.
    private func wipeFields() {
        var field = fields
        while let current = field {
            if let text = current.pointee.data { ccurl_wipe(text) }
            field = current.pointee.next
        }
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlFailure) {
        try check(ccurl_set_long(pointer, option, value))
    }

    /// libcurl keeps a copy; `nil` sets the option to nothing.
    func set(_ option: CURLoption, _ value: String?) throws(CurlFailure) {
        if let value {
            try check(ccurl_set_text(pointer, option, value))
        } else {
            try check(ccurl_set_text(pointer, option, nil))
        }
    }

    /// libcurl keeps a copy.
    func setBody(_ body: [UInt8]) throws(CurlFailure) {
        try check(ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)))
        // An empty array may have no address, and no address means "no body".
        var body = body.isEmpty ? [0] : body
        try check(ccurl_set_pointer(pointer, CURLOPT_COPYPOSTFIELDS, &body))
    }

    /// One line each, in libcurl's notation: `Name: value`, `Name;` for an empty value, `Name:` to leave out a
    /// header of its own.
    mutating func setFields(_ lines: [String]) throws(CurlFailure) {
        try Self.append(lines, to: &fields)
        try check(ccurl_set_list(pointer, CURLOPT_HTTPHEADER, fields))
    }

    /// Each `host:port:address,…`.
    mutating func setResolvedNames(_ names: [String]) throws(CurlFailure) {
        try Self.append(names, to: &resolvedNames)
        try check(ccurl_set_list(pointer, CURLOPT_RESOLVE, resolvedNames))
    }

    private static func append(
        _ lines: [String],
        to list: inout UnsafeMutablePointer<curl_slist>?
    ) throws(CurlFailure) {
        for line in lines {
            guard let longer = curl_slist_append(list, line) else {
                throw CurlFailure(code: CURLE_OUT_OF_MEMORY)
            }
            list = longer
        }
    }

    /// Whether the transfer made no connection of its own.
    var usedExistingConnection: Bool {
        var count = 0
        ccurl_get_long(pointer, CURLINFO_NUM_CONNECTS, &count)
        return count == 0
    }

    /// What libcurl says about a failure. A text that quotes a URL is replaced: the proxy's may hold a password.
    func explanation(of failure: CurlFailure) -> String {
        let text = String(cString: errorText)
        guard !text.isEmpty, !text.contains("://"), !text.contains("@") else { return failure.text }
        let words = String(text.map { $0.isASCII && !$0.isNewline ? $0 : "?" })
        guard failure.code == CURLE_COULDNT_CONNECT, let reason = systemError else { return words }
        return "\(words): \(reason)"
    }

    /// Why the last connection did not come about, in the system's words: libcurl's own leave it out.
    private var systemError: String? {
        var number = 0
        ccurl_get_long(pointer, CURLINFO_OS_ERRNO, &number)
        return number == 0 ? nil : String(cString: strerror(Int32(truncatingIfNeeded: number)))
    }

    func check(_ code: CURLcode) throws(CurlFailure) {
        guard code == CURLE_OK else { throw CurlFailure(code: code) }
    }
}
