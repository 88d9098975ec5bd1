import ExactJSON
import Foundation
import Testing

/// What Sage 300 was asked, in the order in which it began.
struct SageLog {
    struct Request {
        let method: String
        /// `ARInvoiceBatches`.
        let resource: String
        let company: String
        /// Nil where there was no answer.
        let status: Int?
        /// Milliseconds since 1970.
        let began: Int
        let ended: Int
        let filter: String
        let description: String
        let documents: [String]

        /// `MLC 12/` of a batch that was entered as `MLC 12/1 acme`.
        var token: String? { description.firstMatch(of: #/^MLC \d+\//#).map { String($0.output) } }
        var isWrite: Bool { method != "GET" }
    }

    let requests: [Request]

    init(_ json: JSON) throws {
        requests = try #require(json["log"]?.array).map { try Request($0) }.sorted { $0.began < $1.began }
    }

    private init(_ requests: [Request]) { self.requests = requests }

    func since(_ moment: Int) -> SageLog { SageLog(requests.filter { $0.began >= moment }) }

    func of(_ company: String) -> SageLog { SageLog(requests.filter { $0.company == company }) }

    /// Batches that were sent.
    var batches: [Request] { requests.filter { $0.method == "POST" && $0.resource == "ARInvoiceBatches" } }

    /// Documents sent a second time although the first answer was lost, and nobody had looked twice for the first batch,
    /// by its token, once the settle time was over.
    /// - Parameter slack: what passes between the note that it is sent and its arrival.
    func blindRepeats(settle: Int, slack: Int = 1000) -> [String] {
        let looks = requests.filter {
            $0.method == "GET" && $0.resource == "ARInvoiceBatches" && $0.status == 200
        }
        var last: [String: Request] = [:]
        var blind: [String] = []
        for send in batches {
            for document in send.documents {
                let key = "\(send.company) \(document)"
                if let first = last[key], first.status.map({ $0 < 300 }) ?? true {
                    let count = looks.count { look in
                        look.company == send.company && look.filter.contains(first.token ?? "none")
                            && look.began >= first.began + settle * 1000 - slack && look.ended <= send.began
                    }
                    if count < 2 { blind.append("\(key): \(first.description), then \(send.description)") }
                }
                last[key] = send
            }
        }
        return blind
    }

    /// Writes to one company that ran side by side: Sage 300 wants one writer at a time.
    var overlaps: [String] {
        var running: [String: Request] = [:]
        var overlaps: [String] = []
        for request in requests where request.isWrite {
            // Times are whole milliseconds.
            if let other = running[request.company], request.began < other.ended - 2 {
                overlaps.append("\(request.company): \(other.resource) and \(request.resource)")
            }
            if request.ended > running[request.company]?.ended ?? 0 { running[request.company] = request }
        }
        return overlaps
    }
}

extension SageLog.Request {
    fileprivate init(_ json: JSON) throws {
        method = try #require(json["method"]?.string)
        let path = try #require(json["path"]?.string)
        resource = String((path.split(separator: "/").last ?? "").prefix { $0 != "(" })
        company = json["company"]?.string ?? ""
        status = json["status"]?.int
        began = try #require(json["began"]?.int)
        ended = began + (json["milliseconds"]?.int ?? 0)
        filter = json["filter"]?.string ?? ""
        description = json["description"]?.string ?? ""
        documents = json["documents"]?.array?.compactMap(\.string) ?? []
    }
}

extension Simulator {
    /// The requests it remembers.
    func log() async throws -> SageLog { try SageLog(try await read("requests")) }
}

/// Milliseconds since 1970: the clock of the log.
var nowInMilliseconds: Int { Int(Date().timeIntervalSince1970 * 1000) }
