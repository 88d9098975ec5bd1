import Foundation
import Testing

/// Links of the documentation lead somewhere.
@Suite(.timeLimit(.minutes(3)))
struct DocumentLinkTests {
    private static let documents: [URL] = {
        let top =
            (try? FileManager.default.contentsOfDirectory(at: Checkout.root, includingPropertiesForKeys: nil))
        return (top ?? []).filter { $0.pathExtension == "md" } + Checkout.files(below: "docs", ending: "md")
    }()

    @Test func linksResolve() throws {
        #expect(!Self.documents.isEmpty)
        for document in Self.documents {
            let text = try String(contentsOf: document, encoding: .utf8)
            for link in Markdown(text).links where !link.contains("://") && !link.hasPrefix("mailto:") {
                #expect(try leadsSomewhere(link, from: document), "\(document.lastPathComponent): \(link)")
            }
        }
    }

    private func leadsSomewhere(_ link: String, from document: URL) throws -> Bool {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        let path = parts[0].removingPercentEncoding ?? parts[0]
        let target = path.isEmpty ? document : document.deletingLastPathComponent().appending(path: path)
        guard FileManager.default.fileExists(atPath: target.path) else { return false }
        guard parts.count == 2, target.pathExtension == "md" else { return true }
        return Markdown(try String(contentsOf: target, encoding: .utf8)).anchors.contains(parts[1])
    }

    @Test func linksAndAnchorsAreRead() {
        let text = Markdown(
            """
            # What it *does*, `now`
            See [one](a.md#x) and ![two](b.png "title"), not `[three](c)`.
            ```
            # no heading
            [four](d)
            ```
            ## What it does, now
            [five]: e.md
            """
        )
        #expect(text.links == ["a.md#x", "b.png", "e.md"])
        #expect(text.anchors == ["what-it-does-now", "what-it-does-now-1"])
    }
}

/// As much of Markdown as links need.
private struct Markdown {
    /// Targets of links and images, in order.
    var links: [String] = []
    /// What headings can be linked to as.
    var anchors: Set<String> = []

    init(_ text: String) {
        var isFenced = false
        for line in text.split(separator: "\n") {
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isFenced.toggle() }
            guard !isFenced else { continue }
            if line.contains(#/^[#]{1,6} /#) { addAnchor(of: line) }
            let plain = line.replacing(/`[^`]*`/, with: "")
            links += plain.matches(of: /\]\(\s*<?([^)\s>]+)[^)]*\)/).map { String($0.1) }
            if let definition = plain.firstMatch(of: #/^\s*\[[^\]]+\]:\s*(\S+)/#) {
                links.append(String(definition.1))
            }
        }
    }

    private mutating func addAnchor(of heading: Substring) {
        let text = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
        let kept = text.filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
        let anchor = kept.replacing(" ", with: "-")
        var number = 0
        while anchors.contains(number == 0 ? anchor : "\(anchor)-\(number)") { number += 1 }
        anchors.insert(number == 0 ? anchor : "\(anchor)-\(number)")
    }
}
