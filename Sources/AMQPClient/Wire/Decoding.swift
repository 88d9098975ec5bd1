import CRabbitMQ
import Foundation

// Copies librabbitmq's decoded structures into Swift values.

extension String {
    init(_ bytes: amqp_bytes_t) {
        self.init(decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len), as: UTF8.self)
    }
}

extension [UInt8] {
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.len))
    }
}

extension [String: AMQPValue] {
    private static let deepest = 32

    init(_ table: amqp_table_t, depth: Int = 0) {
        self.init()
        for index in 0..<Int(table.num_entries) {
            let entry = table.entries[index]
            self[String(entry.key)] = AMQPValue(entry.value, depth: depth)
        }
    }

    fileprivate static func nested(_ table: amqp_table_t, depth: Int) -> AMQPValue {
        depth < deepest ? .table(Self(table, depth: depth + 1)) : .null
    }

    fileprivate static func nested(_ array: amqp_array_t, depth: Int) -> AMQPValue {
        guard depth < deepest else { return .null }
        return .array((0..<Int(array.num_entries)).map { AMQPValue(array.entries[$0], depth: depth + 1) })
    }
}

extension AMQPValue {
    init(_ field: amqp_field_value_t, depth: Int = 0) {
        let value = field.value
        self =
            switch amqp_field_value_kind_t(UInt32(field.kind)) {
            case AMQP_FIELD_KIND_BOOLEAN: .boolean(value.boolean != 0)
            case AMQP_FIELD_KIND_I8: .integer(Int64(value.i8))
            case AMQP_FIELD_KIND_U8: .integer(Int64(value.u8))
            case AMQP_FIELD_KIND_I16: .integer(Int64(value.i16))
            case AMQP_FIELD_KIND_U16: .integer(Int64(value.u16))
            case AMQP_FIELD_KIND_I32: .integer(Int64(value.i32))
            case AMQP_FIELD_KIND_U32: .integer(Int64(value.u32))
            case AMQP_FIELD_KIND_I64: .integer(value.i64)
            case AMQP_FIELD_KIND_U64:
                Int64(exactly: value.u64).map { .integer($0) } ?? .string("\(value.u64)")
            case AMQP_FIELD_KIND_F32: .double(Double(value.f32))
            case AMQP_FIELD_KIND_F64: .double(value.f64)
            case AMQP_FIELD_KIND_DECIMAL:
                .decimal(unscaled: value.decimal.value, scale: value.decimal.decimals)
            case AMQP_FIELD_KIND_UTF8: AMQPValue(text: value.bytes)
            case AMQP_FIELD_KIND_BYTES: .bytes([UInt8](value.bytes))
            case AMQP_FIELD_KIND_TIMESTAMP: .timestamp(Date(timeIntervalSince1970: TimeInterval(value.u64)))
            case AMQP_FIELD_KIND_TABLE: [String: AMQPValue].nested(value.table, depth: depth)
            case AMQP_FIELD_KIND_ARRAY: [String: AMQPValue].nested(value.array, depth: depth)
            default: .null
            }
    }

    private init(text: amqp_bytes_t) {
        let bytes = [UInt8](text)
        self = String(validating: bytes, as: UTF8.self).map { .string($0) } ?? .bytes(bytes)
    }
}

extension MessageProperties {
    init(_ properties: amqp_basic_properties_t) {
        func text(_ flag: Int32, _ bytes: amqp_bytes_t) -> String? {
            properties._flags & amqp_flags_t(flag) == 0 ? nil : String(bytes)
        }
        contentType = text(AMQP_BASIC_CONTENT_TYPE_FLAG, properties.content_type)
        contentEncoding = text(AMQP_BASIC_CONTENT_ENCODING_FLAG, properties.content_encoding)
        messageID = text(AMQP_BASIC_MESSAGE_ID_FLAG, properties.message_id)
        type = text(AMQP_BASIC_TYPE_FLAG, properties.type)
        correlationID = text(AMQP_BASIC_CORRELATION_ID_FLAG, properties.correlation_id)
        if properties._flags & amqp_flags_t(AMQP_BASIC_TIMESTAMP_FLAG) != 0 {
            timestampSeconds = properties.timestamp
        }
        if properties._flags & amqp_flags_t(AMQP_BASIC_HEADERS_FLAG) != 0 {
            headers = [String: AMQPValue](properties.headers)
        }
    }
}

extension ServerMethod {
    init(_ method: amqp_method_t) {
        self = Self.content(method) ?? Self.reply(method) ?? Self.closing(method) ?? .unknown(method.id)
    }

    private static func decoded<T>(_ method: amqp_method_t, _: T.Type) -> T? {
        method.decoded?.assumingMemoryBound(to: T.self).pointee
    }

    private static func content(_ method: amqp_method_t) -> ServerMethod? {
        switch method.id {
        case AMQP_BASIC_DELIVER_METHOD:
            decoded(method, amqp_basic_deliver_t.self).map { deliver in
                .deliver(
                    Deliver(
                        consumerTag: String(deliver.consumer_tag),
                        deliveryTag: deliver.delivery_tag,
                        isRedelivered: deliver.redelivered != 0,
                        exchange: String(deliver.exchange),
                        routingKey: String(deliver.routing_key)
                    )
                )
            }
        case AMQP_BASIC_RETURN_METHOD:
            decoded(method, amqp_basic_return_t.self).map {
                .returned(code: Int($0.reply_code), text: String($0.reply_text))
            }
        case AMQP_BASIC_ACK_METHOD:
            decoded(method, amqp_basic_ack_t.self).map {
                .ack(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0)
            }
        case AMQP_BASIC_NACK_METHOD:
            decoded(method, amqp_basic_nack_t.self).map {
                .nack(deliveryTag: $0.delivery_tag, multiple: $0.multiple != 0)
            }
        case AMQP_BASIC_CANCEL_METHOD:
            decoded(method, amqp_basic_cancel_t.self).map { .cancelled(consumerTag: String($0.consumer_tag)) }
        default: nil
        }
    }

    private static func reply(_ method: amqp_method_t) -> ServerMethod? {
        switch method.id {
        case AMQP_QUEUE_DECLARE_OK_METHOD:
            decoded(method, amqp_queue_declare_ok_t.self).map {
                .queueDeclared(
                    AMQPQueueState(
                        name: String($0.queue),
                        readyCount: Int($0.message_count),
                        consumerCount: Int($0.consumer_count)
                    )
                )
            }
        case AMQP_QUEUE_PURGE_OK_METHOD:
            decoded(method, amqp_queue_purge_ok_t.self).map { .messageCount(Int($0.message_count)) }
        case AMQP_QUEUE_DELETE_OK_METHOD:
            decoded(method, amqp_queue_delete_ok_t.self).map { .messageCount(Int($0.message_count)) }
        case AMQP_CHANNEL_OPEN_OK_METHOD, AMQP_EXCHANGE_DECLARE_OK_METHOD, AMQP_EXCHANGE_DELETE_OK_METHOD,
            AMQP_QUEUE_BIND_OK_METHOD, AMQP_BASIC_QOS_OK_METHOD, AMQP_BASIC_CONSUME_OK_METHOD,
            AMQP_BASIC_CANCEL_OK_METHOD, AMQP_CONFIRM_SELECT_OK_METHOD:
            .done
        default: nil
        }
    }

    private static func closing(_ method: amqp_method_t) -> ServerMethod? {
        switch method.id {
        case AMQP_CHANNEL_CLOSE_METHOD:
            decoded(method, amqp_channel_close_t.self).map {
                .channelClose(code: Int($0.reply_code), text: String($0.reply_text))
            }
        case AMQP_CONNECTION_CLOSE_METHOD:
            decoded(method, amqp_connection_close_t.self).map {
                .connectionClose(code: Int($0.reply_code), text: String($0.reply_text))
            }
        case AMQP_CHANNEL_CLOSE_OK_METHOD: .channelCloseOk
        case AMQP_CONNECTION_CLOSE_OK_METHOD: .connectionCloseOk
        case AMQP_CONNECTION_BLOCKED_METHOD:
            decoded(method, amqp_connection_blocked_t.self).map { .blocked(reason: String($0.reason)) }
        case AMQP_CONNECTION_UNBLOCKED_METHOD: .unblocked
        default: nil
        }
    }
}
