-- A pass over a resource's changes: `pass_bound` while it is under way, `read_until` of the last complete one.
-- `load_position` while the first reading, by id, is under way; null once it has come to its end.
alter table cursors add column pass_bound timestamptz;
alter table cursors add column read_until timestamptz;
alter table cursors add column load_position bigint;

-- Sweeps read again what the store changed without saying so; a failed run is tried again at `retry_at`.
alter table runs drop constraint runs_cause_check;
alter table runs add constraint runs_cause_check check (cause in ('schedule', 'now', 'backfill', 'sweep'));
alter table runs add column failure_class text;
alter table runs add column retry_at timestamptz;
alter table runs add column tries integer not null default 0;
alter table runs add column unreadable integer not null default 0;
create index runs_begun on runs (tenant, cause, id) where started_at is not null;
create index runs_to_retry on runs (retry_at) where retry_at is not null;

-- How far a backfill is in each resource, so that one that was interrupted goes on where it was.
create table run_positions (
    run_id   bigint not null references runs on delete cascade,
    resource text not null,
    position bigint not null,
    is_done  boolean not null default false,
    primary key (run_id, resource)
);

-- When the content was read, by the store's clock: a page that was read before does not undo it.
alter table documents add column observed_at timestamptz;
create index documents_dead_since on documents (tenant, state_since) where state = 'dead';

-- Whether a document stands in some company's ledger: it is not entered in another's when its store view moves.
create index documents_entered on documents (tenant, kind, source_id)
    where state in ('posting', 'inDoubt', 'entered', 'posted');
