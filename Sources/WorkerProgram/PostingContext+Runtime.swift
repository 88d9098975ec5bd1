public import Posting
public import ServiceRuntime

extension PostingContext {
    /// What posting works with, from a service's parts.
    public init(_ runtime: ServiceProcess.Runtime) {
        var settings = PostingSettings()
        settings.settle = runtime.environment.sageSettle
        settings.lease = runtime.environment.writerLease
        settings.probeInterval = runtime.environment.probeInterval
        self.init(
            database: runtime.connections.database,
            broker: runtime.connections.broker,
            vault: runtime.connections.vault,
            http: runtime.connections.http,
            logger: runtime.logger,
            instance: runtime.instance,
            settings: settings,
            service: runtime.name,
            beat: { runtime.watchdog.beat($0) }
        )
    }
}
