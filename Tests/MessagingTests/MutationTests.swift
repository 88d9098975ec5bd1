import Accounting
import ExactJSON
import Foundation
import Messaging
import Testing

/// Whatever lies in a queue is read or refused: nothing traps, and what is read is written as it was read.
struct MutationTests {
    /// Bytes that mean something to a parser, and some that never do.
    private static let spices: [[UInt8]] =
        [
            "\"", "\\", "{", "}", "[", "]", ":", ",", "\\u0000", "\\ud800", "\\udfff", "null", "true", "-1",
            "0",
            "1e400", "1e999999999999", "-1e-999999999", "99999999999999999999", "0.1", "[[[[[[[[", "{\"a\":",
            "\"schema\":2,", "\"tenant\":\"..\",", "\u{FEFF}", "\u{202E}", "é",
        ].map { Array($0.utf8) } + [[0x00], [0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80]]

    private static func mutated(_ body: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
        var body = body
        for _ in 0..<Int.random(in: 1...4, using: &numbers) {
            let place = Int.random(in: 0...body.count, using: &numbers)
            let end = min(body.count, place + Int.random(in: 0...12, using: &numbers))
            switch Int.random(in: 0..<6, using: &numbers) {
            case 0: body.replaceSubrange(place..<end, with: [])
            case 1: body.insert(contentsOf: spices.randomElement(using: &numbers) ?? [], at: place)
            case 2: body.replaceSubrange(place..<end, with: spices.randomElement(using: &numbers) ?? [])
            case 3: body.removeSubrange(place...)
            case 4: body.insert(contentsOf: Array(body[place..<end]), at: place)
            default: if place < body.count { body[place] = UInt8.random(in: 0...255, using: &numbers) }
            }
        }
        return body
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func mutatedEnvelopesAreReadOrRefused(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var read = 0
        for round in 0..<2500 {
            let body = Self.mutated(Array(Fixture.envelope.utf8), &numbers)
            do {
                let envelope = try Envelope(parsing: body)
                let text = envelope.json.text
                #expect(
                    try Envelope(parsing: Array(text.utf8)).json.text == text,
                    "seed \(seed), round \(round)"
                )
                read += 1
            } catch {
                #expect(error.description.utf8.count < 250)
            }
        }
        // Neither all nor none: the mutations reach what is behind the parser.
        #expect(read > 20 && read < 2480)
    }

    @Test(arguments: 11...18 as ClosedRange<UInt64>)
    func mutatedDeadLettersAreReadOrRefused(seed: UInt64) throws {
        var numbers = SeededNumbers(seed: seed)
        var read = 0
        for round in 0..<2500 {
            let fixture = round.isMultiple(of: 2) ? Fixture.deadLetter : Fixture.strayLetter
            let body = Self.mutated(Array(fixture.utf8), &numbers)
            guard let letter = DeadLetter(parsing: body) else { continue }
            read += 1
            let text = letter.json.text
            #expect(DeadLetter(parsing: Array(text.utf8))?.json.text == text, "seed \(seed), round \(round)")
        }
        #expect(read > 20 && read < 2480)
    }
}

/// Random numbers that are the same for the same seed: what failed can be done again.
private struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
