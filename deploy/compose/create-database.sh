#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty: the database, the role that owns it and the tables that `migrate` makes there, and
# the role that the platform uses them by, from which row-level security keeps every organisation but one.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --set=password="$(cat /run/secrets/application_password)" \
    --set=owner_password="$(cat /run/secrets/owner_password)" <<'SQL'
create role tussenruimte_owner login password :'owner_password';
create role tussenruimte login password :'password';
create database tussenruimte owner tussenruimte_owner template template0 encoding 'UTF8' locale 'C';
revoke all on database tussenruimte from public;
grant connect on database tussenruimte to tussenruimte;
SQL
