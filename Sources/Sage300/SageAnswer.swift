import ExactJSON

/// What a refusing answer says: `{"error":{"code":…,"message":{"lang":…,"value":…}}}` (reference Sage 5), or
/// anything a proxy or IIS puts in its place.
struct SageAnswer {
    let code: String?
    let message: String?

    init(_ body: [UInt8]) {
        let error = (try? JSON(parsing: body, limits: .init(depth: 16, bytes: 1 << 20)))?["error"]
        code = error?["code"]?.string
        let text = error?["message"]?["value"]?.string ?? error?["message"]?.string
        message = text.map { Self.oneLine($0) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// What a status and code mean.
    ///
    /// A write that is answered by something other than Sage 300's own refusal may have been done: a proxy's
    /// 502 or 504, IIS's 500 page. Only what Sage 300 itself refuses, and 429, is certainly undone.
    func cause(status: Int, isWrite: Bool) -> SageError.Cause {
        switch (status, code) {
        case (401, _): return .credentials
        case (403, _): return .forbidden
        // A gateway's time-out: what stands behind it may have got the request.
        case (408, _) where isWrite, (499, _) where isWrite: return .noAnswer
        case (429, _): return .busy
        case (400..<500, .some) where isConflict: return .busy
        case (404, "RecordNotFound"): return .notFound
        case (400..<500, let code?): return .refused(code: code)
        case (400..<500, nil): return .unreadable  // IIS or a proxy refuses: certainly not done
        case (503, _) where !isWrite: return .busy
        default: return isWrite ? .noAnswer : .unreadable
        }
    }

    /// Texts a production client requeues on (reference Sage 5).
    private var isConflict: Bool {
        let text = (message ?? "").lowercased()
        return text.contains("processing conflict") || text.contains("post in progress")
            || text.contains("modified by another program") || text.contains("locked by another user")
            || text.contains("another user has modified")
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
