import Accounting
import ExactJSON
import Foundation
import Testing

@testable import AdobeCommerce

/// Whatever a store prints ends in a document or in a typed error.
@Suite(.timeLimit(.minutes(2))) struct DecoderFuzzTests {
    private static let samples: [(DocumentResource, String)] = [
        (.orders, Samples.order), (.orders, Samples.guestOrder), (.customers, Samples.customer),
        (.invoices, Samples.invoice), (.creditMemos, Samples.creditMemo), (.shipments, Samples.shipment),
    ]

    private static let numbers = [
        "1e-9223372036854775808", "1e9223372036854775807", "1e99999999999999999999", "-0", "0e0", "0E+60",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "9007199254740992",
        "0." + String(repeating: "0", count: 300) + "1", "1" + String(repeating: "0", count: 300), "1e60",
        "99999999999999999999999999999999999999e60", "1e-60",
        "0." + String(repeating: "0", count: 120) + "1e-60", "-1e-38", "1.5e1", "0.30000000000000004",
    ]

    private static let values =
        numbers + numbers.map { "\"\($0)\"" } + [
            "null", "true", "false", "\"\"", "\"x\"", "[]", "{}", "[[]]", "{\"a\":[1]}", "[null,\"x\"]",
            "\"\\ud800\"", "\"\\u0000\"", "\"0000-00-00 00:00:00\"", "\"2199-12-31 23:59:59\"", "\"\\r\\n\"",
        ]

    @Test(arguments: samples.indices) func changedValuesNeverTrap(_ sample: Int) throws {
        let (resource, text) = Self.samples[sample]
        var random = SplitMix(state: UInt64(sample))
        let whole = try JSON(parsing: text)
        for _ in 0..<700 {
            var changed = whole
            for _ in 0..<Int(1 + random.next() % 3) {
                let value = Self.values[Int(random.next() % UInt64(Self.values.count))]
                changed = try replacing(changed, with: JSON(parsing: value), &random)
            }
            read(changed, resource)
        }
    }

    @Test(arguments: samples.indices) func changedBytesNeverTrap(_ sample: Int) {
        let (resource, text) = Self.samples[sample]
        var random = SplitMix(state: UInt64(100 + sample))
        let whole = Array(text.utf8)
        let interesting = Array("{}[]\",:\\/u0e-+.\u{0}\u{1F}".utf8) + [0x80, 0xC3, 0xED, 0xF4, 0xFF]
        for _ in 0..<700 {
            var bytes = whole
            for _ in 0..<Int(1 + random.next() % 4) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] = interesting[Int(random.next() % UInt64(interesting.count))]
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(interesting[Int(random.next() % UInt64(interesting.count))], at: place)
                default: bytes.removeLast(Int(random.next() % 40))
                }
            }
            if let json = try? JSON(parsing: bytes) { read(json, resource) }
        }
    }

    @Test func numbersNeverTrap() throws {
        var random = SplitMix(state: 3)
        let alphabet = Array("0123456789000..eE+-")
        for _ in 0..<20_000 {
            let text = random.text(alphabet, upTo: 24)
            guard let number = JSONNumber(parsing: text) else { continue }
            _ = (number.decimal, number.int, JSON.number(number).int)
            #expect(number.text == text)
        }
        for text in Self.numbers {
            let number = try #require(JSONNumber(parsing: text))
            _ = (number.decimal, number.int)
        }
        #expect(JSONNumber(parsing: "1e-9223372036854775808")?.decimal == nil)
        #expect(JSONNumber(parsing: "1e60")?.decimal != nil && JSONNumber(parsing: "1e61")?.decimal == nil)
    }

    /// As a page, trimmed and decoded.
    private func read(_ json: JSON, _ resource: DocumentResource) {
        let listing = Listing(resource, .byChange, [], after: .beginning)
        let body: JSON = ["items": .array([json])]
        _ = try? ListingReading(listing: listing, pageSize: 9).page(.init(json: body, serverTime: nil))
        let trimmed = resource.projection.trimmed(json)
        for source in [json, trimmed] {
            switch resource {
            case .orders: _ = try? StoreOrder(adobe: source, storeViewCode: "a")
            case .customers: _ = try? StoreCustomer(adobe: source, storeViewCode: nil)
            case .invoices: _ = try? StoreInvoice(adobe: source, storeViewCode: "a")
            case .creditMemos: _ = try? StoreCreditMemo(adobe: source, storeViewCode: "a")
            case .shipments: _ = try? StoreShipment(adobe: source, storeViewCode: "a")
            }
        }
        #expect(!trimmed.text.isEmpty && !trimmed.canonical.text.isEmpty)
    }

    /// One value somewhere in the tree replaced.
    private func replacing(_ json: JSON, with value: JSON, _ random: inout SplitMix) -> JSON {
        if random.next() % 4 == 0 { return value }
        switch json {
        case .object(let object) where !object.isEmpty:
            var object = object
            let names = object.map(\.name)
            let name = names[Int(random.next() % UInt64(names.count))]
            object[name] = replacing(object[name] ?? .null, with: value, &random)
            return .object(object)
        case .array(let elements) where !elements.isEmpty:
            var elements = elements
            let place = Int(random.next() % UInt64(elements.count))
            elements[place] = replacing(elements[place], with: value, &random)
            return .array(elements)
        default: return value
        }
    }
}
