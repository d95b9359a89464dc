// Follows the feed of events with the client `graphql-ws`, breaks off at random moments and comes back with the last position it had.
// node follow.cjs <client> <url> <token> <until> <breaks>: prints what it saw as JSON when it has seen all up to a position.
"use strict";

const [, , library, url, token, until, breaks] = process.argv;
const { createClient } = require(library);

const query = "subscription($after: Position) { events(after: $after) { ... on EventArrived { event { position } } } }";
const told = { last: 0, gaps: 0, doubles: 0, seen: 0, breaks: 0 };
const every = Math.max(Math.floor((2 * Number(until)) / Number(breaks)), 1);

function follow() {
  return new Promise((resolve) => {
    const client = createClient({ url, retryAttempts: 0, connectionParams: { authorization: `Bearer ${token}` } });
    const enough = Math.ceil(Math.random() * every);
    let came = 0;
    const done = () => resolve();
    client.subscribe(
      { query, variables: { after: String(told.last) } },
      {
        next({ data, errors }) {
          if (errors) throw new Error(JSON.stringify(errors));
          const event = data.events.event;
          if (!event || came >= enough) return;
          const position = Number(event.position);
          if (position <= told.last) told.doubles += 1;
          else if (position > told.last + 1) told.gaps += 1;
          told.last = Math.max(told.last, position);
          told.seen += 1;
          came += 1;
          if (came === enough || told.last >= Number(until)) {
            told.breaks += 1;
            client.terminate();
          }
        },
        error: done,
        complete: done,
      },
    );
  });
}

(async () => {
  while (told.last < Number(until)) await follow();
  console.log(JSON.stringify(told));
  process.exit(0);
})();
