import ExactJSON

/// What goes back over HTTP, and how the connection ends.
struct Reply: Sendable {
    enum Ending: Sendable {
        case complete
        /// Not one byte is sent.
        case dropped
        /// Half of the body, then a reset.
        case resetMidBody
    }

    var status: Int
    var contentType: String? = Reply.json
    var body = ""
    var headers: [(name: String, value: String)] = []
    var ending = Ending.complete

    static let json = "application/json; odata.metadata=minimal; charset=utf-8"
    static let html = "text/html; charset=utf-8"

    static let dropped = Reply(status: 0, ending: .dropped)

    /// A page of IIS or of a proxy before it.
    static func page(_ status: Int, _ title: String) -> Reply {
        Reply(
            status: status,
            contentType: html,
            body: "<!DOCTYPE html><html><head><title>\(title)</title></head><body><h2>\(title)</h2>"
                + "<hr><p>Microsoft-IIS/10.0</p></body></html>"
        )
    }

    init(
        status: Int,
        contentType: String? = Reply.json,
        body: String = "",
        headers: [(name: String, value: String)] = [],
        ending: Ending = .complete
    ) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
        self.ending = ending
    }

    init(_ error: ServiceError) {
        self.init(status: error.status ?? error.code.status, body: error.body.text)
        if error.code == .unauthorized {
            headers.append(("WWW-Authenticate", "Basic realm=\"Sage300WebApi\""))
        }
    }

    init(_ answer: Answer) {
        self.init(
            status: answer.status,
            contentType: answer.body == nil ? nil : Reply.json,
            body: answer.body ?? ""
        )
        if let location = answer.location { headers.append(("Location", location)) }
    }
}
