-- What metrics count, each a look at an index alone, however many documents are posted.
create index documents_waiting_since on documents (tenant, company, kind, published_at) where state = 'waiting';
create index documents_left on documents (kind, state) where state in ('dead', 'entered');
create index failures_open_by_class on failures (class, failed_at) where resolution is null;
