#!/bin/sh
# A base backup of the PostgreSQL server this runs beside, verified, and an end to those of more than DAYS days and to the log that only they need.
# From the folder of compose.yaml, every night, for the events and for the keys:
#   docker compose exec -T events sh -s 35 < backup.sh
#   docker compose exec -T keys sh -s 7 < backup.sh
set -eu
days=$1

name=/backup/base/$(date -u +%Y-%m-%dT%H%M%SZ)
pg_basebackup --pgdata="$name.part" --checkpoint=fast
pg_verifybackup --quiet "$name.part"
mv "$name.part" "$name"

# Only now, when there is a newer one that is whole.
find /backup/base -mindepth 1 -maxdepth 1 -mtime "+$((days - 1))" -exec rm -r {} +
oldest=$(ls -d /backup/base/*Z | head -n 1)
pg_archivecleanup /backup/wal "$(sed -n 's/^START WAL LOCATION.*file \([0-9A-F]*\).*/\1/p' "$oldest/backup_label")"
echo "$name"
