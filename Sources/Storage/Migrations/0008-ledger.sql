-- Batches that stand Open for a person, and error batches that an entry could not be deleted from: looked at until
-- they are posted or gone.
create table watched_batches (
    sage_address text not null,
    company      text not null,
    batch        bigint not null,
    since        timestamptz not null default now(),
    next_look_at timestamptz not null default now() + interval '5 seconds',
    primary key (sage_address, company, batch)
);
create index watched_batches_due on watched_batches (next_look_at);
create index claims_by_batch on claims (sage_address, company, batch) where batch is not null;
create index documents_in_batch on documents (company, sage_batch) where state = 'entered';
insert into watched_batches (sage_address, company, batch)
    select distinct t.sage_address, d.company, d.sage_batch from documents d join tenants t using (tenant)
    where d.state = 'entered' and d.sage_batch is not null;

-- Whether a try of a claim has been sent: one that has not may be sent without being looked for first.
alter table claims add column is_sent boolean not null default true;
alter table claims add column posting_since timestamptz;

-- A credit note that Sage 300 refused to apply to its invoice is entered unapplied.
alter table documents add column apply_refused boolean not null default false;

-- The error batch a dead document's entry still stands in: entered again, it would stand twice.
alter table documents add column stuck_batch bigint;
create index documents_stuck on documents (company, stuck_batch) where stuck_batch is not null;

-- The customer a dead document died of: others of that customer are held under it.
alter table documents add column refused_customer text;
create index documents_refused_customer on documents (tenant, company, refused_customer)
    where refused_customer is not null;

-- What only a person can put right in Sage 300, by company and batch; told once, kept until it has gone.
create table ledger_findings (
    sage_address text not null,
    company      text not null,
    batch        bigint not null,
    kind         text not null check (kind in ('orphan', 'twin', 'stuckPosting')),
    detail       text not null,
    found_at     timestamptz not null default now(),
    primary key (sage_address, company, batch, kind)
);

-- When a company's Open batches are next looked through for those that nobody knows.
create table batch_sweeps (
    sage_address text not null,
    company      text not null,
    next_at      timestamptz not null,
    primary key (sage_address, company)
);
