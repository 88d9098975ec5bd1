-- Telling people what needs them.

-- A tenant's webhook and the secret its calls are signed with.
alter table credentials drop constraint credentials_system_check;
alter table credentials add constraint credentials_system_check check (system in ('adobe', 'sage', 'alerts'));

-- What somebody has been told of and is so still. `scope` is whose people: a tenant's, or '' for the host's. `measure` is
-- how bad it was when it was told last: a count, an age; it is told again when it is much worse. `gone_at`: it has not
-- been so since, which may be a moment's pause.
create table alerts (
    scope         text not null,
    subject       text not null,
    kind          text not null,
    tenant        text,
    company       text,
    item          text not null default '',
    title         text not null,
    measure       bigint not null,
    first_seen_at timestamptz not null,
    last_seen_at  timestamptz not null,
    told_at       timestamptz not null,
    gone_at       timestamptz,
    primary key (scope, subject)
);

-- What is to be said, to each destination, written with what was told in one transaction. Notices that come close together
-- become one message.
create table alert_notices (
    id          bigint generated always as identity primary key,
    scope       text not null,
    destination text not null,
    kind        text not null,
    content     text not null,
    created_at  timestamptz not null,
    message_id  uuid
);
create index alert_notices_unsaid on alert_notices (scope, destination, id) where message_id is null;
create index alert_notices_said on alert_notices (message_id) where message_id is not null;

-- Messages as they are sent, to the letter: tried again, a message is the same and has the same id.
create table alert_messages (
    id          uuid primary key,
    scope       text not null,
    destination text not null,
    title       text not null,
    body        text not null,
    created_at  timestamptz not null,
    tries       integer not null default 0,
    next_try_at timestamptz,
    last_error  text,
    sent_at     timestamptz,
    given_up_at timestamptz
);
create index alert_messages_due on alert_messages (next_try_at) where next_try_at is not null;
create index alert_messages_made on alert_messages (scope, destination, created_at);

-- How long a company was paused: company_health knows of the present alone.
create table company_pauses (
    sage_address text not null,
    company      text not null,
    paused_at    timestamptz not null,
    ended_at     timestamptz,
    primary key (sage_address, company, paused_at)
);
create index company_pauses_open on company_pauses (sage_address, company) where ended_at is null;

-- Up to which moment a tenant's digest has told.
create table alert_digests (
    tenant     text primary key references tenants on delete cascade,
    told_until timestamptz not null
);

-- What alerts and digests ask for, every few seconds.
create index documents_waiting_by_age on documents (tenant, state_since) where state = 'waiting';
create index documents_posted_at on documents (tenant, posted_at) where posted_at is not null;
create index documents_orders_at on documents (tenant, source_created_at) where kind = 'order';
