import Accounting
import ExactJSON
import Foundation

extension CallEvidence {
    /// Adds `request` and `answer` to a letter: what is text as text, any other bytes in base 64.
    func write(into letter: inout JSONObject) {
        letter["request"] = [
            "operation": .string(operation), "body": request.map(JSON.string) ?? .null,
        ]
        guard status != nil || !answer.isEmpty else { return }
        var members: JSONObject = ["status": status.map(JSON.int) ?? .null]
        if let text = String(validating: answer, as: UTF8.self) {
            members["body"] = .string(text)
        } else {
            members["base64"] = .string(Data(answer).base64EncodedString())
        }
        letter["answer"] = .object(members)
    }

    /// Reads what a letter says of a call; nil where it says nothing of one, as those of earlier releases.
    init?(letter: JSON) {
        guard let request = letter["request"], let operation = request["operation"]?.string else {
            return nil
        }
        let answer = letter["answer"]
        let bytes =
            (answer?["body"]?.string).map { Array($0.utf8) }
            ?? (answer?["base64"]?.string).flatMap { Data(base64Encoded: $0) }.map { [UInt8]($0) }
        self.init(
            operation: operation,
            request: request["body"]?.string,
            status: answer?["status"]?.int,
            answer: bytes ?? []
        )
    }
}
