/// What of a customer a tenant may leave to Sage 300 (tenant file, `customers.sageOwns`).
public enum CustomerField: String, Sendable, CaseIterable {
    case name, address, phone, email, contact, taxNumber
}
