#!/bin/sh
# Makes, once and as root, what compose.yaml needs beside it: the root key, passwords, and folders for certificates and backups, each for the
# user of its container alone. What is there already is never made anew: another root key would open nothing.
set -eu
cd "$(dirname "$0")"
umask 077
application=65532 postgres=999

if [ -e secrets ]; then
    echo "There are secrets already. Nothing was made." >&2
    exit 1
fi
mkdir secrets
password() { openssl rand -hex 24; }
events=$(password) keys=$(password) events_owner=$(password) keys_owner=$(password)
openssl rand -base64 32 > secrets/root.key
password > secrets/postgres_password
echo "$events" > secrets/events_password
echo "$keys" > secrets/keys_password
echo "$events_owner" > secrets/events_owner_password
echo "$keys_owner" > secrets/keys_owner_password
printf '%s:5432:tussenruimte:tussenruimte:%s\n' events "$events" keys "$keys" > secrets/pgpass
# For `migrate` alone, which makes the tables as their owner and reads the views anew as the platform.
printf '%s:5432:tussenruimte:tussenruimte_owner:%s\n' events "$events_owner" keys "$keys_owner" | cat secrets/pgpass - > secrets/pgpass_owner
mkdir -p certificates backup/events/wal backup/events/base backup/keys/wal backup/keys/base

chown "$application" secrets/root.key secrets/pgpass secrets/pgpass_owner certificates
chown -R "$postgres" secrets/*_password backup
chmod 711 secrets backup
