/// An object's members in the order they were written. A repeated name keeps its first place and last value.
public struct JSONObject: Sendable, Hashable, Sequence, ExpressibleByDictionaryLiteral {
    /// One name with its value.
    public typealias Member = (name: String, value: JSON)

    private var names: [String] = []
    private var values: [JSON] = []
    /// Only kept for large objects: a scan is faster for the usual dozen members.
    private var index: [String: Int]?
    private static let indexThreshold = 24

    /// An empty object.
    public init() {}

    /// An object with these members, in this order.
    public init(_ members: some Sequence<(String, JSON)>) {
        for (name, value) in members { self[name] = value }
    }

    /// An object with these members, in this order.
    public init(dictionaryLiteral elements: (String, JSON)...) { self.init(elements) }

    /// How many members there are.
    public var count: Int { names.count }

    /// True without members.
    public var isEmpty: Bool { names.isEmpty }

    /// Reads a member, replaces it in place, appends a new one, or removes it (with `nil`).
    public subscript(name: String) -> JSON? {
        get { position(of: name).map { values[$0] } }
        set {
            switch (position(of: name), newValue) {
            case (let position?, let value?): values[position] = value
            case (let position?, nil): remove(at: position)
            case (nil, let value?): append(name, value)
            case (nil, nil): break
            }
        }
    }

    /// The members in order.
    public func makeIterator() -> AnyIterator<Member> {
        var position = 0
        return AnyIterator {
            guard position < names.count else { return nil }
            defer { position += 1 }
            return (names[position], values[position])
        }
    }

    /// Equal when names, values and their order are.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.names == right.names && left.values == right.values
    }

    /// Hashes names and values.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(names)
        hasher.combine(values)
    }

    private func position(of name: String) -> Int? {
        if let index { return index[name] }
        return names.firstIndex(of: name)
    }

    private mutating func append(_ name: String, _ value: JSON) {
        names.append(name)
        values.append(value)
        if index != nil {
            index?[name] = names.count - 1
        } else if names.count > Self.indexThreshold {
            rebuildIndex()
        }
    }

    private mutating func remove(at position: Int) {
        names.remove(at: position)
        values.remove(at: position)
        if index != nil { rebuildIndex() }
    }

    private mutating func rebuildIndex() {
        index = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }
}
