/// One invoice, shipment or credit memo: which of its order's documents it is. Its id is its place in time.
struct DocumentReference: Sendable {
    let order: Int32
    let ordinal: UInt8
    let createdSeconds: UInt32
    let view: UInt8
    /// Counted per store view.
    var sequence: Int32 = 0

    static func all(_ outlines: [OrderOutline], _ times: (OrderOutline) -> DocumentTimes)
        -> [DocumentReference]
    {
        var references: [DocumentReference] = []
        for (position, outline) in outlines.enumerated() {
            let times = times(outline)
            for ordinal in 0..<times.count {
                references.append(
                    DocumentReference(
                        order: Int32(clamping: position),
                        ordinal: UInt8(clamping: ordinal),
                        createdSeconds: UInt32(clamping: times[ordinal]),
                        view: outline.view
                    )
                )
            }
        }
        references.sort {
            ($0.createdSeconds, $0.order, $0.ordinal) < ($1.createdSeconds, $1.order, $1.ordinal)
        }
        var last: [UInt8: Int32] = [:]
        for position in references.indices {
            let view = references[position].view
            last[view, default: 0] += 1
            references[position].sequence = last[view, default: 0]
        }
        return references
    }
}

/// Increment ids: nine digits counted per store view and kind, behind the view's prefix.
struct IncrementIDs: Sendable {
    private let prefixes: [String]
    private let views: [UInt8]
    private let sequences: [Int32]
    /// Positions of orders that replace the one before: their id is the old one's with `-1`.
    private let replacements: Set<Int32>

    init(outlines: [OrderOutline], options: StoreOptions) {
        prefixes = options.views.indices.map { options.incrementPrefix(ofView: $0) }
        views = outlines.map(\.view)
        var last = [Int32](repeating: 0, count: 256)
        sequences = outlines.map { outline in
            if !outline.replacesPrevious { last[Int(outline.view)] += 1 }
            return last[Int(outline.view)]
        }
        replacements = Set(
            outlines.indices.filter { outlines[$0].replacesPrevious }.map { Int32(clamping: $0) }
        )
    }

    /// Counted per store view; a replacement shares that of the order it replaces.
    func sequence(ofOrder position: Int) -> Int32 { sequences[position] }

    func order(_ position: Int) -> String {
        let suffix = replacements.contains(Int32(clamping: position)) ? "-1" : ""
        return text(view: views[position], sequence: sequences[position]) + suffix
    }

    func document(_ reference: DocumentReference) -> String {
        text(view: reference.view, sequence: reference.sequence)
    }

    private func text(view: UInt8, sequence: Int32) -> String {
        let digits = String(sequence)
        return prefixes[Int(view)] + String(repeating: "0", count: max(9 - digits.count, 0)) + digits
    }
}
