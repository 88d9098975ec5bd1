/// A function with a body, as it stands in a file.
struct FunctionExtent: Equatable {
    let name: String
    /// Counted from 1.
    let line: Int
    /// From the keyword to the closing brace.
    let lineCount: Int
}

extension SourceFile {
    /// Functions and initializers with their lengths, nested ones too.
    var functions: [FunctionExtent] {
        let text = Array(code.joined(separator: "\n").utf8)
        var found: [FunctionExtent] = []
        var line = 1
        for (index, byte) in text.enumerated() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard let keyword = keyword(in: text, at: index),
                let end = endOfBody(in: text, after: index + keyword.utf8.count)
            else { continue }
            let rest = text[(index + (keyword == "func" ? 5 : 0))...]
            let name = String(decoding: rest.prefix { isWord($0) }, as: UTF8.self)
            let count = text[index..<end].count { $0 == UInt8(ascii: "\n") } + 1
            found.append(FunctionExtent(name: name, line: line, lineCount: count))
        }
        return found
    }

    private func keyword(in text: [UInt8], at index: Int) -> String? {
        if index > 0 {
            let before = text[index - 1]
            guard !isWord(before), before != UInt8(ascii: "."), before != UInt8(ascii: "`") else {
                return nil
            }
        }
        return ["func", "init"].first { word in
            let end = index + word.utf8.count
            guard end < text.count, text[index..<end].elementsEqual(word.utf8) else { return false }
            return word == "func" ? text[end] == UInt8(ascii: " ") : "(?!<".utf8.contains(text[end])
        }
    }

    private func isWord(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "_") || byte >= 0x80 || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Behind the closing brace; nil for a declaration without a body.
    private func endOfBody(in text: [UInt8], after start: Int) -> Int? {
        var depth = 0
        var braces = 0
        for index in start..<text.count {
            switch text[index] {
            case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
            case UInt8(ascii: ")"), UInt8(ascii: "]"):
                depth -= 1
                if depth < 0, braces == 0 { return nil }
            case UInt8(ascii: "{") where depth == 0 || braces > 0: braces += 1
            case UInt8(ascii: "}"):
                if braces == 0, depth == 0 { return nil }
                if braces > 0 { braces -= 1 }
                if braces == 0, depth == 0 { return index + 1 }
            case UInt8(ascii: "\n") where depth == 0 && braces == 0:
                guard goesOn(text[(index + 1)...]) else { return nil }
            default: break
            }
        }
        return nil
    }

    /// A signature goes on in the next line with one of these only.
    private func goesOn(_ rest: ArraySlice<UInt8>) -> Bool {
        let next = rest.drop { $0 == UInt8(ascii: " ") }
        return ["{", "->", "throws", "async", "rethrows", "where"].contains { next.starts(with: $0.utf8) }
    }
}
