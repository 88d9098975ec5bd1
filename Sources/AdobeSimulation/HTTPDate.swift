import StoreGenerator

/// The `Date` header (RFC 9110): `Tue, 24 Nov 2026 03:04:05 GMT`.
enum HTTPDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    static func text(_ seconds: Int) -> String {
        let text = Array(StoreTime.text(seconds))
        let month = Int(String(text[5..<7])) ?? 1
        let day = days[((seconds / 86_400) % 7 + 7) % 7]
        return
            "\(day), \(String(text[8..<10])) \(months[month - 1]) \(String(text[0..<4])) \(String(text[11...])) GMT"
    }
}
