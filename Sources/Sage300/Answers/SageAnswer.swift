import ExactJSON

/// What a refusing answer says: `{"error":{"code":…,"message":{"lang":…,"value":…}}}` (reference Sage 5), or
/// anything a proxy or IIS puts in its place.
struct SageAnswer {
    let code: String?
    let message: String?
    /// The beginning of a body that is not Sage 300's, lower case.
    private let page: String

    init(_ body: [UInt8]) {
        let error = (try? JSON(parsing: body, limits: .init(depth: 16, bytes: 1 << 20)))?["error"]
        code = error?["code"]?.string.flatMap { $0.isEmpty ? nil : $0 }
        let text = error?["message"]?["value"]?.string ?? error?["message"]?.string
        message = text.map { Self.oneLine($0) }.flatMap { $0.isEmpty ? nil : $0 }
        page = code == nil ? String(decoding: body.prefix(8192), as: UTF8.self).lowercased() : ""
    }

    /// What a status and code mean.
    ///
    /// Statuses are mostly inferred (reference Sage 5), so Sage 300's own code goes before them where it leaves no
    /// doubt. A write that is answered by something other than Sage 300's own refusal may have been done: a proxy's
    /// 502 or 504, IIS's 500 page. Only what Sage 300 itself refuses, and 429, is certainly undone.
    func cause(status: Int, isWrite: Bool) -> SageError.Cause {
        guard status >= 400 else { return isWrite ? .noAnswer : .unreadable }
        if status == 401 { return .credentials }
        guard let code else { return causeWithoutCode(status, isWrite) }
        if let cause = Self.certain(code) { return cause }
        if ranOutOfTime { return isWrite ? .noAnswer : .busy }
        switch status {
        case 403: return .forbidden
        // A gateway's time-out: what stands behind it may have got the request.
        case 408, 499: return isWrite ? .noAnswer : .unreadable
        case 429: return .busy
        case 400..<500 where isConflict: return .busy
        case 400..<500 where isLocked: return .locked
        // "Unhandled": how far it had come, nobody knows.
        case _ where code == "InternalServerError": return isWrite ? .noAnswer : .unreadable
        case 400..<500: return code == "RecordNotFound" ? .notFound : .refused(code: code)
        // The business layer's own codes with a server's error: what was done before it is not told.
        default: return isWrite ? .noAnswer : isConflict || isLocked || status == 503 ? .busy : .unreadable
        }
    }

    /// Codes that say by themselves that nothing was done, whatever the status.
    private static func certain(_ code: String) -> SageError.Cause? {
        switch code {
        case "DBLinkError", "SessionError", "ResourceNotFound": .unavailable(code: code)
        case "Forbidden": .forbidden
        case "TooManyRequests": .busy
        case "InvalidParameters", "InvalidEntityKey", "InvalidPayload", "InvalidAction", "MethodNotAllowed":
            .refused(code: code)
        default: nil
        }
    }

    /// IIS or a proxy answers. Its 4xx is certainly not done, but for a gateway's time-out.
    private func causeWithoutCode(_ status: Int, _ isWrite: Bool) -> SageError.Cause {
        switch status {
        case 403: return .forbidden
        case 408, 499: return isWrite ? .noAnswer : .unreadable
        case 429: return .busy
        case 413: return .refused(code: "BodyTooLarge")
        case 414: return .refused(code: "QueryTooLong")
        // IIS counts both limits as a 404 with a number behind the point, told only on its detailed pages.
        case 404 where page.contains("404.13"): return .refused(code: "BodyTooLarge")
        case 404 where page.contains("404.15"): return .refused(code: "QueryTooLong")
        case 400 where page.contains("dangerous request.path") || page.contains("invalid url"):
            return .refused(code: "BadPath")
        case 400..<500: return .unreadable
        case 503 where !isWrite: return .busy
        case _ where page.contains("request timed out"): return isWrite ? .noAnswer : .busy
        default: return isWrite ? .noAnswer : .unreadable
        }
    }

    /// The company is at other work: texts a production client requeues on (reference Sage 5).
    private var isConflict: Bool { contains("processing conflict", "post in progress") }

    /// The record is somebody else's for the moment: texts of Sage 300's own screens (reference Sage 5).
    private var isLocked: Bool {
        contains("modified by another program", "locked by another user", "another user has modified")
    }

    /// Sage 300 gave up waiting for its own work, or says that a number was given away meanwhile: the work may
    /// have been done all the same (reference Sage 5).
    private var ranOutOfTime: Bool {
        contains("could not be completed within the time limit", "another user has created entry number")
    }

    private func contains(_ texts: String...) -> Bool {
        let message = (message ?? "").lowercased()
        return texts.contains { message.contains($0) }
    }

    /// The first 2 kB of a body as one printable line; never parsed.
    static func beginning(of body: [UInt8]) -> String {
        let text = String(decoding: body.prefix(2048), as: UTF8.self)
        let line = oneLine(text)
        return line.isEmpty ? "an empty body" : String(line.prefix(300))
    }

    /// One line of at most 2 kB without control characters: a NUL could not even be stored.
    private static func oneLine(_ text: String) -> String {
        let blank: Set<Unicode.GeneralCategory> = [
            .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator,
        ]
        let words = text.unicodeScalars.prefix(2048).split { blank.contains($0.properties.generalCategory) }
        var line = words.map { String($0) }.joined(separator: " ")
        while line.utf8.count > 2048 { line.removeLast() }
        return line
    }
}
