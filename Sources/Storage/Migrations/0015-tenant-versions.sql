-- Versions of tenant files: who applied them, why, and which one decided what.
alter table tenant_versions add column applied_by text not null default '';
alter table tenant_versions add column reason text not null default '';
alter table tenant_versions add column restores integer;
alter table documents add column configuration_version integer;
alter table document_events add column configuration_version integer;

-- What a list of tenants shows, so that a thousand files need not be read for it; '' for files of before.
alter table tenants add column schedule text not null default '';

-- When the removal of a tenant began, from when on nothing is done for it; and when it began to erase.
alter table tenants add column removing_since timestamptz;
alter table tenants add column erasing_since timestamptz;

-- Tenants that were removed: what was done, in numbers, and the last version of their file, so that a tenant of the same
-- name goes on counting and a version names one file for ever.
create table removed_tenants (
    id           bigint generated always as identity primary key,
    tenant       text not null,
    last_version integer not null,
    removed_at   timestamptz not null default now(),
    removed_by   text not null,
    audit        text not null check (audit in ('kept', 'erased')),
    numbers      jsonb not null
);
create index removed_tenants_by_name on removed_tenants (tenant, id);

-- What removed tenants have in Sage 300, by its number there: should a tenant come back, none of it is entered twice.
-- Nothing of a person is in it.
create table ledger_remains (
    sage_address  text not null,
    company       text not null,
    document      text not null,
    number        text not null,
    tenant        text not null,
    kind          text not null,
    source_id     bigint not null,
    source_created_at timestamptz not null,
    state         text not null check (state in ('posting', 'inDoubt', 'entered', 'posted', 'dead', 'skipped')),
    claim_id      bigint,
    sage_customer text,
    sage_batch    bigint,
    sage_entry    integer,
    stuck_batch   bigint,
    ledger_hash   bytea,
    posted_at     timestamptz,
    primary key (sage_address, company, document)
);
create index ledger_remains_by_source on ledger_remains (tenant, kind, source_id);
