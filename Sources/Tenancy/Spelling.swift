/// What somebody may have meant by a word that is not known.
enum Spelling {
    /// The only word that is at most two letters away, capitals aside; nil where there is none, or several are as close.
    static func closest(to word: String, among words: [String]) -> String? {
        guard word.count <= 40 else { return nil }
        let limit = word.count < 4 ? 1 : 2
        let distances = words.map { (word: $0, distance: distance(word.lowercased(), $0.lowercased())) }
            .filter { $0.distance <= limit }.sorted { $0.distance < $1.distance }
        guard let best = distances.first else { return nil }
        return distances.count > 1 && distances[1].distance == best.distance ? nil : best.word
    }

    /// Letters to insert, to leave out or to exchange (Levenshtein).
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other)
        var row = Array(0...other.count)
        for (index, letter) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in other.indices {
                let exchanged = diagonal + (letter == other[column] ? 0 : 1)
                diagonal = row[column + 1]
                row[column + 1] = min(exchanged, row[column] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
