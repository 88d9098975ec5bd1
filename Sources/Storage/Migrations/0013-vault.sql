-- Envelopes: `sealed` is under a data key of its own, and that one, sealed with the key `key_id` of the key file, stands
-- beside it. Null in rows of releases before, where `sealed` is under the file's key itself.
alter table credentials add column data_key bytea;
alter table access_tokens add column data_key bytea;
create index credentials_by_key on credentials (key_id);

-- What a live copy can open credentials with: keys are rotated to one that all of them have.
alter table services add column key_ids text[] not null default '{}';
