import Foundation
import Glibc
import Synchronization

/// A mail as a server took it.
public struct ReceivedMail: Sendable {
    /// The envelope's sender.
    public let from: String
    /// The envelope's recipients.
    public let to: [String]
    /// Header and text, lines ended by CRLF, stuffed dots taken out.
    public let content: String
    /// User and password, where somebody signed in.
    public let login: String?
    /// Whether the way was encrypted.
    public let isEncrypted: Bool

    /// A header's value, unfolded; nil where there is none.
    public func header(_ name: String) -> String? {
        let head = content.components(separatedBy: "\r\n\r\n").first ?? ""
        let unfolded = head.replacingOccurrences(of: "\r\n ", with: " ")
        let lines = unfolded.components(separatedBy: "\r\n")
        return lines.first { $0.lowercased().hasPrefix(name.lowercased() + ": ") }.map {
            String($0.dropFirst(name.count + 2))
        }
    }

    /// The text, decoded from quoted-printable.
    public var text: String {
        let body = content.components(separatedBy: "\r\n\r\n").dropFirst().joined(separator: "\r\n\r\n")
        var bytes: [UInt8] = []
        var rest = Array(body.replacingOccurrences(of: "=\r\n", with: "").utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "="), rest.count >= 2 else {
                bytes.append(byte)
                continue
            }
            bytes.append(UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) ?? 0)
            rest = rest.dropFirst(2)
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// A real mail server on a loopback port. Its TLS is that of `openssl s_server`, which every test machine has.
public final class SMTPServer: Sendable {
    /// What it does.
    public struct Manners: Sendable {
        /// Said first.
        public var greeting = "220 test"
        /// Answers to commands by their first word, instead of the usual ones; "hang" for none at all.
        public var answers: [String: String] = [:]
        /// Certificate and key.
        public var certificate: (file: String, key: String)?
        /// Encrypted from the first byte.
        public var isImplicit = false
        /// Whether it offers STARTTLS, given a certificate.
        public var offersEncryption = true

        /// One that takes everything.
        public init() {}
    }

    private final class Received: Sendable {
        let mails = Mutex<[ReceivedMail]>([])
        let connections = Mutex(0)
    }

    private let received: Received
    private let listener: LoopbackListener

    /// Listens at once.
    public init(_ manners: Manners = Manners()) throws {
        let received = Received()
        self.received = received
        listener = try LoopbackListener { descriptor in
            received.connections.withLock { $0 += 1 }
            Self.serve(descriptor, manners) { mail in received.mails.withLock { $0.append(mail) } }
            close(descriptor)
        }
    }

    /// Where it listens.
    public var port: Int { listener.port }

    /// What it has taken so far.
    public var mails: [ReceivedMail] { received.mails.withLock { $0 } }

    /// How often somebody connected.
    public var connections: Int { received.connections.withLock { $0 } }

    private static func serve(_ descriptor: Int32, _ manners: Manners, _ take: (ReceivedMail) -> Void) {
        let plain = ByteChannel(input: descriptor, output: descriptor)
        if manners.isImplicit {
            guard let tunnel = TLSTunnel(descriptor, manners) else { return }
            defer { tunnel.end() }
            SMTPDialogue(tunnel.channel, manners, isEncrypted: true).run(greets: true, take)
            return
        }
        let dialogue = SMTPDialogue(plain, manners, isEncrypted: false)
        guard dialogue.run(greets: true, take) == .startTLS, let tunnel = TLSTunnel(descriptor, manners)
        else { return }
        defer { tunnel.end() }
        // The handshake can begin only now: the tunnel is open.
        plain.write("220 go ahead\r\n")
        SMTPDialogue(tunnel.channel, manners, isEncrypted: true).run(greets: false, take)
    }
}

/// One conversation.
private final class SMTPDialogue {
    enum End { case closed, startTLS }

    private let channel: ByteChannel
    private let manners: SMTPServer.Manners
    private let isEncrypted: Bool
    private var login: String?
    private var from = ""
    private var to: [String] = []

    init(_ channel: ByteChannel, _ manners: SMTPServer.Manners, isEncrypted: Bool) {
        self.channel = channel
        self.manners = manners
        self.isEncrypted = isEncrypted
    }

    @discardableResult
    func run(greets: Bool, _ take: (ReceivedMail) -> Void) -> End {
        if greets { channel.write(manners.greeting + "\r\n") }
        while let line = channel.readLine() {
            let word = line.prefix { $0 != " " }.uppercased()
            let special = manners.answers[word]
            if special == "hang" {
                channel.waitForClose()
                return .closed
            }
            if let special {
                channel.write(special + "\r\n")
                continue
            }
            switch word {
            case "EHLO", "HELO": greet()
            case "STARTTLS": return .startTLS
            case "AUTH": signIn(line)
            case "MAIL":
                from = Self.address(line)
                channel.write("250 ok\r\n")
            case "RCPT":
                to.append(Self.address(line))
                channel.write("250 ok\r\n")
            case "DATA": if let mail = readMail() { take(mail) }
            case "QUIT":
                channel.write("221 bye\r\n")
                return .closed
            default: channel.write("250 ok\r\n")
            }
        }
        return .closed
    }

    private func greet() {
        var lines = ["test"]
        if manners.certificate != nil, !isEncrypted, manners.offersEncryption { lines.append("STARTTLS") }
        lines.append("AUTH PLAIN")
        let all = lines.enumerated().map { "250\($0 == lines.count - 1 ? " " : "-")\($1)\r\n" }
        channel.write(all.joined())
    }

    private func signIn(_ line: String) {
        var token = line.split(separator: " ").dropFirst(2).first.map(String.init)
        if token == nil {
            channel.write("334 \r\n")
            token = channel.readLine()
        }
        let parts = (token.flatMap { Data(base64Encoded: $0) } ?? Data()).split(separator: 0).map {
            String(decoding: $0, as: UTF8.self)
        }
        login = parts.joined(separator: ":")
        channel.write("235 welcome\r\n")
    }

    private func readMail() -> ReceivedMail? {
        channel.write("354 go on\r\n")
        var content = ""
        while let line = channel.readLine() {
            guard line != "." else {
                let answer = manners.answers["."] ?? "250 taken"
                channel.write(answer + "\r\n")
                defer { (from, to) = ("", []) }
                guard answer.hasPrefix("2") else { return nil }
                return ReceivedMail(
                    from: from,
                    to: to,
                    content: content,
                    login: login,
                    isEncrypted: isEncrypted
                )
            }
            content += (line.hasPrefix(".") ? String(line.dropFirst()) : line) + "\r\n"
        }
        return nil
    }

    private static func address(_ line: String) -> String {
        line.split(separator: "<").dropFirst().first?.split(separator: ">").first.map(String.init) ?? ""
    }
}

/// Decrypts one connection by an `openssl s_server` of its own: cipher text through a socket, plain text through pipes.
private final class TLSTunnel {
    let channel: ByteChannel
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()
    private let inner: Int32

    init?(_ outer: Int32, _ manners: SMTPServer.Manners) {
        guard let certificate = manners.certificate, let port = try? LoopbackListener.freePort() else {
            return nil
        }
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_server", "-accept", "127.0.0.1:\(port)", "-cert", certificate.file, "-key", certificate.key,
            "-quiet",
            "-naccept", "1",
        ]
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return nil }
        var connection: Int32?
        for _ in 0..<400 where connection == nil {
            connection = LoopbackListener.connection(to: port)
            if connection == nil { usleep(10_000) }
        }
        guard let connection else { return nil }
        inner = connection
        channel = ByteChannel(
            input: output.fileHandleForReading.fileDescriptor,
            output: input.fileHandleForWriting.fileDescriptor
        )
        Self.pump(from: outer, to: connection)
        Self.pump(from: connection, to: outer)
    }

    func end() {
        shutdown(inner, Int32(SHUT_RDWR))
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    private static func pump(from source: Int32, to target: Int32) {
        Thread.detachNewThread {
            blockBrokenPipes()
            var chunk = [UInt8](repeating: 0, count: 65536)
            while case let count = read(source, &chunk, chunk.count), count > 0 {
                guard ByteChannel.write(chunk[..<count], to: target) else { break }
            }
            shutdown(target, Int32(SHUT_WR))
        }
    }
}
