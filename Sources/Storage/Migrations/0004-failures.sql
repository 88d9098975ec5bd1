-- The failure store: what came out of the dead-letter queues, once each.
create table failures (
    id           bigint generated always as identity primary key,
    death_id     uuid not null unique,
    tenant       text,
    company      text,
    kind         text,
    source_id    bigint,
    revision     integer,
    number       text,
    document     text,
    class        text not null,
    code         text not null,
    reason       text not null,
    next_step    text not null,
    at_risk      boolean not null default false,
    group_id     text not null,
    attempts     integer not null default 1,
    amount       numeric,
    currency     text,
    failed_at    timestamptz not null,
    received_at  timestamptz not null default now(),
    message      text not null,
    resolution   text check (resolution in ('replayed', 'discarded', 'overtaken')),
    resolved_at  timestamptz,
    resolved_why text
);
create index failures_open on failures (tenant, group_id, id) where resolution is null;
create index failures_by_document on failures (tenant, company, kind, source_id);

create table replays (
    id           bigint generated always as identity primary key,
    requested_at timestamptz not null default now(),
    rate         numeric,
    canary       boolean not null default false,
    state        text not null default 'requested' check (state in ('requested', 'running', 'done', 'stopped')),
    owner        uuid,
    owner_until  timestamptz,
    finished_at  timestamptz
);
create table replay_items (
    replay_id  bigint not null references replays on delete cascade,
    position   integer not null,
    failure_id bigint not null references failures,
    state      text not null default 'selected' check (state in ('selected', 'replayed', 'untouched')),
    detail     text,
    primary key (replay_id, position)
);
