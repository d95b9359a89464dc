// What is recorded while somebody looks: one connection for all pages, over which only the streams of new events are told, never what they
// say. A page that shows one of them asks anew.

import { ask } from "./ask.js";
import { signal } from "./vendor/preact.js";

const PROTOCOL = "graphql-transport-ws";
const HEARD = `subscription Heard($after: Position) {
  events(after: $after) {
    ... on EventArrived { event { subject type position } relationship { id initiative { id } } }
    ... on CaughtUp { position }
    ... on Heartbeat { position }
  }
}`;
const HEAD = "{ events(first: 1) { nodes { position } } }";
const LATER_MS = [500, 1_000, 2_000, 5_000, 10_000];
/** The server says something every fifteen seconds at the latest. Of whom nothing is heard for twice as long, the connection is gone. */
const SILENT_MS = 30_000;

const listeners = new Set();
let position = null;
let failures = 0;

/** Whether new events are being heard of; null before it is known. */
export const connected = signal(null);

/** Call `heard` with `{subject, type, initiative}` of whatever is recorded from now on; gives back what ends that. */
export function listen(heard) {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

/** Listen for as long as the page is open: to all that is recorded from when this has been awaited on. */
export async function goOnListening() {
  try {
    position ??= (await ask(HEAD)).events.nodes[0]?.position ?? "0";
    open();
  } catch {
    later();
  }
}

function later() {
  connected.value = false;
  setTimeout(goOnListening, LATER_MS[Math.min(failures++, LATER_MS.length - 1)]);
}

function open() {
  const address = new URL("/graphql", location.href);
  address.protocol = address.protocol.replace("http", "ws");
  const socket = new WebSocket(address, PROTOCOL);
  const say = (message) => socket.send(JSON.stringify(message));
  let silent;
  const heard = () => {
    clearTimeout(silent);
    silent = setTimeout(() => socket.close(), SILENT_MS);
  };
  heard();
  socket.onopen = () => say({ type: "connection_init", payload: {} });
  socket.onclose = () => {
    clearTimeout(silent);
    later();
  };
  socket.onmessage = ({ data }) => {
    heard();
    const message = JSON.parse(data);
    if (message.type === "ping") say({ type: "pong" });
    if (message.type === "connection_ack") {
      say({ id: "heard", type: "subscribe", payload: { query: HEARD, variables: { after: position } } });
    }
    if (message.type === "next") hear(message.payload.data?.events);
    if (message.type === "error" || message.type === "complete") socket.close();
  };
}

function hear(told) {
  if (!told) return;
  failures = 0;
  connected.value = true;
  position = told.event?.position ?? told.position ?? position;
  if (!told.event) return;
  for (const heard of [...listeners]) heard({ subject: told.event.subject, type: told.event.type, initiative: told.relationship?.initiative.id });
}
