import Foundation
import Glibc

/// Hands mails in by SMTP, over libcurl.
///
/// Each mail has a connection of its own and, because libcurl waits on it, a thread of its own for as long as that takes:
/// a server that hangs holds up nobody else. Certificates and host names are always verified, with TLS 1.2 or later.
public struct MailClient: Sendable {
    private let server: MailServer
    private let authorityFile: String?
    private let connectTimeout: Duration
    private let totalTimeout: Duration

    /// Makes no connection yet.
    /// - Parameter authorityFile: a PEM file with the only authorities to trust; nil for those of the system.
    public init(
        server: MailServer,
        authorityFile: String? = nil,
        connectTimeout: Duration = .seconds(10),
        totalTimeout: Duration = .seconds(30)
    ) {
        self.server = server
        self.authorityFile = authorityFile
        self.connectTimeout = connectTimeout
        self.totalTimeout = totalTimeout
    }

    /// Hands one mail in; returns once the server has taken it for every recipient.
    ///
    /// Cancelling the task ends the exchange within a second or two.
    public func send(_ message: MailMessage) async throws(MailError) {
        guard !message.to.isEmpty else {
            throw MailError(.malformed("it has no recipient"), server: server.description)
        }
        let upload = MailUpload(message.encoded)
        let cause = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                Thread.detachNewThread {
                    continuation.resume(returning: transfer(message, upload))
                }
            }
        } onCancel: {
            upload.cancel()
        }
        if let cause { throw MailError(cause, server: server.description) }
    }

    /// Blocks until the mail is handed in or is not.
    /// - Returns: why not.
    private func transfer(_ message: MailMessage, _ upload: MailUpload) -> MailError.Cause? {
        blockBrokenPipes()
        var transfer = MailTransfer(server)
        do throws(MailTransfer.Failure) {
            try transfer.prepare(message, upload)
            try transfer.secure(authorityFile)
            try transfer.limit(connect: connectTimeout, total: totalTimeout)
            try transfer.perform()
            return nil
        } catch {
            return upload.isCancelled ? .cancelled : transfer.cause(of: error)
        }
    }
}

/// A server that hangs up is an error of the next write, not the end of the process: whatever libcurl's TLS does, the
/// signal does not reach this thread.
private func blockBrokenPipes() {
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
}
