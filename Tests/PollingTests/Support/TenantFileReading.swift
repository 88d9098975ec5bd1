import Storage
import Tenancy

/// The configuration of a stored tenant.
enum TenantFileReading {
    static func configuration(_ record: TenantRecord) throws -> TenantConfiguration {
        try TenantFile.parseStored(record.configuration)
    }
}
