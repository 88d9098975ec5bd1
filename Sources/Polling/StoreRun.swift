import Accounting
import AdobeCommerce
import Foundation
import Logging
import Storage
import Tenancy

/// One pass over everything that changed in a tenant's store.
struct StoreRun {
    let context: PollingContext
    let tenant: TenantConfiguration
    let store: AdobeClient
    let publisher: PagePublisher
    let watch: RunWatch

    /// Reads and publishes what changed.
    func carryOut() async throws {
        try await DocumentResource.forEach(neededBy: tenant.companies, logger: logger) { resource in
            if resource == .customers { try await load(resource) }
            // What came since an interrupted pass began is read as well: whoever asks for "now" means now.
            while try await follow(resource) == .wasInterrupted {}
        }
    }

    private enum Pass { case wasWhole, wasInterrupted }

    private var logger: Logger {
        var logger = context.logger
        logger[metadataKey: "tenant"] = .string(tenant.tenant.name)
        return logger
    }

    /// Customers have no index on `updated_at` (reference Adobe 2.7): each page of changes costs the store a look at
    /// all of them. So the first time they are read by id, and changes are followed from where that began.
    private func load(_ resource: DocumentResource) async throws {
        let (database, name) = (context.database, resource.rawValue)
        var last: Int64
        if let memory = try await database.cursor(of: tenant.tenant, resource: name) {
            guard let position = memory.loadPosition else { return }
            last = position
        } else {
            let start = store.serverTime.addingTimeInterval(-context.settle.seconds)
            try await database.beginLoad(of: tenant.tenant, resource: name, changesFrom: start)
            last = 0
        }
        while true {
            try await watch.check(before: resource)
            let page = try await store.listed(resource, after: last, pageSize: tenant.adobe.pageSize)
            try await publisher.publish(page, of: resource)
            last = max(last, page.nextCursor.entityID)
            try await database.moveLoad(of: tenant.tenant, resource: name, to: page.isLast ? nil : last)
            if page.isLast { return }
        }
    }

    /// Reads changes page by page: record, publish, mark with the cursor. The next page is asked for while one is
    /// published.
    private func follow(_ resource: DocumentResource) async throws -> Pass {
        let (database, name) = (context.database, resource.rawValue)
        let memory = try await database.cursor(of: tenant.tenant, resource: name)
        var pass = ChangePass(
            after: memory,
            storeTime: store.serverTime,
            settle: context.settle,
            overlap: tenant.adobe.overlap
        )
        var next = try await page(resource, pass)
        if !pass.isResumed {
            try await database.beginPass(
                of: tenant.tenant,
                resource: name,
                at: pass.memory,
                bound: pass.bound
            )
        }
        while let current = next {
            pass.take(current)
            next = try await publish(current, of: resource, andReadOn: pass)
        }
        try await database.completePass(
            of: tenant.tenant,
            resource: name,
            at: pass.finalMemory,
            readUntil: pass.bound
        )
        return pass.isResumed ? .wasInterrupted : .wasWhole
    }

    /// Publishes a page while the next one is read.
    /// - Returns: the next one; nil when the pass is complete.
    private func publish(
        _ page: Page,
        of resource: DocumentResource,
        andReadOn pass: ChangePass
    ) async throws -> Page? {
        async let next = self.page(resource, pass)
        try await publisher.publish(page, of: resource, mark: page.isBlank ? nil : pass.memory)
        return try await next
    }

    /// The page behind a pass's position; nil when the pass is complete.
    private func page(_ resource: DocumentResource, _ pass: ChangePass) async throws -> Page? {
        guard !pass.isComplete else { return nil }
        try await watch.check(before: resource)
        return try await store.changed(
            resource,
            after: pass.position,
            upTo: pass.bound,
            pageSize: tenant.adobe.pageSize
        )
    }
}

extension Page {
    /// Nothing is in it.
    var isBlank: Bool { rows.isEmpty && unreadable.isEmpty }
}
