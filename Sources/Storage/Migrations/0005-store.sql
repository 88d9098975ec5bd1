-- Signing in to a store, and reading it again to be sure of it.

-- When a credential stops working, where somebody said so; and a keyed hash that tells a new secret from the same one.
alter table credentials add column expires_on date, add column fingerprint text;

-- The bearer token a store is read with, encrypted; tenant and field are bound to it. The fingerprint is that of the
-- credentials it was issued to: a token of others is not used.
create table access_tokens (
    tenant      text primary key references tenants on delete cascade,
    fingerprint text not null,
    key_id      text not null,
    sealed      bytea not null,
    issued_at   timestamptz not null,
    expires_at  timestamptz
);

-- Re-reading a resource by id, for what a store changed without saying so: how far the latest one is.
create table sweeps (
    tenant      text not null references tenants on delete cascade,
    resource    text not null,
    position    bigint not null default 0 check (position >= 0),
    started_at  timestamptz,
    finished_at timestamptz,
    primary key (tenant, resource)
);
