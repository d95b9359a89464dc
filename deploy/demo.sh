#!/bin/sh
# Serves the example histories from a fresh SQLite file on this machine, until Ctrl-C. PORT is the first port tried; every PACE
# seconds something happens there, or nothing where it is 0.
set -eu
cd "$(dirname "$0")/.."

port=$(.venv/bin/python - "${PORT:-8000}" <<'PYTHON'
import socket
import sys

for port in range(int(sys.argv[1]), 65536):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one left in TIME_WAIT by the demo before is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            continue
    print(port)
    break
PYTHON
)
# The port is free, so no demo that still runs uses the folder named after it.
folder=.demo/$port
rm -rf "$folder"
mkdir -p "$folder"

export TUSSENRUIMTE_DATABASE_URL="sqlite:///$folder/tussenruimte.db" TUSSENRUIMTE_URL="http://127.0.0.1:$port"

run() {
    .venv/bin/tussenruimte "$@"
}

run import examples/*.jsonl
run story petra-maaike
token=$(run token create --name demo)
address=$TUSSENRUIMTE_URL/graphql

cat <<TEXT

Pages    $(run sign-in)
         (signs you in once; what moves there while you watch is around the corner)
GraphQL  $address
Browser  $TUSSENRUIMTE_URL/graphiql/
Token    $token

  curl $address \\
    -H 'Authorization: Bearer $token' \\
    -H 'Content-Type: application/json' \\
    -d '{"query": "{ relationship(id: \"petra-maaike\") { reading(at: \"2021-06-01\") { phase kind } } }"}'

What the server logs goes to $folder/log. Ctrl-C ends the demo.
TEXT

if [ "${PACE:-4}" != 0 ]; then
    .venv/bin/python deploy/living.py "$address" "$token" "${PACE:-4}" &
fi
# Where a terminal reads it, the server tells a link last: a line for each request would take that from sight.
exec .venv/bin/tussenruimte serve --port "$port" 2>"$folder/log"
