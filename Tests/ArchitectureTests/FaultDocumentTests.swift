import FaultCatalogue
import Foundation
import Testing

/// `docs/configuration-faults.md` says what the catalogue says, row by row.
struct FaultDocumentTests {
    @Test func theTableIsTheCatalogue() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "docs/configuration-faults.md")
        let lines = try String(contentsOf: path, encoding: .utf8).components(separatedBy: "\n")
        let start = try #require(lines.firstIndex(of: "## Found by tenant apply"))
        let section = lines[(start + 1)...].prefix { !$0.hasPrefix("## ") }
        let rows = section.filter { $0.hasPrefix("| ") }.dropFirst(2)
        #expect(Array(rows) == ConfigurationFaults.all.faults.map(\.row))
    }
}
