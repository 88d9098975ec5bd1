import Accounting
import ArgumentParser
import ExactJSON
import Foundation
import ServiceRuntime
import Storage

extension KeysCommand {
    /// Re-encrypts every credential under the newest key while services run; killed at any point, it is run again.
    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Re-encrypts every credential under a new key; services keep running.",
            discussion: """
                Adds a key to CREDENTIAL_KEY_FILE, or takes the one that `keys add` has added; waits until every live \
                service has it; then re-encrypts every credential and token with it. What was interrupted is finished by \
                running it again. Ends with 1 when a service does not have the key, or a credential does not open.
                """
        )
        @Flag(help: "Take keys that nothing is encrypted with any more out of the file.")
        var prune = false
        @Option(help: "Seconds to wait for services that do not have the new key yet.")
        var patience = 30
        @OptionGroup var format: OutputOptions

        func validate() throws {
            guard (0...3600).contains(patience) else {
                throw ValidationError("--patience takes a number of seconds from 0 to 3600.")
            }
        }

        func run() async throws {
            try await Reach.database { database, environment in
                let path = try Connections.keyFile(environment)
                let rotation = KeyRotation(
                    database: database,
                    vault: try Vault(file: path),
                    path: path,
                    patience: .seconds(patience),
                    isQuiet: format.isJSON && !Console.isTerminal
                )
                var outcome: KeyRotation.Outcome?
                let isAlone = try await database.withRotationLock {
                    outcome = try await rotation.run(prunes: prune)
                }
                guard isAlone, let outcome else {
                    throw Reach.failure(1, "Another `keys rotate` is under way. Wait for its end.")
                }
                format.isJSON ? Console.answer(outcome.json) : Console.answer(outcome.text(path))
                if !outcome.isGood { throw ExitCode(1) }
            }
        }
    }
}

/// One rotation, from the key to the last credential.
private struct KeyRotation {
    struct Outcome {
        var key: String
        var isAdded = false
        var resealed = 0
        var tenants = 0
        var unopened: [UnopenedCredential] = []
        /// Live services without the key; nothing was done then.
        var waitingFor: [ServiceCopy] = []
        /// What each key has sealed now.
        var sealedByKey: [String: Int] = [:]
        var pruned: [String] = []

        var isGood: Bool { unopened.isEmpty && waitingFor.isEmpty }
    }

    let database: Database
    let vault: Vault
    let path: String
    let patience: Duration
    let isQuiet: Bool

    func run(prunes: Bool) async throws -> Outcome {
        try await refuseOlderFile()
        let former = vault.sealingKeyID
        var outcome = Outcome(key: former)
        // What an earlier rotation left, or a host whose file was older.
        if try Vault.preparedKey(in: path) == nil {
            guard try await hasEveryService(&outcome) else { return outcome }
            try await reseal(&outcome)
        }
        if outcome.resealed == 0 {
            let prepared = try Vault.prepareKey(in: path)
            outcome = Outcome(key: prepared.id, isAdded: prepared.isNew)
            guard try await hasEveryService(&outcome) else { return outcome }
            try Vault.putInForce(prepared.id, in: path)
            try await reseal(&outcome)
        }
        outcome.sealedByKey = try await database.sealedByKey()
        if prunes, outcome.isGood {
            // Another host may seal with the former one until it has the new file.
            let unused = Set(vault.keyIDs).subtracting(outcome.sealedByKey.keys).subtracting([former])
            outcome.pruned = try Vault.drop(unused, from: path)
        }
        return outcome
    }

    /// A file that lacks a key in use is older than another host's: to copy it there would lose that key for good.
    private func refuseOlderFile() async throws {
        let missing = try await database.sealedByKey().filter { !vault.keyIDs.contains($0.key) }
        guard !missing.isEmpty else { return }
        let credentials = missing.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value) credentials)" }
        throw Reach.failure(
            1,
            """
            Nothing was done: \(path) lacks keys that credentials are sealed with: \(credentials.joined(separator: ", ")). \
            Copy the file from the host that has them to this one, never the other way round. Where such a key is lost, \
            apply the files of the tenants that `connectorctl ping` names.
            """
        )
    }

    /// Waits until every live service has the key, at most as long as was asked for.
    private func hasEveryService(_ outcome: inout Outcome) async throws -> Bool {
        let deadline = ContinuousClock.now + patience
        var last = ""
        defer { Console.endProgress(last) }
        while true {
            outcome.waitingFor = try await database.servicesWithout(key: outcome.key)
            guard !outcome.waitingFor.isEmpty else { return true }
            guard ContinuousClock.now < deadline else { return false }
            if !isQuiet {
                let count = outcome.waitingFor.count
                Console.progress(
                    "waiting for \(count) \(count == 1 ? "service" : "services") to read key \(outcome.key)",
                    last: &last
                )
            }
            try await Task.sleep(for: .milliseconds(300))
        }
    }

    /// Until nothing is left: a host with an older file may seal with its own meanwhile.
    private func reseal(_ outcome: inout Outcome) async throws {
        var last = ""
        defer { Console.endProgress(last) }
        var touched: Set<String> = []
        while true {
            let tenants = try await database.tenantsSealed(withOtherKeyThan: outcome.key)
            var resealed = 0
            outcome.unopened = []
            for (index, tenant) in tenants.enumerated() {
                let one = try await database.reseal(tenant, with: vault)
                resealed += one.count
                outcome.unopened += one.unopened
                if one.count > 0 { touched.insert(tenant.name) }
                if !isQuiet, tenants.count > 20 {
                    Console.progress("\(index + 1) of \(tenants.count) tenants", last: &last)
                }
            }
            outcome.resealed += resealed
            outcome.tenants = touched.count
            guard resealed > 0 else { return }
        }
    }
}

extension KeyRotation.Outcome {
    var json: JSON {
        [
            "key": .string(key), "added": .bool(isAdded), "resealed": .int(resealed),
            "tenants": .int(tenants),
            "unopened": .array(
                unopened.map {
                    [
                        "tenant": .string($0.tenant.name), "field": .string($0.field),
                        "reason": .string($0.reason),
                    ]
                }
            ),
            "waitingFor": .array(
                waitingFor.map {
                    ["service": .string($0.name), "host": .string($0.host), "process": .int($0.process)]
                }
            ),
            "keys": .object(
                JSONObject(sealedByKey.sorted { $0.key < $1.key }.map { ($0.key, .int($0.value)) })
            ),
            "pruned": .array(pruned.map(JSON.string)),
        ]
    }

    func text(_ path: String) -> String {
        guard waitingFor.isEmpty else {
            let copies = waitingFor.map { "  \($0.name), process \($0.process) on \($0.host)" }
            return """
                Nothing was re-encrypted: these services do not have key \(key) yet:
                \(copies.joined(separator: "\n"))
                Copy \(path) to their hosts, or restart those of an earlier release, and run `connectorctl keys rotate` again.
                """
        }
        var lines = ["\(count(resealed, "credential")) of \(count(tenants, "tenant")) now under key \(key)."]
        if resealed == 0 { lines = ["Key \(key) is in force; no credential was stored under another."] }
        if !isAdded, resealed > 0 {
            lines.append("It was in the key file already; another rotation adds a new one.")
        }
        lines += unopened.map {
            "Does not open, left as it is: \($0.field) of tenant \($0.tenant): \($0.reason)"
        }
        lines += pruned.map { "Key \($0) was taken out of the file; older backups of the database need it." }
        lines.append("Keep a copy of \(path) apart from the database, and copy it to every other host.")
        return lines.joined(separator: "\n")
    }

    private func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}
