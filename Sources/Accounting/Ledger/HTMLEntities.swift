import Foundation

/// Names and comments of a store may hold HTML entities, which its API neither decodes nor escapes
/// (reference Adobe 7, "HTML entities in text").
enum HTMLEntities {
    /// The text with its entities decoded once: `&amp;lt;` becomes `&lt;`. What is no entity stays as it is.
    static func decode(_ text: String) -> String {
        guard text.utf8.contains(UInt8(ascii: "&")) else { return text }
        var decoded = ""
        var rest = text[...]
        while let ampersand = rest.firstIndex(of: "&") {
            decoded += rest[..<ampersand]
            rest = rest[ampersand...]
            if let end = rest.prefix(maximumLength).firstIndex(of: ";"),
                let character = character(named: rest[rest.index(after: ampersand)..<end])
            {
                decoded.append(character)
                rest = rest[rest.index(after: end)...]
            } else {
                decoded.append(rest.removeFirst())
            }
        }
        return decoded + rest
    }

    /// `&#x10FFFF;` is the longest there is here; anything longer is text.
    private static let maximumLength = 12

    private static func character(named name: Substring) -> Character? {
        guard name.first == "#" else { return named[String(name)] }
        let digits = name.dropFirst()
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        return UInt32(isHexadecimal ? digits.dropFirst() : digits, radix: isHexadecimal ? 16 : 10)
            .flatMap(Unicode.Scalar.init)
            .map(Character.init)
    }

    private static let named: [String: Character] = {
        var table: [String: Character] = [
            "amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'",
            "trade": "™", "euro": "€", "hellip": "…", "bull": "•", "ndash": "–", "mdash": "—",
            "lsquo": "‘", "rsquo": "’", "sbquo": "‚", "ldquo": "“", "rdquo": "”", "bdquo": "„",
            "lsaquo": "‹", "rsaquo": "›", "OElig": "Œ", "oelig": "œ", "Scaron": "Š", "scaron": "š",
            "Yuml": "Ÿ",
        ]
        // Latin-1 has a name for every character from U+00A0 on, in this order (HTML 4, section 24.2).
        for (offset, name) in latin1.split(separator: " ").enumerated() {
            if let scalar = Unicode.Scalar(UInt32(0xA0 + offset)) { table[String(name)] = Character(scalar) }
        }
        return table
    }()

    private static let latin1 = """
        nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr \
        deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest \
        Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml \
        ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig \
        agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml \
        eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml
        """
}
