-- What metrics count, each a look at an index alone, however many documents are posted.
create index documents_waiting_since on documents (tenant, company, kind, published_at) where state = 'waiting';
create index documents_left on documents (kind, state) where state in ('dead', 'entered');
create index failures_open_by_class on failures (class, failed_at) where resolution is null;

-- Who was reading and mapping a redelivered message when it was marked, the latest last, as a JSON array. `mark` is the
-- latest one.
alter table delivery_marks add column mark uuid;
alter table delivery_marks add column handlings jsonb not null default '[]';
delete from delivery_marks;

-- How processes died: what their crash files held; without a signal there was nothing in them.
create table crash_reports (
    instance    uuid primary key,
    service     text not null,
    host        text not null,
    process     integer not null,
    signal      text,
    outside     boolean not null default false,
    died_at     timestamptz,
    trace       text not null,
    reported_at timestamptz not null default now()
);
create index crash_reports_by_age on crash_reports (reported_at);
