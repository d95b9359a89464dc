#!/bin/sh
# Serves the example histories from a fresh SQLite file on this machine, until Ctrl-C. PORT is the first port tried.
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

run() {
    .venv/bin/tussenruimte --database "sqlite:///$folder/tussenruimte.db" "$@"
}

run import examples/*.jsonl
run story petra-maaike
token=$(run token create --name demo)
address=http://127.0.0.1:$port/graphql

cat <<TEXT

GraphQL  $address
Browser  http://127.0.0.1:$port/graphiql/
Token    $token

  curl $address \\
    -H 'Authorization: Bearer $token' \\
    -H 'Content-Type: application/json' \\
    -d '{"query": "{ relationship(id: \"petra-maaike\") { reading(at: \"2021-06-01\") { phase kind } } }"}'

Ctrl-C ends the demo.
TEXT

exec .venv/bin/tussenruimte --database "sqlite:///$folder/tussenruimte.db" serve --port "$port"
