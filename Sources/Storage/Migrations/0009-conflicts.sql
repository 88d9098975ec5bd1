-- A document that met somebody at work on its record in Sage 300: how often in a row, and when it is tried again.
alter table documents add column conflicts integer not null default 0;
alter table documents add column retry_at timestamptz;
create index documents_to_retry on documents (tenant, company, retry_at) where retry_at is not null;

-- Which copies of a service are alive, looked at twice a second by each of them.
create index services_alive on services (name, seen_at);
