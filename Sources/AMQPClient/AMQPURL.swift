/// Reads lists of AMQP URLs (https://www.rabbitmq.com/uri-spec.html), strictly and without ever quoting
/// what may be a password.
enum AMQPURL {
    static func endpoints(_ text: String) throws(AMQPError) -> [AMQPEndpoint] {
        var endpoints: [AMQPEndpoint] = []
        for (index, url) in split(text).enumerated() {
            do {
                endpoints.append(try endpoint(url))
            } catch {
                throw .badURL("URL \(index + 1) \(error.reason)")
            }
        }
        guard !endpoints.isEmpty else { throw .badURL("there is no URL") }
        return endpoints
    }

    private struct Flaw: Error {
        let reason: String
    }

    /// A comma may be part of a password; it ends a URL only before the scheme of the next one.
    private static func split(_ text: String) -> [Substring] {
        var urls: [Substring] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            let trimmed = piece.drop(while: \.isWhitespace)
            let startsURL = trimmed.hasPrefix("amqp://") || trimmed.hasPrefix("amqps://")
            if let last = urls.last, !startsURL {
                urls[urls.count - 1] = text[last.startIndex..<piece.endIndex]
            } else {
                urls.append(trimmed)
            }
        }
        return urls.map { url in
            url.lastIndex { !$0.isWhitespace }.map { url[...$0] } ?? url.prefix(0)
        }.filter { !$0.isEmpty }
    }

    private static func endpoint(_ url: Substring) throws(Flaw) -> AMQPEndpoint {
        let (rest, usesTLS) = try scheme(url)
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Flaw(reason: "has a query or fragment, which is not supported")
        }
        let path = rest.firstIndex(of: "/").map { rest[rest.index(after: $0)...] } ?? ""
        let authority = rest.prefix { $0 != "/" }
        let userEnd = authority.lastIndex(of: "@")
        let credentials = userEnd.map { authority[..<$0] } ?? "guest:guest"
        let (host, port) = try hostAndPort(
            userEnd.map { authority[authority.index(after: $0)...] } ?? authority
        )
        let colon = credentials.firstIndex(of: ":")
        guard !path.contains("/") else { throw Flaw(reason: "has a slash in its virtual host; write it %2F") }
        return AMQPEndpoint(
            host: host,
            port: port,
            username: try decode(colon.map { credentials[..<$0] } ?? credentials, "user name"),
            password: try decode(
                colon.map { credentials[credentials.index(after: $0)...] } ?? "",
                "password"
            ),
            virtualHost: path.isEmpty ? "/" : try decode(path, "virtual host"),
            usesTLS: usesTLS
        )
    }

    private static func scheme(_ url: Substring) throws(Flaw) -> (rest: Substring, usesTLS: Bool) {
        for (scheme, usesTLS) in [("amqp://", false), ("amqps://", true)] where url.hasPrefix(scheme) {
            return (url.dropFirst(scheme.count), usesTLS)
        }
        throw Flaw(reason: "begins with neither amqp:// nor amqps://")
    }

    private static func hostAndPort(_ text: Substring) throws(Flaw) -> (host: String, port: Int?) {
        let hostEnd: Substring.Index
        let host: Substring
        if text.hasPrefix("[") {
            guard let bracket = text.firstIndex(of: "]") else {
                throw Flaw(reason: "lacks a closing bracket")
            }
            host = text[text.index(after: text.startIndex)..<bracket]
            hostEnd = text.index(after: bracket)
        } else {
            hostEnd = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<hostEnd]
        }
        let marks = text.hasPrefix("[") ? ".:" : ".-_"
        guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || marks.contains($0) }) else {
            throw Flaw(reason: "has no valid host")
        }
        let rest = text[hostEnd...]
        if rest.isEmpty { return (String(host), nil) }
        let digits = rest.dropFirst()
        guard rest.hasPrefix(":"), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
            let port = Int(digits), (1...65_535).contains(port)
        else { throw Flaw(reason: "has no valid port") }
        return (String(host), port)
    }

    private static func decode(_ text: Substring, _ part: String) throws(Flaw) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte != UInt8(ascii: "%") {
                bytes.append(byte)
            } else if let high = rest.popFirst().flatMap(hexDigit),
                let low = rest.popFirst().flatMap(hexDigit)
            {
                bytes.append(high << 4 | low)
            } else {
                throw Flaw(reason: "has a \(part) with a broken percent escape")
            }
        }
        // librabbitmq takes C strings: a NUL would cut the password short without a word.
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Flaw(reason: "has a \(part) that is not text")
        }
        return decoded
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        Character(UnicodeScalar(byte)).hexDigitValue.map(UInt8.init)
    }
}
