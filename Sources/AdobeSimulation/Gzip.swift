/// Compresses as a web server does for `Accept-Encoding: gzip`: one member (RFC 1952), one deflate block with
/// the fixed codes (RFC 1951, 3.2.6). Half as tight as zlib, and no dependency.
struct Gzip {
    private var output: [UInt8] = []
    private var bits: UInt64 = 0
    private var bitCount = 0
    private static let window = 32_768
    private static let hashBits = 15

    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var gzip = Gzip()
        // Magic, deflate, no flags, no time, no extra flags, Unix.
        gzip.output = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        gzip.output.reserveCapacity(bytes.count / 4)
        gzip.write(0b011, 3)  // the last block, fixed codes
        gzip.deflate(bytes)
        gzip.writeLiteral(256)
        gzip.flush()
        gzip.append32(CRC32.checksum(bytes))
        gzip.append32(UInt32(truncatingIfNeeded: bytes.count))
        return gzip.output
    }

    /// Greedy matching against the last place with the same four bytes.
    private mutating func deflate(_ bytes: [UInt8]) {
        var last = [Int](repeating: -1, count: 1 << Self.hashBits)
        var position = 0
        while position < bytes.count {
            let length: Int
            let place: Int
            if position + 4 <= bytes.count {
                let hash = Self.hash(bytes, position)
                place = last[hash]
                last[hash] = position
                length =
                    place >= 0 && position - place <= Self.window
                    ? Self.matchLength(bytes, place, position) : 0
            } else {
                (place, length) = (-1, 0)
            }
            if length >= 4 {
                writeMatch(length: length, distance: position - place)
                position += length
            } else {
                writeLiteral(Int(bytes[position]))
                position += 1
            }
        }
    }

    private static func hash(_ bytes: [UInt8], _ position: Int) -> Int {
        var word: UInt32 = 0
        for offset in 0..<4 { word = word << 8 | UInt32(bytes[position + offset]) }
        return Int((word &* 2_654_435_761) >> UInt32(32 - hashBits))
    }

    private static func matchLength(_ bytes: [UInt8], _ place: Int, _ position: Int) -> Int {
        let limit = min(258, bytes.count - position)
        var length = 0
        while length < limit, bytes[place + length] == bytes[position + length] { length += 1 }
        return length
    }

    // MARK: codes

    private mutating func writeLiteral(_ symbol: Int) {
        switch symbol {
        case ..<144: writeCode(0x30 + symbol, 8)
        case ..<256: writeCode(0x190 + symbol - 144, 9)
        case ..<280: writeCode(symbol - 256, 7)
        default: writeCode(0xC0 + symbol - 280, 8)
        }
    }

    private mutating func writeMatch(length: Int, distance: Int) {
        // Codes come in groups of four lengths or two distances; each group takes one extra bit more.
        if length == 258 {
            writeLiteral(285)
        } else if length < 11 {
            writeLiteral(257 + length - 3)
        } else {
            let (group, extra) = Self.split(length - 3, mantissa: 2)
            writeLiteral(257 + group)
            write(UInt64((length - 3) & ((1 << extra) - 1)), extra)
        }
        let offset = distance - 1
        if offset < 4 {
            writeCode(offset, 5)
        } else {
            let (group, extra) = Self.split(offset, mantissa: 1)
            writeCode(group, 5)
            write(UInt64(offset & ((1 << extra) - 1)), extra)
        }
    }

    /// The group of a value and how many of its low bits are written out.
    private static func split(_ value: Int, mantissa: Int) -> (group: Int, extra: Int) {
        let extra = Int.bitWidth - 1 - value.leadingZeroBitCount - mantissa
        return (extra << mantissa + value >> extra, extra)
    }

    /// Huffman codes go from the most significant bit, everything else from the least.
    private mutating func writeCode(_ code: Int, _ count: Int) {
        var reversed: UInt64 = 0
        for bit in 0..<count { reversed |= UInt64((code >> bit) & 1) << UInt64(count - 1 - bit) }
        write(reversed, count)
    }

    private mutating func write(_ value: UInt64, _ count: Int) {
        bits |= value << UInt64(bitCount)
        bitCount += count
        while bitCount >= 8 {
            output.append(UInt8(truncatingIfNeeded: bits))
            bits >>= 8
            bitCount -= 8
        }
    }

    private mutating func flush() {
        if bitCount > 0 { write(0, 8 - bitCount) }
    }

    private mutating func append32(_ value: UInt32) {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
            output.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }
}

/// The checksum of RFC 1952.
enum CRC32 {
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
    }

    static func checksum(_ bytes: [UInt8]) -> UInt32 {
        var value = UInt32.max
        for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
        return ~value
    }
}

extension StoreResponse {
    /// Compressed when the client takes gzip and the answer is worth it.
    func encoded(for request: StoreRequest) -> StoreResponse {
        let accepted = (request.header("accept-encoding") ?? "").lowercased().split(separator: ",").map {
            $0.filter { $0 != " " }
        }
        guard body.count > 256, accepted.contains(where: { $0 == "gzip" || $0.hasPrefix("gzip;q=1") }) else {
            return self
        }
        var encoded = self
        encoded.body = Gzip.compress(body)
        encoded.headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        return encoded
    }
}
