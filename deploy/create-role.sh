#!/bin/bash
# Run once by the postgres image (compose.yaml): the role the services sign in with. It is not a superuser, because
# row-level security does not bind one; CREATEROLE, because `connectorctl migrate` makes the roles tenants are bound to.
set -euo pipefail
psql -v ON_ERROR_STOP=1 -v password="$CONNECTOR_PASSWORD" -U "$POSTGRES_USER" -d postgres <<'SQL'
create role connector login createrole password :'password';
create database connector owner connector;
SQL
