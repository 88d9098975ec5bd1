import CRabbitMQ
import Foundation

/// Memory for what one call to librabbitmq points to; freed with the arena.
final class Arena {
    private var pool = amqp_pool_t()

    init() { init_amqp_pool(&pool, 1024) }

    deinit { empty_amqp_pool(&pool) }

    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { copy(UnsafeRawBufferPointer($0)) }
    }

    func bytes(_ bytes: [UInt8]) -> amqp_bytes_t {
        bytes.withUnsafeBytes { copy($0) }
    }

    func table(_ table: [String: AMQPValue]) -> amqp_table_t {
        guard let entries = allocate(amqp_table_entry_t.self, count: table.count) else {
            return amqp_empty_table
        }
        // By key, so that the same table always has the same bytes.
        for (index, (key, value)) in table.sorted(by: { $0.key < $1.key }).enumerated() {
            (entries + index).initialize(to: amqp_table_entry_t(key: bytes(key), value: field(value)))
        }
        return amqp_table_t(num_entries: Int32(table.count), entries: entries)
    }

    private func array(_ values: [AMQPValue]) -> amqp_array_t {
        guard let entries = allocate(amqp_field_value_t.self, count: values.count) else {
            return amqp_empty_array
        }
        for (index, value) in values.enumerated() { (entries + index).initialize(to: field(value)) }
        return amqp_array_t(num_entries: Int32(values.count), entries: entries)
    }

    private func field(_ value: AMQPValue) -> amqp_field_value_t {
        var field = amqp_field_value_t()
        func set(_ kind: amqp_field_value_kind_t) { field.kind = UInt8(truncatingIfNeeded: kind.rawValue) }
        switch value {
        case .string(let text):
            set(AMQP_FIELD_KIND_UTF8)
            field.value.bytes = bytes(text)
        case .integer(let number):
            set(AMQP_FIELD_KIND_I64)
            field.value.i64 = number
        case .boolean(let flag):
            set(AMQP_FIELD_KIND_BOOLEAN)
            field.value.boolean = flag ? 1 : 0
        case .table(let table):
            set(AMQP_FIELD_KIND_TABLE)
            field.value.table = self.table(table)
        case .array(let values):
            set(AMQP_FIELD_KIND_ARRAY)
            field.value.array = array(values)
        case .timestamp(let date):
            set(AMQP_FIELD_KIND_TIMESTAMP)
            field.value.u64 = date.amqpSeconds
        case .bytes(let bytes):
            set(AMQP_FIELD_KIND_BYTES)
            field.value.bytes = self.bytes(bytes)
        case .decimal(let unscaled, let scale):
            set(AMQP_FIELD_KIND_DECIMAL)
            field.value.decimal = amqp_decimal_t(decimals: scale, value: unscaled)
        case .double(let number):
            set(AMQP_FIELD_KIND_F64)
            field.value.f64 = number
        case .null:
            set(AMQP_FIELD_KIND_VOID)
        }
        return field
    }

    private func copy(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, let target = allocate(UInt8.self, count: source.count) else {
            return amqp_empty_bytes
        }
        UnsafeMutableRawPointer(target).copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: target)
    }

    /// `nil` for a count of zero only: without memory the process cannot go on.
    private func allocate<T>(_: T.Type, count: Int) -> UnsafeMutablePointer<T>? {
        guard count > 0 else { return nil }
        guard let memory = amqp_pool_alloc(&pool, count * MemoryLayout<T>.stride) else {
            preconditionFailure("out of memory: \(count) × \(T.self)")
        }
        return memory.bindMemory(to: T.self, capacity: count)
    }
}

extension Date {
    /// Whole seconds since 1970, as AMQP counts; 0 for earlier dates.
    var amqpSeconds: UInt64 { UInt64(exactly: max(0, timeIntervalSince1970).rounded(.down)) ?? 0 }
}
