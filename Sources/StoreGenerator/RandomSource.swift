/// SplitMix64: small, quick and the same everywhere, which is what a reproducible store needs.
/// (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014.)
struct RandomSource: RandomNumberGenerator, Sendable {
    /// What a sequence is drawn for. Each has a stream of its own, so that a further draw in one place
    /// changes nothing elsewhere.
    enum Stream: UInt64, Sendable {
        case customer = 1
        case guest, outline, cart, checkout, documents
    }

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// The sequence of one entity: the same for the same seed, stream and index whatever was drawn before.
    init(seed: UInt64, stream: Stream, index: Int) {
        var mixer = RandomSource(seed: seed &+ stream.rawValue &* 0xD1B5_4A32_D192_ED03)
        let first = mixer.next()
        var second = RandomSource(seed: first ^ (UInt64(truncatingIfNeeded: index) &* 0x9E37_79B9_7F4A_7C15))
        state = second.next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in `0..<bound`; 0 when the bound is not positive.
    mutating func below(_ bound: Int) -> Int {
        guard bound > 0 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    mutating func within(_ range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// True in this share of the cases.
    mutating func chance(_ share: Share) -> Bool { below(1_000_000) < share.partsPerMillion }

    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }

    /// A position, drawn with these weights; 0 when none is positive.
    mutating func pick(weights: [Int]) -> Int {
        var ticket = below(weights.reduce(0) { $0 + max($1, 0) })
        for (position, weight) in weights.enumerated() where weight > 0 {
            if ticket < weight { return position }
            ticket -= weight
        }
        return 0
    }
}
