import ExactJSON
import Foundation

/// Writes records as the JSON text of an answer, straight from storage.
struct RecordWriter {
    /// Quiet fields at their default are written too.
    var writesEverything = false
    private(set) var text = ""

    /// One entity; `selection` are positions in its schema, in the order asked for.
    mutating func write(_ record: Record, selection: [Int]? = nil, context: String? = nil) {
        text += "{"
        var separator = ""
        if let context {
            text += "\"@odata.context\":"
            write(string: context)
            separator = ","
        }
        for position in selection ?? Array(record.schema.fields.indices) {
            let field = record.schema.fields[position]
            let isQuiet = selection == nil && field.isQuiet && !writesEverything
            if isQuiet, !record.holdsValue(at: position) { continue }
            text += separator + "\"" + field.name + "\":"
            separator = ","
            write(record[position])
        }
        if selection == nil { text += separator + "\"UpdateOperation\":\"Unspecified\"" }
        text += "}"
    }

    /// A page of a feed.
    mutating func write(
        feed records: [Record],
        selection: [Int]?,
        context: String,
        count: Int?,
        next: String?
    ) {
        text += "{\"@odata.context\":"
        write(string: context)
        if let count { text += ",\"@odata.count\":\(count)" }
        text += ",\"value\":["
        for (index, record) in records.enumerated() {
            if index > 0 { text += "," }
            write(record, selection: selection)
        }
        text += "]"
        if let next {
            text += ",\"@odata.nextLink\":"
            write(string: next)
        }
        text += "}"
    }

    private mutating func write(_ value: FieldValue) {
        switch value {
        case .text(let string): write(string: string)
        case .number(let decimal): text += decimal.description
        case .day(let day): text += "\"" + day.wireText + "\""
        case .noDay: text += "null"
        case .truth(let truth): text += truth ? "true" : "false"
        case .rows(let rows):
            text += "["
            for (index, row) in rows.enumerated() {
                if index > 0 { text += "," }
                write(row)
            }
            text += "]"
        }
    }

    private mutating func write(string: String) {
        let isPlain = string.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }
        text += isPlain ? "\"" + string + "\"" : JSON.string(string).text
    }
}
