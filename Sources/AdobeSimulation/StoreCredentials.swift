/// What the simulated store lets in. The defaults are public demo values: they protect nothing.
public struct StoreCredentials: Sendable, Hashable {
    /// 32 characters, as all four of the integration.
    public var consumerKey = "democonsumerkey00000000000000001"
    /// Signs, with the token's secret.
    public var consumerSecret = "democonsumersecret00000000000001"
    /// Of the integration.
    public var accessToken = "demoaccesstoken00000000000000001"
    /// Signs, with the consumer's secret.
    public var accessTokenSecret = "demoaccesstokensecret00000000001"
    /// Of the Cloud Service, with `auth: ims`.
    public var clientID = "demo-client"
    /// Of the Cloud Service.
    public var clientSecret = "demo-client-secret"

    /// The demo values.
    public init() {}
}
