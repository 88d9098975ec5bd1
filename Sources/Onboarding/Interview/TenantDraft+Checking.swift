import Accounting
import Tenancy

extension TenantDraft {
    /// What `tenant apply` would refuse about the file; nil where it would accept it.
    var problem: String? {
        let secrets = credentials.secrets.merging([.password: passwordText]) { $1 }
        var texts: [String: Secret] = [:]
        for (field, place) in places {
            switch place {
            case .written: texts[field.rawValue] = secrets[field]
            case .environment(let name): texts[name] = secrets[field]
            case .file(let path): texts[path] = secrets[field]
            }
        }
        let known = texts
        let source = SecretSource(
            environment: { name in known[name]?.withText { $0 } },
            file: { path in known[path]?.withText { $0 } }
        )
        do throws(TenantFileError) {
            _ = try TenantFile.parse(text(named: "file", secretPath: \.rawValue), secrets: source)
            return nil
        } catch {
            return error.problems.map { "\($0.key): \($0.reason)" }.joined(separator: "; ")
        }
    }
}
