import Foundation

extension Envelope {
    /// To the millisecond, rounded: cut short, a time would move each time it is read and written.
    static func text(of time: Date) -> String {
        time.addingTimeInterval(0.0005).formatted(timeFormat)
    }

    static let timeFormat = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
}
