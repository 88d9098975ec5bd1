-- Which roles and policies are in force: `migrate` applies them after the migrations, as far as the cluster has the roles.
create table isolation (
    is_only     boolean primary key default true check (is_only),
    role_prefix text not null,
    has_roles   boolean not null,
    fingerprint text not null,
    applied_at  timestamptz not null default now()
);

-- What bindings to a tenant are sealed with, so that a bound session cannot bind itself to another. Nobody but the owner
-- of the tables reads it.
create table binding_keys (
    is_only boolean primary key default true check (is_only),
    key     text not null default gen_random_uuid()::text || gen_random_uuid()::text
);
insert into binding_keys default values;

-- What is known of credentials without their ciphertext, for those who warn of their end.
create view credential_dates as select tenant, system, field, key_id, changed_at, expires_on from credentials;

-- What each tenant takes up, counted as it comes and goes, and why its store is not read on where that is too much.
create table tenant_usage (
    tenant      text primary key,
    documents   bigint not null default 0,
    held_reason text,
    held_since  timestamptz,
    is_full     boolean not null default false
);
insert into tenant_usage (tenant, documents) select tenant, count(*) from documents group by tenant;
create function count_new_documents() returns trigger language plpgsql as $$
begin
    insert into tenant_usage (tenant, documents) select tenant, count(*) from added group by tenant order by tenant
        on conflict (tenant) do update set documents = tenant_usage.documents + excluded.documents;
    return null;
end
$$;
create trigger documents_count_new after insert on documents referencing new table as added
    for each statement execute function count_new_documents();
create function count_gone_documents() returns trigger language plpgsql as $$
begin
    update tenant_usage u set documents = u.documents - g.count
        from (select tenant, count(*) as count from gone group by tenant) g where u.tenant = g.tenant;
    return null;
end
$$;
create trigger documents_count_gone after delete on documents referencing old table as gone
    for each statement execute function count_gone_documents();
