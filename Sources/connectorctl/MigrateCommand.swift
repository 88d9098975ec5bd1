import ArgumentParser
import ExactJSON
import ServiceRuntime
import Storage

struct MigrateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "migrate",
        abstract: "Brings the database up to date."
    )
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await Reach.database(as: nil) { database, environment in
            let applied = try await database.migrate(rolePrefix: environment.rolePrefix)
            if output.isJSON {
                Console.answer(
                    .array(applied.map { ["version": .int($0.version), "name": .string($0.name)] })
                )
            } else if applied.isEmpty {
                Console.answer("The database is up to date.")
            } else {
                for migration in applied { Console.answer("Applied \(migration.version) \(migration.name).") }
            }
            if let shortcoming = try await database.isolation()?.shortcoming { Console.say(shortcoming) }
        }
    }
}
