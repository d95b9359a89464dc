#!/bin/sh
# Run once by the PostgreSQL image, when its volume is empty: the database, and the user that owns it and nothing else.
set -eu
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --dbname=postgres --set=password="$(cat /run/secrets/application_password)" <<'SQL'
create role tussenruimte login password :'password';
create database tussenruimte owner tussenruimte template template0 encoding 'UTF8' locale 'C';
revoke all on database tussenruimte from public;
SQL
