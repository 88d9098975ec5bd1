/// A method this client sends. Content (basic.publish) is not one of them: see `WireConnection.publish`.
enum ClientMethod: Sendable {
    case channelOpen
    case channelClose
    case channelCloseOk
    case connectionClose
    case connectionCloseOk
    case exchangeDeclare(name: String, type: String, durable: Bool, arguments: [String: AMQPValue])
    case exchangeDelete(name: String)
    case queueDeclare(QueueDeclaration)
    case queueBind(queue: String, exchange: String, routingKey: String, arguments: [String: AMQPValue])
    case queueDelete(name: String)
    case queuePurge(name: String)
    case basicQos(prefetch: UInt16)
    case basicConsume(queue: String, consumerTag: String)
    case basicCancel(consumerTag: String)
    case basicAck(deliveryTag: UInt64)
    case basicNack(deliveryTag: UInt64, requeue: Bool)
    case confirmSelect

    struct QueueDeclaration: Sendable {
        var name: String
        var isPassive = false
        var isDurable = false
        var isExclusive = false
        var deletesItself = false
        var arguments: [String: AMQPValue] = [:]
    }
}

extension ClientMethod: CustomStringConvertible {
    /// The protocol's name, with the queue or exchange it is about.
    var description: String {
        switch self {
        case .channelOpen: "channel.open"
        case .channelClose: "channel.close"
        case .channelCloseOk: "channel.close-ok"
        case .connectionClose: "connection.close"
        case .connectionCloseOk: "connection.close-ok"
        case .exchangeDeclare(let name, _, _, _): "exchange.declare \(name)"
        case .exchangeDelete(let name): "exchange.delete \(name)"
        case .queueDeclare(let declaration): "queue.declare \(declaration.name)"
        case .queueBind(let queue, let exchange, _, _): "queue.bind \(queue) to \(exchange)"
        case .queueDelete(let name): "queue.delete \(name)"
        case .queuePurge(let name): "queue.purge \(name)"
        case .basicQos: "basic.qos"
        case .basicConsume(let queue, _): "basic.consume \(queue)"
        case .basicCancel(let tag): "basic.cancel \(tag)"
        case .basicAck: "basic.ack"
        case .basicNack: "basic.nack"
        case .confirmSelect: "confirm.select"
        }
    }
}
