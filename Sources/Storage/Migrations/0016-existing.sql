-- Invoices that somebody typed by hand: which documents of Sage 300 may be which of the store's, and what a person said to it.
create table document_matches (
    id              bigint generated always as identity primary key,
    tenant          text not null,
    company         text not null,
    kind            text not null,
    source_id       bigint not null,
    revision        integer not null,
    ledger_document text not null,
    ledger_customer text not null,
    ledger_type     text,
    ledger_total    numeric,
    ledger_currency text,
    ledger_date     text,
    order_number    text not null default '',
    batch           bigint,
    entry           integer,
    posted          boolean not null,
    ledger_hash     bytea,
    strength        text not null check (strength in ('certain', 'likely', 'possible')),
    reason          text not null,
    ambiguous       boolean not null,
    found_at        timestamptz not null default now(),
    decision        text check (decision in ('linked', 'rejected')),
    decided_at      timestamptz,
    decided_by      text,
    decided_why     text,
    unique (tenant, company, kind, source_id, ledger_customer, ledger_document)
);
-- One that was typed by hand is one document of the store, whoever links it at the same moment.
create unique index document_matches_linked on document_matches (tenant, company, ledger_customer, ledger_document)
    where decision = 'linked';
create index document_matches_open on document_matches (tenant, company) where decision is null;

-- The number of what was typed by hand and linked; what we enter has the number in `document`.
alter table documents add column sage_document text;
alter table ledger_remains add column sage_document text;
create index documents_by_sage_document on documents (tenant, sage_document) where sage_document is not null;

-- Since when a company is posted for: its cut-over is counted from then on.
alter table companies add column since timestamptz not null default now();
update companies c set since = coalesce(
    (select min(applied_at) from tenant_versions v where v.tenant = c.tenant), c.since);
