/// Puts spaces where comments and literal text are, so that what is left is code. Lines stay lines.
struct SourceBlanking {
    private enum Place: Equatable {
        case code
        /// Code inside `\(…)`, with the parentheses open in it.
        case interpolation(depth: Int)
        case lineComment
        case blockComment(depth: Int)
        case text(hashes: Int, isLong: Bool)
    }

    private let bytes: [UInt8]
    private var position = 0
    private var places: [Place] = [.code]
    private var output: [UInt8] = []

    static func blanked(_ text: String) -> String {
        var blanking = SourceBlanking(bytes: Array(text.utf8))
        while blanking.position < blanking.bytes.count { blanking.step() }
        return String(decoding: blanking.output, as: UTF8.self)
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var place: Place {
        get { places.last ?? .code }
        set { places[places.count - 1] = newValue }
    }

    private func sees(_ text: String, at offset: Int = 0) -> Bool {
        let wanted = Array(text.utf8)
        let start = position + offset
        return start + wanted.count <= bytes.count
            && bytes[start..<start + wanted.count].elementsEqual(wanted)
    }

    private mutating func take(_ count: Int = 1, isCode: Bool = false) {
        for _ in 0..<count where position < bytes.count {
            let byte = bytes[position]
            output.append(isCode || byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
            position += 1
        }
    }

    private mutating func step() {
        switch place {
        case .code, .interpolation: stepThroughCode()
        case .lineComment:
            if sees("\n") { places.removeLast() }
            take()
        case .blockComment(let depth):
            if sees("/*") {
                place = .blockComment(depth: depth + 1)
                take(2)
            } else if sees("*/") {
                if depth == 1 { places.removeLast() } else { place = .blockComment(depth: depth - 1) }
                take(2)
            } else {
                take()
            }
        case .text(let hashes, let isLong): stepThroughText(hashes, isLong)
        }
    }

    private mutating func stepThroughCode() {
        if sees("//") { return enter(.lineComment, 2) }
        if sees("/*") { return enter(.blockComment(depth: 1), 2) }
        let hashes = bytes[position...].prefix { $0 == UInt8(ascii: "#") }.count
        if sees("\"", at: hashes) {
            let isLong = sees("\"\"\"", at: hashes)
            return enter(.text(hashes: hashes, isLong: isLong), hashes + (isLong ? 3 : 1))
        }
        if case .interpolation(let depth) = place {
            if sees("(") { place = .interpolation(depth: depth + 1) }
            if sees(")") {
                if depth == 1 {
                    places.removeLast()
                    return take()
                }
                place = .interpolation(depth: depth - 1)
            }
        }
        take(max(hashes, 1), isCode: true)
    }

    private mutating func stepThroughText(_ hashes: Int, _ isLong: Bool) {
        let mark = String(repeating: "#", count: hashes)
        if sees("\\\(mark)(") { return enter(.interpolation(depth: 1), 2 + hashes) }
        if sees("\\\(mark)") { return take(2 + hashes) }
        let end = (isLong ? "\"\"\"" : "\"") + mark
        if sees(end) {
            places.removeLast()
            return take(end.utf8.count)
        }
        take()
    }

    private mutating func enter(_ next: Place, _ count: Int) {
        places.append(next)
        take(count)
    }
}
