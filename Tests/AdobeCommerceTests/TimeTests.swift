import Foundation
import Testing

@testable import AdobeCommerce

@Suite struct TimeTests {
    @Test func writesAndReadsEverySecondOfTheCalendar() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        var random = SplitMix(state: 7)
        for _ in 0..<5000 {
            let date = Date(timeIntervalSince1970: TimeInterval(random.next() % 7_258_118_400))
            let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute, .second], from: date)
            let numbers = [parts.month, parts.day, parts.hour, parts.minute, parts.second].map { $0 ?? -1 }
            let padded = numbers.map { $0 < 10 ? "0\($0)" : "\($0)" }
            let text = "\(parts.year ?? 0)-\(padded[0])-\(padded[1]) \(padded[2]):\(padded[3]):\(padded[4])"
            #expect(UTCTime.adobeText(date) == text)
            #expect(UTCTime.date(adobe: text) == date)
        }
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "2024-01-01", "2024-1-01 00:00:00", "2024-13-01 00:00:00", "2023-02-29 00:00:00",
            "2024-01-01 24:00:00", "2024-01-01 00:60:00", "2024-01-01 00:00:60", "2024-01-01 00:00:00.0",
            "-024-01-01 00:00:00", "1969-12-31 23:59:59", "2200-01-01 00:00:00", "2024-01-00 00:00:00",
            "٢٠٢٤-01-01 00",
        ]
    )
    func refuses(_ text: String) { #expect(UTCTime.date(adobe: text) == nil) }

    @Test func readsTheDateOfAnAnswer() {
        #expect(
            UTCTime.date(http: "Sun, 06 Nov 1994 08:49:37 GMT") == Date(timeIntervalSince1970: 784_111_777)
        )
        for text in ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            #expect(UTCTime.date(http: text) == Date(timeIntervalSince1970: 784_111_777), "\(text)")
        }
        #expect(
            UTCTime.date(http: "Thursday, 01-Jan-26 00:00:60 GMT")
                == Date(timeIntervalSince1970: 1_767_225_659)
        )
        for text in [
            "", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 31 Feb 2026 08:49:37 GMT", "Sun, 06-Nov-94 08:49 GMT",
            "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov 6 1994 08:49:37", "a b c d e", "a b c d GMT",
        ] {
            #expect(UTCTime.date(http: text) == nil)
        }
    }

    @Test func dropsFractionsAndKeepsOrder() {
        let cursor = Cursor(updatedAt: Date(timeIntervalSince1970: 10.9), entityID: 5)
        #expect(cursor.updatedAt == Date(timeIntervalSince1970: 10))
        #expect(cursor < Cursor(updatedAt: Date(timeIntervalSince1970: 10), entityID: 6))
        #expect(cursor < Cursor(updatedAt: Date(timeIntervalSince1970: 11), entityID: 1))
        #expect(UTCTime.adobeText(Date(timeIntervalSince1970: -0.5)) == "1969-12-31 23:59:59")
    }
}
