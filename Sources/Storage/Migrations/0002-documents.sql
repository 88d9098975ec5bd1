-- One row a document of a store and company; `state` says where it is, `revision` counts its changes.
-- `company` is '' for a document whose store view belongs to no company.
create table documents (
    tenant             text not null,
    company            text not null,
    kind               text not null,
    source_id          bigint not null,
    number             text not null,
    document           text not null,
    store_view         text not null,
    source_created_at  timestamptz not null,
    source_updated_at  timestamptz not null,
    source             text not null,
    revision           integer not null default 1,
    content_hash       bytea not null,
    published_revision integer not null default 0,
    published_hash     bytea,
    first_published_at timestamptz,
    published_at       timestamptz,
    state              text not null,
    reason             text,
    state_since        timestamptz not null default now(),
    attempts           integer not null default 0,
    amount             numeric,
    currency           text,
    run_id             bigint,
    claim_id           bigint,
    death_id           uuid,
    death              text,
    death_published    boolean not null default true,
    sage_customer      text,
    sage_batch         bigint,
    sage_entry         integer,
    ledger_hash        bytea,
    posted_at          timestamptz,
    primary key (tenant, company, kind, source_id)
);
create index documents_by_number on documents (tenant, number);
create index documents_by_document on documents (tenant, document);
create index documents_by_run on documents (run_id);
create index documents_by_claim on documents (claim_id) where claim_id is not null;
create index documents_under_way on documents (tenant, company, kind, state)
    where state in ('waiting', 'posting', 'inDoubt', 'held');
create index documents_by_death on documents (death_id) where death_id is not null;
create index documents_death_unpublished on documents (kind) where not death_published;
create index documents_unpublished on documents (tenant) where published_revision < revision;

-- Every transition, append-only: what `why` tells.
create table document_events (
    id        bigint generated always as identity primary key,
    tenant    text not null,
    company   text not null,
    kind      text not null,
    source_id bigint not null,
    at        timestamptz not null default clock_timestamp(),
    stage     text not null,
    outcome   text not null,
    detail    text not null default ''
);
create index document_events_by_document on document_events (tenant, company, kind, source_id, id);

create table cursors (
    tenant     text not null,
    resource   text not null,
    updated_at timestamptz not null,
    entity_id  bigint not null,
    primary key (tenant, resource)
);
create table runs (
    id           bigint generated always as identity primary key,
    tenant       text not null,
    cause        text not null check (cause in ('schedule', 'now', 'backfill')),
    from_date    date,
    to_date      date,
    requested_at timestamptz not null default now(),
    started_at   timestamptz,
    finished_at  timestamptz,
    state        text not null check (state in ('requested', 'running', 'done', 'failed')),
    documents    integer not null default 0,
    error        text
);
create index runs_by_tenant on runs (tenant, id);
create index runs_open on runs (state) where state in ('requested', 'running');
