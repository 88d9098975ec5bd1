-- One writer per company: a lease with a fence number that grows at every change of hands.
create table writer_leases (
    sage_address text not null,
    company      text not null,
    owner        uuid not null,
    fence        bigint not null,
    expires_at   timestamptz not null,
    primary key (sage_address, company)
);
-- A company that fails three times in a row is paused and probed by one process at a time.
create table company_health (
    sage_address    text not null,
    company         text not null,
    failures_in_row integer not null default 0,
    paused_at       timestamptz,
    reason          text,
    next_probe_at   timestamptz,
    primary key (sage_address, company)
);
-- An attempt to enter documents as one batch. Recorded before anything is sent, so that whatever happens
-- to the process the batch can be found again by its token `MLC <id>/<try>`.
create table claims (
    id           bigint generated always as identity primary key,
    tenant       text not null,
    company      text not null,
    sage_address text not null,
    fence        bigint not null,
    state        text not null
        check (state in ('entering', 'inDoubt', 'adopted', 'verified', 'posting', 'done', 'split', 'abandoned')),
    try          integer not null default 1,
    absent_reads integer not null default 0,
    was_in_doubt boolean not null default false,
    batch        bigint,
    automatic    boolean not null,
    sent_at      timestamptz not null default now(),
    due_at       timestamptz not null default now(),
    finished_at  timestamptz
);
create index claims_open on claims (sage_address, company) where finished_at is null;
create index claims_watched on claims (finished_at) where was_in_doubt;
create table claim_entries (
    claim_id  bigint not null references claims on delete cascade,
    position  integer not null,
    tenant    text not null,
    company   text not null,
    kind      text not null,
    source_id bigint not null,
    revision  integer not null,
    document  text not null,
    customer  text not null,
    total     numeric not null,
    payload   text not null,
    primary key (claim_id, position)
);
-- Customers known to stand in Sage 300, so that an invoice need not ask for each again.
create table sage_customers (
    sage_address text not null,
    company      text not null,
    number       text not null,
    tenant       text not null,
    content_hash bytea not null,
    confirmed_at timestamptz not null default now(),
    primary key (sage_address, company, number)
);
-- The first order a guest e-mail came with, for `guests: individual`; the e-mail only as a keyed hash.
create table guests (
    tenant     text not null,
    company    text not null,
    email_hash bytea not null,
    entity_id  bigint not null,
    primary key (tenant, company, email_hash)
);
-- Redelivered messages that are being handled: one found marked twice is quarantined.
create table delivery_marks (
    message_id text primary key,
    count      integer not null,
    marked_at  timestamptz not null default now()
);
