import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Carries requests from Hummingbird to the simulation and its replies back, broken connections included.
struct WebResponder: HTTPResponder {
    let simulation: Simulation

    /// Keeps the channel, because some answers are a closed connection.
    struct Context: RequestContext {
        var coreContext: CoreRequestContextStorage
        let channel: any Channel

        init(source: ApplicationRequestContextSource) {
            coreContext = CoreRequestContextStorage(source: source)
            channel = source.channel
        }
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        let target = RequestTarget(method: request.method.rawValue, path: request.head.path ?? "/")
        let body: [UInt8]
        do {
            body = Array(buffer: try await request.body.collect(upTo: Simulation.bodyLimit))
        } catch {
            return Self.response(.page(413, "413.1 - Request Entity Too Large"), context)
        }
        if target.segments.first == "_simulator" {
            return Self.response(await controlled(target, body, context), context)
        }
        let reply = await simulation.answer(
            Simulation.Request(
                target: target,
                authorization: request.headers[.authorization],
                cookie: request.headers[.cookie],
                contentType: request.headers[.contentType],
                host: request.head.authority ?? "127.0.0.1",
                body: body
            )
        )
        return Self.response(reply, context)
    }

    private func controlled(_ target: RequestTarget, _ body: [UInt8], _ context: Context) async -> Reply {
        let peer = context.channel.remoteAddress?.ipAddress ?? ""
        guard peer.hasPrefix("127.") || peer == "::1" else { return .page(403, "Loopback only") }
        return await ControlEndpoints(simulation: simulation).answer(target, body: body)
    }

    private static func response(_ reply: Reply, _ context: Context) -> Response {
        var headers: HTTPFields = [:]
        headers[.contentType] = reply.contentType
        if let odataVersion = HTTPField.Name("OData-Version"), reply.contentType == Reply.json {
            headers[odataVersion] = "4.0"
        }
        for (name, value) in reply.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: max(reply.status, 200))
        switch reply.ending {
        case .complete:
            var response = Response(
                status: status,
                headers: headers,
                body: ResponseBody(byteBuffer: ByteBuffer(string: reply.body))
            )
            if reply.status == 204 { response.headers[.contentLength] = nil }
            return response
        case .dropped:
            context.channel.close(mode: .all, promise: nil)
            return Response(status: status)
        case .resetMidBody:
            return Response(status: status, headers: headers, body: resetting(reply.body, context.channel))
        }
    }

    private static func resetting(_ body: String, _ channel: any Channel) -> ResponseBody {
        let bytes = Array(body.utf8)
        return ResponseBody(contentLength: bytes.count) { writer in
            try await writer.write(ByteBuffer(bytes: bytes.prefix(bytes.count / 2)))
            // Zero linger turns the close into a reset.
            if let options = channel as? any SocketOptionProvider {
                try? await options.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
            }
            try await channel.close(mode: .all)
            throw ChannelError.eof
        }
    }
}
