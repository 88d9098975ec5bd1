-- Which order a document belongs to: what else happened to it decides what a refund takes back.
alter table documents add column order_id bigint;
update documents set order_id = source_id where kind in ('order', 'cancellation');
update documents set order_id = (source::jsonb -> kind ->> 'order_id')::bigint
    where kind in ('invoice', 'creditmemo', 'shipment');
create index documents_by_order on documents (tenant, company, order_id) where order_id is not null;

-- What a held document waits for: it goes on by itself once that is in the ledger, or will never be.
alter table documents add column waits_for_kind text;
alter table documents add column waits_for_id bigint;
create index documents_waiting_for on documents (tenant, company, waits_for_kind, waits_for_id)
    where state = 'held' and waits_for_id is not null;

-- Credit memos and Adobe's invoices were held because they could not be entered.
update documents set state = 'waiting', reason = null, published_revision = 0, state_since = now()
    where state = 'held' and kind in ('creditmemo', 'invoice');
