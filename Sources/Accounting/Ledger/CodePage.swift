import Foundation

/// Which characters a company's database has room for. Sage 300's columns are in one code page; what it lacks would
/// be stored as `?` (reference Sage 9, "Unicode").
public enum CodePage: String, Sendable, CaseIterable {
    /// Western European.
    case windows1252 = "windows-1252"
    /// Central European.
    case windows1250 = "windows-1250"
    /// Everything: nothing is replaced.
    case unicode

    /// The text as this code page can hold it.
    ///
    /// A letter of Latin script becomes its closest letters here (`Łódź` → `Lodz`), a typographic quote or dash a
    /// plain one; emoji and other signs are left out. Letters of other scripts stay as they are. Text in ASCII,
    /// nearly all there is, comes back as it is without anything being allocated.
    /// - Parameter text: one line without control characters.
    public func fitted(_ text: String) -> FittedText {
        if keeps(text) { return FittedText(text) }
        var fitting = Fitting(page: self)
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars { fitting.append(scalar) }
        return fitting.fitted
    }

    /// Whether the text is one this code page certainly holds as it is: ASCII, or anything where it holds everything.
    func keeps(_ text: String) -> Bool { self == .unicode || text.isASCII }

    func has(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .unicode: true
        case .windows1252:
            scalar.isASCII || (0xA0...0xFF).contains(scalar.value) || Self.westernRest.contains(scalar)
        case .windows1250: scalar.isASCII || scalar.value == 0xA0 || Self.centralRest.contains(scalar)
        }
    }

    /// The closest that this code page has; nil for what is of another script or no letter.
    fileprivate func closest(to scalar: Unicode.Scalar) -> String? {
        if let letters = closestLetters(to: scalar) { return letters }
        // Ligatures, full-width and superscript forms, Roman numerals.
        let plain = String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars
        guard plain.first != scalar else { return nil }
        var letters = ""
        for part in plain {
            guard let next = has(part) ? String(part) : closestLetters(to: part) else { return nil }
            letters += next
        }
        return letters
    }

    private func closestLetters(to scalar: Unicode.Scalar) -> String? {
        if let known = LatinLetters.replacements[scalar]?.first(where: holds) { return known }
        let parts = Array(String(scalar).decomposedStringWithCanonicalMapping.unicodeScalars)
        guard parts.count > 1, let base = parts.first, LatinLetters.contains(base) else { return nil }
        for mark in parts.dropFirst() {
            var pair = String.UnicodeScalarView()
            pair.append(base)
            pair.append(mark)
            let composed = String(pair).precomposedStringWithCanonicalMapping
            if composed.unicodeScalars.count == 1, holds(composed) { return composed }
        }
        return has(base) ? String(base) : LatinLetters.replacements[base]?.first(where: holds)
    }

    private func holds(_ text: String) -> Bool { text.unicodeScalars.allSatisfy(has) }

    private static let westernRest = Set("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ".unicodeScalars)

    private static let centralRest = Set(
        ("€‚„…†‡‰Š‹ŚŤŽŹ‘’“”•–—™š›śťžźˇ˘Ł¤Ą¦§¨©Ş«¬\u{AD}®Ż°±˛ł´µ¶·¸ąş»Ľ˝ľż"
            + "ŔÁÂĂÄĹĆÇČÉĘËĚÍÎĎĐŃŇÓÔŐÖ×ŘŮÚŰÜÝŢßŕáâăäĺćçčéęëěíîďđńňóôőö÷řůúűüýţ˙").unicodeScalars
    )
}

/// A text as a code page can hold it, and what was done to it.
public struct FittedText: Sendable, Hashable {
    /// The text.
    public internal(set) var text: String
    /// Whether characters were replaced by their closest ones.
    public internal(set) var wasReplaced = false
    /// Whether emoji or other signs were left out.
    public internal(set) var hasLostSigns = false
    /// Whether it still holds characters the code page lacks: letters of another script.
    public internal(set) var hasForeign = false

    init(_ text: String) { self.text = text }
}

/// A text on its way into a code page, scalar by scalar.
private struct Fitting {
    let page: CodePage
    private var kept = String.UnicodeScalarView()
    private var result = FittedText("")

    init(page: CodePage) { self.page = page }

    var fitted: FittedText {
        var fitted = result
        fitted.text = String(kept)
        // Where a sign stood there may be a blank left.
        if fitted.hasLostSigns, fitted.text.hasSuffix(" ") { fitted.text.removeLast() }
        return fitted
    }

    mutating func append(_ scalar: Unicode.Scalar) {
        if scalar == " ", result.hasLostSigns, kept.last ?? " " == " " { return }
        if page.has(scalar) {
            kept.append(scalar)
        } else if let closest = page.closest(to: scalar) {
            kept.append(contentsOf: closest.unicodeScalars)
            result.wasReplaced = true
        } else if isMarkOfKeptLetter(scalar) {
            result.wasReplaced = true
        } else if isSign(scalar) {
            result.hasLostSigns = true
        } else {
            kept.append(scalar)
            result.hasForeign = true
        }
    }

    /// An accent that no composed letter exists for, on a letter that is there without it.
    private func isMarkOfKeptLetter(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark:
            !scalar.properties.isVariationSelector && kept.last.map { page.has($0) && $0 != " " } ?? false
        default: false
        }
    }

    private func isSign(_ scalar: Unicode.Scalar) -> Bool {
        let properties = scalar.properties
        if properties.isEmoji || properties.isVariationSelector { return true }
        return [.otherSymbol, .modifierSymbol, .enclosingMark].contains(properties.generalCategory)
    }
}

/// Latin script, as far as Unicode's own decomposition does not lead back to plain letters.
private enum LatinLetters {
    static func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: true
        default: false
        }
    }

    /// The first that the code page has is taken.
    static let replacements: [Unicode.Scalar: [String]] = {
        var table: [Unicode.Scalar: [String]] = [
            "Ł": ["L"], "ł": ["l"], "Đ": ["D"], "đ": ["d"], "Ð": ["Đ", "D"], "ð": ["đ", "d"],
            "Ħ": ["H"], "ħ": ["h"], "ı": ["i"], "ĸ": ["k"], "Ŋ": ["NG"], "ŋ": ["ng"], "Ŧ": ["T"], "ŧ": ["t"],
            "Œ": ["OE"], "œ": ["oe"], "Æ": ["AE"], "æ": ["ae"], "Ø": ["O"], "ø": ["o"],
            "Þ": ["TH"], "þ": ["th"], "ẞ": ["SS"], "ß": ["ss"], "ƒ": ["f"], "Ə": ["E"], "ə": ["e"],
            "Ɓ": ["B"], "ɓ": ["b"], "Ɗ": ["D"], "ɗ": ["d"], "Ƙ": ["K"], "ƙ": ["k"], "Ƴ": ["Y"], "ƴ": ["y"],
            "Ɛ": ["E"], "ɛ": ["e"], "Ɔ": ["O"], "ɔ": ["o"], "Ɖ": ["D"], "ɖ": ["d"], "Ƶ": ["Z"], "ƶ": ["z"],
            // The comma below is the cedilla of older code pages.
            "Ș": ["Ş"], "ș": ["ş"], "Ț": ["Ţ"], "ț": ["ţ"],
            "…": ["..."], "‹": ["<"], "›": [">"], "•": ["*"], "⁄": ["/"], "ˆ": ["^"], "˜": ["~"], "μ": ["µ"],
        ]
        for quote in "‘’‚‛′ʼʻʹˈ".unicodeScalars { table[quote] = ["'"] }
        for quote in "“”„‟″".unicodeScalars { table[quote] = ["\""] }
        for dash in "‐‑‒–—―−⁃".unicodeScalars { table[dash] = ["-"] }
        return table
    }()
}

extension String {
    /// Whether every character is of ASCII.
    fileprivate var isASCII: Bool {
        let isASCII = utf8.withContiguousStorageIfAvailable { bytes in
            var all: UInt8 = 0
            for byte in bytes { all |= byte }
            return all < 0x80
        }
        return isASCII ?? utf8.allSatisfy { $0 < 0x80 }
    }
}
