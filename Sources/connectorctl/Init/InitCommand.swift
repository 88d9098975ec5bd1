import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import Glibc
import HTTPClient
import Onboarding
import Posting
import ServiceRuntime
import Storage
import Tenancy

struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Asks its way through a new tenant's file, stores the tenant paused and previews it.",
        discussion: """
            Answers are typed, piped line by line on standard input, or given beforehand with --answers and --set; what is \
            given is not asked. Secrets go into files beside the tenant file that only you can read, or stay in the \
            environment (env:NAME). Nothing is posted before `connectorctl tenant resume`.
            """
    )
    @Argument(help: "The tenant file to write; NAME.yaml unless given.")
    var file: String?
    @Option(help: "A YAML file with answers: the keys of a tenant file, the company's without companies[].")
    var answers: String?
    @Option(
        name: .customLong("set"),
        help: "An answer: KEY=VALUE, as often as needed; secrets as env:NAME or @FILE."
    )
    var settings: [String] = []
    @Flag(help: "Take every proposal without asking.")
    var accept = false
    @Flag(help: "Write the file and stop there: no database is needed.")
    var writeOnly = false
    @Flag(help: "Overwrite the tenant file and the folder of its secrets.")
    var force = false
    @OptionGroup var output: OutputOptions

    func run() async throws {
        let given = try givenAnswers()
        if let file { try refuseExisting(TenantFolder(file)) }
        if writeOnly {
            try await Reach.guarded {
                let environment = try ServiceEnvironment()
                let draft = try await interview(given, environment) { _ in }
                try write(draft)
                answer(draft, nil)
            }
            return
        }
        try await Reach.database { database, environment in
            let vault = try Connections.vault(environment)
            let taken = Set(try await database.tenantHeads().map(\.tenant.name))
            let draft = try await interview(given, environment) { surroundings in
                surroundings.takenNames = taken
                surroundings.knownRefusal = { address, user, password in
                    let print = vault.signInFingerprint(
                        address: address,
                        user: user,
                        password: password
                    )
                    return try? await database.refusal(
                        address: address,
                        user: user,
                        fingerprint: print
                    )
                }
            }
            try write(draft)
            guard draft.isToBeApplied else { return answer(draft, nil) }
            let onboarding = TenantOnboarding(
                database: database,
                vault: vault,
                policy: environment.addressPolicy
            )
            answer(draft, try await apply(draft, onboarding))
            if !output.isJSON { try await preview(draft.tenant) }
        }
    }

    private func interview(
        _ given: [String: Secret],
        _ environment: ServiceEnvironment,
        _ change: (inout Interview.Surroundings) -> Void
    ) async throws -> TenantDraft {
        let http = Connections.http(environment, name: "connectorctl")
        var surroundings = Interview.Surroundings(
            http: http,
            policy: environment.addressPolicy,
            places: .process
        )
        surroundings.proposedName = file.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
        change(&surroundings)
        do {
            let draft = try await Interview(GivenAnswers(given, then: somebody), surroundings).run()
            await http.close()
            return draft
        } catch {
            await http.close()
            throw ending(of: error)
        }
    }

    /// Who is asked for what was not given.
    private var somebody: any Answering {
        if accept { return AcceptingAnswers(hear: Console.say) }
        return TerminalAnswers.isTerminal ? TerminalAnswers() : PipedAnswers()
    }

    private func ending(of error: any Error) -> any Error {
        switch error {
        case InterviewError.left: Reach.failure(130, "\nLeft; nothing was written.")
        case InterviewError.refused(let key, let refusal):
            Reach.failure(refusal.isUnreachable ? 3 : 2, "\(key): \(refusal)\nNothing was written.")
        case let error as InterviewError: Reach.failure(2, "\(error)\nNothing was written.")
        default: error
        }
    }

    private func givenAnswers() throws -> [String: Secret] {
        var given: [String: Secret] = [:]
        if let answers {
            guard let text = AnswerPlaces.process.file(answers) else {
                throw Reach.failure(2, "\(answers) cannot be read as UTF-8 text.")
            }
            warnOfReaders(answers)
            do { given = try GivenAnswers.read(text) } catch {
                throw Reach.failure(2, "\(answers): \(error)")
            }
        }
        for setting in settings {
            guard let mark = setting.firstIndex(of: "=") else {
                throw Reach.failure(2, "--set takes KEY=VALUE, for instance --set terms=NET30.")
            }
            let (key, value) = (String(setting[..<mark]), String(setting[setting.index(after: mark)...]))
            let isReference = value.hasPrefix("env:") || value.hasPrefix("@") && !value.hasPrefix("@@")
            guard !Interview.secretKeys.contains(key) || isReference else {
                throw Reach.failure(
                    2,
                    "\(key) is a secret, and everybody can read the arguments of a process: give env:NAME or @FILE, or use "
                        + "--answers."
                )
            }
            given[key] = Secret(value)
        }
        for key in given.keys.sorted() where !Interview.knows(key) {
            throw Reach.failure(
                2,
                "\(key) is none of what init asks; allowed: \(Interview.keys.joined(separator: ", "))."
            )
        }
        return given
    }

    /// Answers may hold passwords.
    private func warnOfReaders(_ path: String) {
        let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int ?? 0
        guard mode & 0o077 != 0 else { return }
        Console.say("warning: others on this machine may read \(path); if secrets stand in it, chmod 600 it.")
    }

    private func folder(_ draft: TenantDraft) -> TenantFolder { TenantFolder(file ?? "\(draft.tenant).yaml") }

    private func refuseExisting(_ folder: TenantFolder) throws {
        guard !force, !folder.existing.isEmpty else { return }
        throw Reach.failure(2, "\(TenantFolderError.exists(folder.existing))")
    }

    private func write(_ draft: TenantDraft) throws {
        let folder = folder(draft)
        // What has been begun is finished: half of it would hold secrets under another name.
        let signals = [SIGINT, SIGTERM, SIGHUP]
        for number in signals { signal(number, SIG_IGN) }
        defer { for number in signals { signal(number, SIG_DFL) } }
        do { try folder.write(draft, replacing: force) } catch { throw Reach.failure(2, "\(error)") }
        let count = draft.secretsToWrite.count
        let secrets = count == 0 ? "" : " and \(folder.secrets.path) (\(count) secrets, for your eyes only)"
        Console.say("Wrote \(folder.file.path)\(secrets).")
    }

    private func answer(_ draft: TenantDraft, _ outcome: TenantOnboarding.Outcome?) {
        let folder = folder(draft)
        if output.isJSON {
            return Console.answer([
                "tenant": .string(draft.tenant.name), "file": .string(folder.file.path),
                "secrets": draft.secretsToWrite.isEmpty ? .null : .string(folder.secrets.path),
                "version": outcome.map { .int($0.version) } ?? .null,
                "paused": .bool(outcome?.isPaused ?? false),
            ])
        }
        if let outcome {
            Console.say("Tenant \(outcome.tenant): version \(outcome.version) is in force, and paused.\n")
        } else {
            Console.say("Next: connectorctl tenant apply --paused \(folder.file.path)")
        }
    }

    /// The newest documents as they would be posted, those of before the start date included: on the first day there are
    /// no others.
    private func preview(_ tenant: TenantID) async throws {
        let preview = try PreviewCommand.parse([tenant.name, "--limit", "20", "--ignore-start-date"])
        var ending: ExitCode?
        do { try await preview.run() } catch let code as ExitCode { ending = code }
        Console.say(
            """

            Nothing is posted: tenant \(tenant) is paused, and what is from before its startDate stays out.
            connectorctl preview \(tenant)         looks again, after the file was changed and applied
            connectorctl tenant resume \(tenant)   switches it on
            """
        )
        if let ending { throw ending }
    }

    private func apply(_ draft: TenantDraft, _ onboarding: TenantOnboarding) async throws
        -> TenantOnboarding.Outcome
    {
        let path = folder(draft).file.path
        guard let text = AnswerPlaces.process.file(path) else {
            throw Reach.failure(2, "\(path) cannot be read.")
        }
        do { return try await onboarding.apply(text, by: Operator.name, startsPaused: true) } catch let error
            as TenantFileError
        {
            throw Reach.failure(2, "\(path) was written, but not applied: \(error)")
        } catch let error as OnboardingError {
            throw Reach.failure(2, "\(path) was written, but not applied: \(error)")
        } catch {
            Console.say(
                "\(path) was written, but not applied. Next: connectorctl tenant apply --paused \(path)"
            )
            throw error
        }
    }
}

extension AnswerPlaces {
    /// This process's environment and the machine's files.
    static let process = AnswerPlaces(
        environment: { ProcessInfo.processInfo.environment[$0] },
        file: { path in
            FileManager.default.contents(atPath: path).flatMap { String(data: $0, encoding: .utf8) }
        }
    )
}
