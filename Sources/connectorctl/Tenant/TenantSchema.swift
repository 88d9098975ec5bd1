import ArgumentParser
import Tenancy

struct TenantSchema: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Prints the JSON Schema of the tenant file, for editors and checks of one's own."
    )
    @OptionGroup var output: OutputOptions

    func run() { Console.answer(TenantFile.schema) }
}
