import ArgumentParser
import ExactJSON
import ServiceRuntime
import Storage

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys that encrypt stored credentials.",
        subcommands: [Generate.self, Add.self, Rotate.self]
    )

    struct Generate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Makes a new key file, mode 0600.")
        @Option(help: "Where to write it; an existing file is never overwritten.")
        var output: String
        @OptionGroup var format: OutputOptions

        func run() async throws {
            try await Reach.guarded {
                try Vault.create(at: output)
                if format.isJSON {
                    Console.answer(["file": .string(output)])
                } else {
                    Console.answer(
                        "Wrote \(output). Set CREDENTIAL_KEY_FILE to it and keep a copy apart from the database."
                    )
                }
            }
        }
    }

    /// For services on several hosts: the file has to be everywhere before anything is sealed with the new key.
    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Adds a key to the key file, to be copied to other hosts before `keys rotate` uses it."
        )
        @OptionGroup var format: OutputOptions

        func run() async throws {
            try await Reach.guarded {
                let path = try Connections.keyFile(try ServiceEnvironment())
                let key = try Vault.prepareKey(in: path)
                if format.isJSON {
                    return Console.answer(["key": .string(key.id), "added": .bool(key.isNew)])
                }
                let what = key.isNew ? "Key \(key.id) was added to" : "Key \(key.id) is in"
                Console.answer(
                    "\(what) \(path) and not in use yet. Copy the file to every host that runs a service; then run "
                        + "`connectorctl keys rotate`."
                )
            }
        }
    }
}
