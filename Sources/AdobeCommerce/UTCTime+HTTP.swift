import Foundation

extension UTCTime {
    /// Reads the three forms of RFC 9110 §5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`, and the obsolete
    /// `Sunday, 06-Nov-94 08:49:37 GMT` and `Sun Nov  6 08:49:37 1994`, which old proxies still write.
    static func date(http text: String) -> Date? {
        let words = text.split(separator: " ").map(String.init)
        switch words.count {
        case 6 where words[5] == "GMT": return date(words[1], words[2], words[3], words[4])
        case 5: return date(words[2], words[1], words[4], words[3])
        case 4 where words[3] == "GMT":
            let parts = words[1].split(separator: "-").map(String.init)
            guard parts.count == 3, parts[2].utf8.count == 2 else { return nil }
            // No HTTP was spoken before 1990.
            return date(parts[0], parts[1], (parts[2] < "70" ? "20" : "19") + parts[2], words[2])
        default: return nil
        }
    }

    private static func date(_ day: String, _ month: String, _ year: String, _ time: String) -> Date? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let clock = time.split(separator: ":").map { number(Array($0.utf8)[...]) }
        guard let day = number(Array(day.utf8)[...]), let month = months.firstIndex(of: month),
            let year = number(Array(year.utf8)[...]), clock.count == 3,
            let hour = clock[0], let minute = clock[1], let second = clock[2]
        else { return nil }
        // The leap second is the one before.
        return date(year, month + 1, day, hour, minute, min(second, 59))
    }
}
