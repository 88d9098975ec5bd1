import CCurl

/// One libcurl handle that hands one mail in. Used on one thread, which it blocks.
struct MailTransfer: ~Copyable {
    /// What a libcurl call returned instead of `CURLE_OK`.
    struct Failure: Error { let code: CURLcode }

    private let easy: UnsafeMutableRawPointer
    private let errorText: UnsafeMutablePointer<CChar>
    private var recipients: UnsafeMutablePointer<curl_slist>?
    private let server: MailServer
    private var upload: MailUpload?

    init(_ server: MailServer) {
        guard let easy = curl_easy_init() else { preconditionFailure("out of memory") }
        self.easy = easy
        self.server = server
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        ccurl_set_pointer(easy, CURLOPT_ERRORBUFFER, errorText)
    }

    deinit {
        curl_easy_cleanup(easy)
        curl_slist_free_all(recipients)
        errorText.deallocate()
    }

    /// Names server, envelope and content.
    mutating func prepare(_ message: MailMessage, _ upload: MailUpload) throws(Failure) {
        try set(CURLOPT_URL, server.plainURL)
        try set(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        try set(CURLOPT_PROXY, "")
        if let user = server.user {
            try set(CURLOPT_USERNAME, user)
            try set(CURLOPT_PASSWORD, server.password ?? "")
        }
        try set(CURLOPT_MAIL_FROM, "<\(message.from)>")
        for recipient in message.to {
            guard let longer = curl_slist_append(recipients, "<\(recipient)>") else {
                throw Failure(code: CURLE_OUT_OF_MEMORY)
            }
            recipients = longer
        }
        try check(ccurl_set_list(easy, CURLOPT_MAIL_RCPT, recipients))
        try set(CURLOPT_UPLOAD, 1)
        // The handle lives in `perform` at most as long as this reference.
        self.upload = upload
        let context = Unmanaged.passUnretained(upload).toOpaque()
        try check(ccurl_set_read_callback(easy, readMail))
        try check(ccurl_set_pointer(easy, CURLOPT_READDATA, context))
        try check(ccurl_set_progress_callback(easy, mayGoOn))
        try check(ccurl_set_pointer(easy, CURLOPT_XFERINFODATA, context))
        try set(CURLOPT_NOPROGRESS, 0)
    }

    func secure(_ authorityFile: String?) throws(Failure) {
        let level: curl_usessl =
            switch server.encryption {
            case .implicit, .required: CURLUSESSL_ALL
            case .optional: CURLUSESSL_TRY
            case .off: CURLUSESSL_NONE
            }
        try set(CURLOPT_USE_SSL, Int(level.rawValue))
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let authorityFile {
            try set(CURLOPT_CAINFO, authorityFile)
            try set(CURLOPT_CAPATH, nil)  // else the system's authorities would be trusted besides
        }
    }

    func limit(connect: Duration, total: Duration) throws(Failure) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, connect.milliseconds)
        try set(CURLOPT_TIMEOUT_MS, total.milliseconds)
    }

    func perform() throws(Failure) { try check(curl_easy_perform(easy)) }

    /// What a failure means for whoever wants the mail sent. A server's answer says most.
    func cause(of failure: Failure) -> MailError.Cause {
        var answer = 0
        ccurl_get_long(easy, CURLINFO_RESPONSE_CODE, &answer)
        let isRefusal = (400..<600).contains(answer)
        switch failure.code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: return .couldNotResolve
        case CURLE_COULDNT_CONNECT: return .couldNotConnect
        case CURLE_OPERATION_TIMEDOUT: return .timedOut
        case CURLE_ABORTED_BY_CALLBACK: return .cancelled
        case CURLE_LOGIN_DENIED: return .signInRefused(isRefusal ? answer : 535)
        case CURLE_USE_SSL_FAILED: return .tls("the server does not offer STARTTLS")
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE,
            CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_ISSUER_ERROR:
            return .tls(explanation(of: failure))
        default: return isRefusal ? .refused(answer) : .connectionLost
        }
    }

    /// libcurl's words, unless they quote something.
    private func explanation(of failure: Failure) -> String {
        let text = String(cString: errorText)
        guard !text.isEmpty, !text.contains("://"), !text.contains("@") else {
            return String(cString: curl_easy_strerror(failure.code))
        }
        return String(text.map { $0.isASCII && !$0.isNewline ? $0 : "?" })
    }

    private func set(_ option: CURLoption, _ value: Int) throws(Failure) {
        try check(ccurl_set_long(easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String?) throws(Failure) {
        if let value {
            try check(ccurl_set_text(easy, option, value))
        } else {
            try check(ccurl_set_text(easy, option, nil))
        }
    }

    private func check(_ code: CURLcode) throws(Failure) {
        guard code == CURLE_OK else { throw Failure(code: code) }
    }
}

/// libcurl asks for more of the mail.
private let readMail: curl_read_callback = { buffer, size, count, context in
    guard let buffer, let context else { return 0 }
    let upload = Unmanaged<MailUpload>.fromOpaque(context).takeUnretainedValue()
    return upload.read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
}

/// libcurl asks about once a second whether to go on.
private let mayGoOn: curl_xferinfo_callback = { context, _, _, _, _ in
    guard let context else { return 0 }
    return Unmanaged<MailUpload>.fromOpaque(context).takeUnretainedValue().isCancelled ? 1 : 0
}

extension Duration {
    /// At least 1: 0 means no limit to libcurl.
    fileprivate var milliseconds: Int {
        let (seconds, attoseconds) = components
        return Int(clamping: max(1, min(seconds, 1 << 20) * 1000 + attoseconds / 1_000_000_000_000_000))
    }
}
