-- The failure store for a hundred thousand letters: whether one is open is a stored fact, kept true by whatever moves its
-- document out of that death.
update failures f set resolution = 'overtaken', resolved_at = now(), resolved_why = 'its document has moved on'
    where resolution is null and source_id is not null
    and not exists (select 1 from documents d where d.death_id = f.death_id and d.state = 'dead');

create function resolve_failure_of_death() returns trigger language plpgsql as $$
declare
    revived documents%rowtype;
    failure bigint;
    cause text;
begin
    if tg_op = 'UPDATE' then
        revived := new;
        cause := case when new.revision > old.revision then 'revision ' || new.revision || ' came from the store'
                      when new.state = 'dead' then 'it died again'
                      else 'its document became ' || new.state end;
    else
        revived := old;
        cause := 'its document is not remembered any more';
    end if;
    update failures set resolution = 'overtaken', resolved_at = now(), resolved_why = cause
        where death_id = old.death_id and resolution is null returning id into failure;
    if failure is not null and tg_op = 'UPDATE' then
        insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
        values (revived.tenant, revived.company, revived.kind, revived.source_id, 'resolve', 'overtaken',
                'dead letter ' || failure || ': ' || cause);
    end if;
    return null;
end
$$;
create trigger documents_leave_death after update on documents for each row
    when (old.state = 'dead' and old.death_id is not null
          and (new.state <> 'dead' or new.death_id is distinct from old.death_id))
    execute function resolve_failure_of_death();
create trigger documents_forget_death after delete on documents for each row
    when (old.state = 'dead' and old.death_id is not null) execute function resolve_failure_of_death();

-- Once a document is in the ledger, its overtaken letters say so.
create function tell_overtaken_failures() returns trigger language plpgsql as $$
begin
    -- It is entered first and posted then.
    update failures set resolved_why = 'revision ' || new.revision || ' came from the store, which is ' || new.state
        where tenant = new.tenant and company is not distinct from nullif(new.company, '') and kind = new.kind
        and source_id = new.source_id and resolution = 'overtaken'
        and resolved_why in ('revision ' || new.revision || ' came from the store',
                             'revision ' || new.revision || ' came from the store, which is entered');
    return null;
end
$$;
create trigger documents_succeed after update on documents for each row
    when (new.revision > 1 and new.state in ('entered', 'posted') and new.state <> old.state)
    execute function tell_overtaken_failures();

-- What was sent and answered, and where a worker was when it was killed.
alter table failures add column operation text;
alter table failures add column request text;
alter table failures add column answer_status integer;
alter table failures add column answer bytea;
alter table failures add column trace text;

-- Who looks after a letter, and under which words it is found.
alter table failures add column tags text[] not null default '{}';
alter table failures add column assignee text;
create table failure_actions (
    id         bigint generated always as identity primary key,
    failure_id bigint not null references failures on delete cascade,
    at         timestamptz not null default clock_timestamp(),
    actor      text not null,
    action     text not null,
    detail     text not null default ''
);
create index failure_actions_by_failure on failure_actions (failure_id, id);

drop index failures_open;
create index failures_open_newest on failures (failed_at desc, id desc) where resolution is null;
create index failures_open_of_tenant on failures (tenant, failed_at desc, id desc) where resolution is null;
create index failures_open_of_group_newest on failures (group_id, failed_at desc, id desc) where resolution is null;
create index failures_open_of_group on failures (group_id, id desc)
    include (class, tenant, amount, currency, failed_at) where resolution is null;
drop index failures_by_document;
create index failures_by_document on failures (tenant, kind, source_id, id);
create index failures_discarded on failures (group_id, id) where resolution = 'discarded';

-- A replay can be paused and cancelled; what it has done is counted, so that asking does not cost its size.
alter table replays drop constraint replays_state_check;
alter table replays add constraint replays_state_check
    check (state in ('requested', 'running', 'paused', 'done', 'stopped', 'cancelled'));
alter table replays add column selection text not null default '';
alter table replays add column requested_by text not null default '';
alter table replays add column selected integer not null default 0;
alter table replays add column replayed integer not null default 0;
alter table replays add column untouched integer not null default 0;
alter table replays add column started_at timestamptz;
alter table replays add column ended_why text;
update replays r set selected = c.selected, replayed = c.replayed, untouched = c.untouched
    from (select replay_id, count(*) as selected, count(*) filter (where state = 'replayed') as replayed,
              count(*) filter (where state = 'untouched') as untouched
          from replay_items group by replay_id) c
    where c.replay_id = r.id;
create index replays_open on replays (id) where state in ('requested', 'running');
create index replay_items_selected on replay_items (replay_id, position) where state = 'selected';

-- Where the documents of a replay are now.
create index documents_by_source on documents (tenant, kind, source_id);

-- When a document was last sent back: somebody may have entered it by hand while it was dead.
alter table documents add column replayed_at timestamptz;

-- A person's correction of what the store sent: a revision of its own, the original kept. In force until the store
-- changes the document itself.
create table document_edits (
    id        bigint generated always as identity primary key,
    tenant    text not null,
    company   text not null,
    kind      text not null,
    source_id bigint not null,
    revision  integer not null,
    at        timestamptz not null default now(),
    actor     text not null,
    reason    text not null,
    paths     text[] not null,
    original  text not null,
    edited    text not null
);
create index document_edits_by_document on document_edits (tenant, company, kind, source_id, id);
alter table documents add column edit_id bigint;
create function end_edit() returns trigger language plpgsql as $$
begin
    insert into document_events (tenant, company, kind, source_id, stage, outcome, detail)
    values (new.tenant, new.company, new.kind, new.source_id, 'edit', 'replaced',
            'the store changed it: revision ' || new.revision || ' takes the place of the edited one');
    new.edit_id := null;
    return new;
end
$$;
create trigger documents_end_edit before update on documents for each row
    when (old.edit_id is not null and new.edit_id is not distinct from old.edit_id
          and new.content_hash is distinct from old.content_hash)
    execute function end_edit();
