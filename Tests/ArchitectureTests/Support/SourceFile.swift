import Foundation

/// The checkout, as its files stand.
enum Checkout {
    static let root = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Every file of that ending below a folder, sorted.
    static func files(below folder: String, ending: String) -> [URL] {
        let start = root.appending(path: folder)
        let found = FileManager.default.enumerator(at: start, includingPropertiesForKeys: nil)
        return (found?.allObjects as? [URL] ?? []).filter { $0.pathExtension == ending }
            .sorted { $0.path < $1.path }
    }

    /// Every Swift file of the product.
    static let sources: [SourceFile] = files(below: "Sources", ending: "swift").compactMap(SourceFile.init)

    /// Rooms and programs by name.
    static let rooms: [String: [SourceFile]] = Dictionary(grouping: sources, by: \.room)
}

/// One Swift file.
struct SourceFile: Sendable {
    /// From the checkout, `Sources/Accounting/Money.swift`.
    let path: String
    let lines: [String]
    /// The lines with comments and the text of literals blanked out.
    let code: [String]

    /// The folder below `Sources`.
    var room: String { path.split(separator: "/").dropFirst().first.map(String.init) ?? "" }

    /// Modules the file imports.
    var imports: [String] {
        code.compactMap { line in
            var words = line.split(separator: " ").map(String.init)[...]
            while let word = words.first, word != "import" {
                guard word.hasPrefix("@") || ["public", "internal", "package", "private"].contains(word)
                else {
                    return nil
                }
                words = words.dropFirst()
            }
            return words.count > 1 ? words.last?.split(separator: ".").first.map(String.init) : nil
        }
    }

    init?(_ url: URL) {
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { return nil }
        self.init(path: String(url.path.dropFirst(Checkout.root.path.count + 1)), text: text)
    }

    init(path: String, text: String) {
        self.path = path
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        code = SourceBlanking.blanked(text).split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// Where a word stands in the code, `path:line`.
    func places(of expression: Regex<Substring>) -> [String] {
        code.enumerated().filter { $0.element.contains(expression) }.map { "\(path):\($0.offset + 1)" }
    }
}
