// graphql-ws as its documentation sets it up, told by a Redis stream: node server.js <redis url> <stream> <port>
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { Redis } from "ioredis";
import { WebSocketServer } from "ws";

const [url, stream, port] = process.argv.slice(2);
const schema = buildSchema(`
  scalar JSON
  type Event { id: ID!, type: String!, position: String!, occurred: String!, recorded: String!, data: JSON! }
  type Relationship { id: ID! }
  type EventArrived { event: Event!, relationship: Relationship }
  type CaughtUp { position: String! }
  union Told = EventArrived | CaughtUp
  input EventFilter { types: [String!] }
  type Query { subscribers: Int! }
  type Subscription { events(after: String, filter: EventFilter): Told! }
`);
const subscribers = new Set();

// What waits for one subscriber; graphql-ws takes it out one by one, and executes the query on each.
function follow(first) {
  const told = [first];
  let awake;
  const subscriber = (event) => {
    told.push(event);
    awake?.();
  };
  subscribers.add(subscriber);
  return {
    async next() {
      if (!told.length) await new Promise((resolve) => (awake = resolve));
      return { value: { events: told.shift() }, done: false };
    },
    async return() {
      subscribers.delete(subscriber);
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const roots = {
  query: { subscribers: () => subscribers.size },
  subscription: { events: ({ after }) => follow({ __typename: "CaughtUp", position: after }) },
};
useServer({ schema, roots }, new WebSocketServer({ host: "127.0.0.1", port: Number(port), path: "/graphql" }));

const redis = new Redis(url);
for (let last = "$"; ; ) {
  const found = await redis.xread("BLOCK", 1000, "STREAMS", stream, last);
  for (const [id, [, event]] of found?.[0][1] ?? []) {
    last = id;
    const told = { __typename: "EventArrived", ...JSON.parse(event) };
    for (const subscriber of subscribers) subscriber(told);
  }
}
