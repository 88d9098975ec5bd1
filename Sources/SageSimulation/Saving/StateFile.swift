import ExactJSON
import Foundation

/// The books in a file between runs. A killed simulator may lose what came after the last save; a stopped one loses
/// nothing.
actor StateFile {
    private let path: String
    private let companies: [String: Company]
    private var savedVersion: Int?

    init(path: String, companies: [String: Company]) {
        self.path = path
        self.companies = companies
    }

    /// Restores what the file holds; without a file the scenario's opening data stay.
    /// - Throws: `ScenarioError` when it is there and cannot be used.
    func load() async throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        let json: JSON
        do {
            let bytes = try Data(contentsOf: URL(filePath: path))
            json = try JSON(parsing: bytes, limits: JSON.Limits(bytes: 1 << 30))
        } catch {
            throw ScenarioError("\(path) cannot be read: \(error)")
        }
        for (code, saved) in json["companies"]?.object ?? JSONObject() {
            guard let company = companies[code] else {
                throw ScenarioError("\(path): no company \(code) in the scenario")
            }
            do {
                try await company.restore(saved)
            } catch {
                throw ScenarioError("\(path): company \(code): \(error)")
            }
        }
        savedVersion = await version
    }

    /// Writes the file when something changed since the last time. It is replaced as a whole, or not at all.
    func save() async throws {
        let version = await version
        guard version != savedVersion else { return }
        var saved = JSONObject()
        for (code, company) in companies.sorted(by: { $0.key < $1.key }) {
            saved[code] = await company.saved()
        }
        let json: JSON = ["companies": .object(saved)]
        try Data(json.bytes).write(to: URL(filePath: path), options: .atomic)
        savedVersion = version
    }

    private var version: Int {
        get async {
            var sum = 0
            for company in companies.values { sum += await company.version }
            return sum
        }
    }
}
