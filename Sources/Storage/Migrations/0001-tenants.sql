-- Tenants as their files describe them, and the secrets of those files, encrypted.
create table tenants (
    tenant        text primary key check (tenant ~ '^[a-z0-9-]{1,32}$'),
    name          text not null,
    version       integer not null,
    configuration text not null,
    sage_address  text not null,
    sage_user     text not null,
    paused        boolean not null default false,
    applied_at    timestamptz not null default now()
);
create table tenant_versions (
    tenant        text not null references tenants on delete cascade,
    version       integer not null,
    configuration text not null,
    applied_at    timestamptz not null default now(),
    primary key (tenant, version)
);
create table companies (
    tenant   text not null references tenants on delete cascade,
    company  text not null,
    position integer not null,
    primary key (tenant, company)
);
-- AES-256-GCM; tenant, system and field are bound to the ciphertext as additional data.
create table credentials (
    tenant     text not null references tenants on delete cascade,
    system     text not null check (system in ('adobe', 'sage')),
    field      text not null,
    key_id     text not null,
    sealed     bytea not null,
    changed_at timestamptz not null default now(),
    primary key (tenant, system, field)
);
-- Whether a Sage 300 sign-in is proven: one bad try may lock the user, so one process tries at a time.
create table sign_ins (
    sage_address text not null,
    sage_user    text not null,
    fingerprint  text not null,
    state        text not null check (state in ('unproven', 'proven', 'refused')),
    detail       text,
    proven_by    text,
    prover       text,
    prover_until timestamptz,
    changed_at   timestamptz not null default now(),
    primary key (sage_address, sage_user)
);
create table services (
    instance   uuid primary key,
    name       text not null,
    host       text not null,
    process    integer not null,
    started_at timestamptz not null default now(),
    seen_at    timestamptz not null default now()
);
