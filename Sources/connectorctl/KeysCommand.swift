import ArgumentParser
import ExactJSON
import Storage

struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys",
        abstract: "The keys that encrypt stored credentials.",
        subcommands: [Generate.self]
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
}
