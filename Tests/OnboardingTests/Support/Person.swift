import Accounting
import Foundation
import Onboarding
import Synchronization
import Tenancy

/// Somebody who answers in a row, and remembers what was asked and said.
final class Person: Answering {
    private struct Memory {
        var answers: [String]
        var asked: [Question] = []
        var refusals: [String] = []
        var notes: [String] = []
    }

    private let memory: Mutex<Memory>

    init(_ answers: [String]) { memory = Mutex(Memory(answers: answers)) }

    func answer(to question: Question) async throws -> Secret {
        try memory.withLock { memory in
            memory.asked.append(question)
            guard !memory.answers.isEmpty else { throw InterviewError.unanswered(question) }
            return Secret(memory.answers.removeFirst())
        }
    }

    func refuse(_ refusal: Refusal, of question: Question) async throws {
        memory.withLock { $0.refusals.append("\(question.key): \(refusal)") }
    }

    func note(_ words: String) async { memory.withLock { $0.notes.append(words) } }

    /// The keys of what was asked, in order.
    var asked: [String] { memory.withLock { $0.asked.map(\.key) } }
    /// The last question of a key.
    func question(_ key: String) -> Question? { memory.withLock { $0.asked.last { $0.key == key } } }
    var refusals: [String] { memory.withLock(\.refusals) }
    var notes: [String] { memory.withLock(\.notes) }
    var unused: [String] { memory.withLock(\.answers) }
}

extension Systems {
    /// The first five of six answers.
    var signIns: [String] {
        [store, Self.credentials, "\(sage)/v1.0/-/SAMINC", "connector", "secret"]
    }

    func surroundings(
        _ policy: AddressPolicy = .open,
        environment: [String: String] = [:],
        files: [String: String] = [:]
    ) -> Interview.Surroundings {
        var surroundings = Interview.Surroundings(
            http: http,
            policy: policy,
            places: AnswerPlaces(environment: { environment[$0] }, file: { files[$0] })
        )
        surroundings.now = { Date(timeIntervalSince1970: 1_796_000_000) }
        return surroundings
    }

    func interview(_ person: Person) -> Interview { Interview(person, surroundings()) }
}

extension TenantDraft {
    /// The file, its secrets named by their keys.
    var text: String { text(named: "acme.yaml", secretPath: { "/secrets/\($0.rawValue)" }) }

    /// What the file says.
    func configuration() throws -> TenantConfiguration {
        try TenantFile.parse(text, secrets: SecretSource(environment: { _ in "x" }, file: { _ in "x" }))
    }
}
