import CRabbitMQ

extension WireConnection {
    /// Encodes and sends one method frame.
    func send(_ method: ClientMethod, on channel: UInt16) throws(AMQPError) {
        let arena = Arena()
        // Each group sends the methods it knows.
        if try sendClosing(method, on: channel) { return }
        if try sendTopology(method, arena, on: channel) { return }
        try sendBasic(method, arena, on: channel)
    }

    private func sendClosing(_ method: ClientMethod, on channel: UInt16) throws(AMQPError) -> Bool {
        // 200 is reply-success.
        let text = Arena()
        switch method {
        case .channelOpen:
            try send(
                AMQP_CHANNEL_OPEN_METHOD,
                amqp_channel_open_t(out_of_band: amqp_empty_bytes),
                on: channel
            )
        case .channelClose:
            let close = amqp_channel_close_t(
                reply_code: 200,
                reply_text: text.bytes("bye"),
                class_id: 0,
                method_id: 0
            )
            try send(AMQP_CHANNEL_CLOSE_METHOD, close, on: channel)
        case .channelCloseOk:
            try send(AMQP_CHANNEL_CLOSE_OK_METHOD, amqp_channel_close_ok_t(dummy: 0), on: channel)
        case .connectionClose:
            let close = amqp_connection_close_t(
                reply_code: 200,
                reply_text: text.bytes("bye"),
                class_id: 0,
                method_id: 0
            )
            try send(AMQP_CONNECTION_CLOSE_METHOD, close, on: 0)
        case .connectionCloseOk:
            try send(AMQP_CONNECTION_CLOSE_OK_METHOD, amqp_connection_close_ok_t(dummy: 0), on: 0)
        default: return false
        }
        withExtendedLifetime(text) {}
        return true
    }

    private func sendTopology(_ method: ClientMethod, _ arena: Arena, on channel: UInt16) throws(AMQPError)
        -> Bool
    {
        switch method {
        case .exchangeDeclare(let name, let type, let durable, let arguments):
            var declare = amqp_exchange_declare_t()
            declare.exchange = arena.bytes(name)
            declare.type = arena.bytes(type)
            declare.durable = durable ? 1 : 0
            declare.arguments = arena.table(arguments)
            try send(AMQP_EXCHANGE_DECLARE_METHOD, declare, on: channel)
        case .exchangeDelete(let name):
            var delete = amqp_exchange_delete_t()
            delete.exchange = arena.bytes(name)
            try send(AMQP_EXCHANGE_DELETE_METHOD, delete, on: channel)
        case .queueDeclare(let declaration):
            try send(AMQP_QUEUE_DECLARE_METHOD, amqp_queue_declare_t(declaration, arena), on: channel)
        case .queueBind(let queue, let exchange, let routingKey, let arguments):
            var bind = amqp_queue_bind_t()
            bind.queue = arena.bytes(queue)
            bind.exchange = arena.bytes(exchange)
            bind.routing_key = arena.bytes(routingKey)
            bind.arguments = arena.table(arguments)
            try send(AMQP_QUEUE_BIND_METHOD, bind, on: channel)
        case .queueDelete(let name):
            var delete = amqp_queue_delete_t()
            delete.queue = arena.bytes(name)
            try send(AMQP_QUEUE_DELETE_METHOD, delete, on: channel)
        case .queuePurge(let name):
            var purge = amqp_queue_purge_t()
            purge.queue = arena.bytes(name)
            try send(AMQP_QUEUE_PURGE_METHOD, purge, on: channel)
        default: return false
        }
        return true
    }

    private func sendBasic(_ method: ClientMethod, _ arena: Arena, on channel: UInt16) throws(AMQPError) {
        switch method {
        case .basicQos(let prefetch):
            let qos = amqp_basic_qos_t(prefetch_size: 0, prefetch_count: prefetch, global: 0)
            try send(AMQP_BASIC_QOS_METHOD, qos, on: channel)
        case .basicConsume(let queue, let consumerTag):
            var consume = amqp_basic_consume_t()
            consume.queue = arena.bytes(queue)
            consume.consumer_tag = arena.bytes(consumerTag)
            try send(AMQP_BASIC_CONSUME_METHOD, consume, on: channel)
        case .basicCancel(let consumerTag):
            let cancel = amqp_basic_cancel_t(consumer_tag: arena.bytes(consumerTag), nowait: 0)
            try send(AMQP_BASIC_CANCEL_METHOD, cancel, on: channel)
        case .basicAck(let tag):
            try send(AMQP_BASIC_ACK_METHOD, amqp_basic_ack_t(delivery_tag: tag, multiple: 0), on: channel)
        case .basicNack(let tag, let requeue):
            let nack = amqp_basic_nack_t(delivery_tag: tag, multiple: 0, requeue: requeue ? 1 : 0)
            try send(AMQP_BASIC_NACK_METHOD, nack, on: channel)
        case .confirmSelect:
            try send(AMQP_CONFIRM_SELECT_METHOD, amqp_confirm_select_t(nowait: 0), on: channel)
        default:
            preconditionFailure("no encoding for \(method)")
        }
    }
}

extension amqp_queue_declare_t {
    fileprivate init(_ declaration: ClientMethod.QueueDeclaration, _ arena: Arena) {
        self.init()
        queue = arena.bytes(declaration.name)
        passive = declaration.isPassive ? 1 : 0
        durable = declaration.isDurable ? 1 : 0
        exclusive = declaration.isExclusive ? 1 : 0
        auto_delete = declaration.deletesItself ? 1 : 0
        arguments = arena.table(declaration.arguments)
    }
}
