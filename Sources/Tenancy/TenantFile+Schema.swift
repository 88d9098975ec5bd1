extension TenantFile {
    /// The JSON Schema (draft 2020-12) of the file, as in `docs/tenant.schema.json`.
    public static var schema: String {
        var text = String(decoding: PackageResources.tenant_schema_json, as: UTF8.self)
        while text.hasSuffix("\n") { text.removeLast() }
        return text
    }
}
