/// The query of a request: decoded pairs in order, each name once.
///
/// What is signed and what is sent are both made from this one list, so they cannot disagree (reference Adobe 1.1).
public struct AdobeQuery: Sendable, Hashable, ExpressibleByDictionaryLiteral {
    /// One decoded pair.
    public struct Pair: Sendable, Hashable {
        /// For instance `searchCriteria[pageSize]`.
        public let name: String
        /// For instance `2024-01-01 00:00:00`.
        public let value: String
    }

    /// The pairs in the order they were added.
    public private(set) var pairs: [Pair] = []

    /// An empty query.
    public init() {}

    /// A query of these pairs.
    public init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { self[name] = value }
    }

    /// The value of a name. Setting replaces it: of a repeated name Adobe would see the last one only.
    public subscript(name: String) -> String? {
        get { pairs.first { $0.name == name }?.value }
        set {
            let position = pairs.firstIndex { $0.name == name }
            switch (position, newValue) {
            case (let position?, let value?): pairs[position] = Pair(name: name, value: value)
            case (let position?, nil): pairs.remove(at: position)
            case (nil, let value?): pairs.append(Pair(name: name, value: value))
            case (nil, nil): break
            }
        }
    }

    /// As it is sent: `name=value&…`, both percent-encoded, always with the `=`.
    public var text: String {
        pairs.map { "\($0.name.percentEncoded)=\($0.value.percentEncoded)" }.joined(separator: "&")
    }
}
