import Foundation
import MailClient
import TestServers
import Testing

/// Mail handed in to a real server.
@Suite(.timeLimit(.minutes(2)))
struct SendingTests {
    private func message(_ text: String = "One\n.two\n..\n.\nGrüße") throws -> MailMessage {
        MailMessage(
            from: try #require(MailAddress("connector@example.com")),
            to: [
                try #require(MailAddress("ops@example.com")), try #require(MailAddress("books@example.org")),
            ],
            subject: "Größe",
            text: text,
            date: Date(timeIntervalSince1970: 1_796_022_000),
            id: "stable"
        )
    }

    private func client(_ server: SMTPServer, _ options: String = "", user: String = "") throws -> MailClient
    {
        let url = "smtp://\(user)127.0.0.1:\(server.port)\(options)"
        return MailClient(server: try #require(MailServer(url: url)), totalTimeout: .seconds(10))
    }

    private func cause(_ client: MailClient) async throws -> MailError? {
        let message = try message()
        do throws(MailError) {
            try await client.send(message)
            return nil
        } catch {
            return error
        }
    }

    @Test func aMailArrivesAsItWasWritten() async throws {
        let server = try SMTPServer()
        try await client(server).send(try message())
        let mail = try #require(server.mails.first)
        #expect(server.mails.count == 1)
        #expect(mail.from == "connector@example.com")
        #expect(mail.to == ["ops@example.com", "books@example.org"])
        #expect(mail.text == "One\r\n.two\r\n..\r\n.\r\nGrüße\r\n")
        #expect(mail.header("Message-ID") == "<stable@example.com>")
        #expect(mail.login == nil && !mail.isEncrypted)
    }

    @Test(arguments: [
        ("RCPT", "450 greylisted", true), ("RCPT", "550 no such user", false), ("MAIL", "451 later", true),
        ("MAIL", "552 too much", false), ("DATA", "421 closing", true), ("DATA", "554 no", false),
        (".", "452 full", true), (".", "554 spam", false),
    ])
    func aRefusalSaysWhetherItMayPass(_ command: String, _ answer: String, _ mayPass: Bool) async throws {
        var manners = SMTPServer.Manners()
        manners.answers = [command: answer]
        let server = try SMTPServer(manners)
        let error = try #require(try await cause(try client(server)))
        #expect(error.mayPass == mayPass, "\(error)")
        #expect(error.cause == .refused(Int(answer.prefix(3)) ?? 0))
        #expect(server.mails.isEmpty)
    }

    @Test func nobodyListens() async throws {
        let port = try SMTPServer().port
        // The listener above is gone with its server.
        let client = MailClient(server: try #require(MailServer(url: "smtp://127.0.0.1:\(port)")))
        let error = try #require(try await cause(client))
        #expect(error.mayPass, "\(error)")
    }

    @Test func aGreetingThatRefusesMayPass() async throws {
        var manners = SMTPServer.Manners()
        manners.greeting = "421 too busy"
        let error = try #require(try await cause(try client(try SMTPServer(manners))))
        #expect(error.mayPass, "\(error)")
    }

    @Test func credentialsNeverTravelInTheClearUnlessToldSo() async throws {
        let server = try SMTPServer()
        let error = try #require(try await cause(try client(server, user: "me:secret@")))
        #expect(error.cause == .tls("the server does not offer STARTTLS"))
        #expect(server.mails.isEmpty)
        try await client(server, "?starttls=off", user: "me:secret@").send(try message())
        #expect(server.mails.first?.login == "me:secret")
    }

    @Test func aRefusedSignInIsSaid() async throws {
        var manners = SMTPServer.Manners()
        manners.answers = ["AUTH": "535 wrong"]
        let server = try SMTPServer(manners)
        let error = try #require(try await cause(try client(server, "?starttls=off", user: "me:secret@")))
        #expect(error.cause == .signInRefused(535))
        #expect(!error.mayPass && !error.description.contains("secret"))
    }

    @Test func aServerThatHangsHoldsUpNobodyElseAndCanBeLeft() async throws {
        var manners = SMTPServer.Manners()
        manners.answers = ["DATA": "hang"]
        let hanging = try SMTPServer(manners)
        let stuck = try client(hanging)
        let message = try message()
        // More than the cooperative pool has threads.
        let tasks = (0..<12).map { _ in
            Task { () -> MailError.Cause? in
                do throws(MailError) {
                    try await stuck.send(message)
                    return nil
                } catch { return error.cause }
            }
        }
        while hanging.connections < 12 { try await Task.sleep(for: .milliseconds(10)) }
        let good = try SMTPServer()
        try await client(good).send(message)
        #expect(good.mails.count == 1)
        for task in tasks { task.cancel() }
        for task in tasks { #expect(await task.value == .cancelled) }
    }

    @Test func aServerThatHangsTimesOut() async throws {
        var manners = SMTPServer.Manners()
        manners.answers = ["MAIL": "hang"]
        let server = try SMTPServer(manners)
        let client = MailClient(
            server: try #require(MailServer(url: "smtp://127.0.0.1:\(server.port)")),
            totalTimeout: .milliseconds(500)
        )
        let error = try #require(try await cause(client))
        #expect(error.cause == .timedOut && error.mayPass)
    }

    @Test func aMailWithoutRecipientIsNotSent() async throws {
        var message = try message()
        message.to = []
        let client = try client(try SMTPServer())
        await #expect(throws: MailError.self) { try await client.send(message) }
    }
}

/// Encryption, by the certificates that `deploy/test` makes.
@Suite(.timeLimit(.minutes(2)), .enabled(if: Certificates.areThere, "needs TEST_AMQP_CA_FILE"))
struct EncryptionTests {
    private func server(isImplicit: Bool = false, offers: Bool = true) throws -> SMTPServer {
        var manners = SMTPServer.Manners()
        manners.certificate = (Certificates.file("server.pem"), Certificates.file("server.key"))
        manners.isImplicit = isImplicit
        manners.offersEncryption = offers
        return try SMTPServer(manners)
    }

    private func send(_ url: String, authority: String = "authority.pem") async throws(MailError) {
        guard let server = MailServer(url: url), let from = MailAddress("a@example.com"),
            let to = MailAddress("b@example.com")
        else { throw MailError(.malformed("test"), server: url) }
        let client = MailClient(
            server: server,
            authorityFile: Certificates.file(authority),
            totalTimeout: .seconds(20)
        )
        try await client.send(
            MailMessage(from: from, to: [to], subject: "s", text: "t", date: Date(), id: "x")
        )
    }

    @Test func startTLSComesBeforeTheSignIn() async throws {
        let server = try server()
        try await send("smtp://me:secret@localhost:\(server.port)")
        let mail = try #require(server.mails.first)
        #expect(mail.isEncrypted)
        #expect(mail.login == "me:secret")
    }

    @Test func offeredEncryptionIsTaken() async throws {
        let server = try server()
        try await send("smtp://127.0.0.1:\(server.port)")
        #expect(server.mails.first?.isEncrypted == true)
    }

    @Test func encryptionFromTheFirstByte() async throws {
        let server = try server(isImplicit: true)
        try await send("smtps://me:secret@localhost:\(server.port)")
        #expect(server.mails.first?.isEncrypted == true)
        #expect(server.mails.first?.login == "me:secret")
    }

    @Test(arguments: [false, true])
    func aCertificateOfAStrangerIsRefused(isImplicit: Bool) async throws {
        let server = try server(isImplicit: isImplicit)
        let scheme = isImplicit ? "smtps" : "smtp"
        do throws(MailError) {
            try await send("\(scheme)://me:secret@localhost:\(server.port)", authority: "stranger.pem")
            Issue.record("it was sent")
        } catch {
            guard case .tls = error.cause else {
                Issue.record("\(error)")
                return
            }
            #expect(error.mayPass)
        }
        #expect(server.mails.isEmpty)
    }

    @Test func encryptionThatIsRequiredAndNotOffered() async throws {
        let server = try server(offers: false)
        await #expect(throws: MailError.self) {
            try await send("smtp://localhost:\(server.port)?starttls=required")
        }
        #expect(server.mails.isEmpty)
    }
}

enum Certificates {
    private static let authority = ProcessInfo.processInfo.environment["TEST_AMQP_CA_FILE"]
    static let areThere = authority != nil

    static func file(_ name: String) -> String {
        URL(filePath: authority ?? "/").deletingLastPathComponent().appending(path: name).path
    }
}
