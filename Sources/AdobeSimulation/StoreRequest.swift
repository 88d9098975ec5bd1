/// A request as it came in: nothing decoded, because OAuth signs what was sent.
struct StoreRequest: Sendable {
    var method: String
    /// Path and query exactly as in the request line.
    var target: String
    /// Lower-case names.
    var headers: [(name: String, value: String)]
    var host: String
    var body: [UInt8] = []
    var isLoopback = true
    /// Of the client's end: one for each connection.
    var clientPort: Int?

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

    /// https when a proxy in front says so (`web/secure/offloader_header`).
    var scheme: String { header("x-forwarded-proto")?.lowercased() == "https" ? "https" : "http" }

    var path: String { String(target.prefix { $0 != "?" }) }
    var isControl: Bool { target.hasPrefix("/_simulator/") }
    var query: String { String(target.drop { $0 != "?" }.dropFirst()) }
}

/// An answer, before the transport gets to spoil it.
struct StoreResponse: Sendable {
    var status: Int
    var headers: [(name: String, value: String)] = [("Content-Type", "application/json; charset=utf-8")]
    var body: [UInt8]
    /// Entities in it, for delays that grow with the page.
    var rows = 0
}

enum PercentEncoding {
    /// RFC 3986: everything but `A-Za-z0-9-._~`, upper-case digits.
    static func encode(_ text: String) -> String {
        var encoded = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return encoded
    }

    /// PHP's `rawurldecode`; with `plusIsSpace` its `urldecode`. A stray `%` stays.
    static func decode(_ text: Substring, plusIsSpace: Bool = false) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else if byte == UInt8(ascii: "+"), plusIsSpace {
                bytes.append(UInt8(ascii: " "))
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
