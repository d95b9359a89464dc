// What is recorded while somebody looks: one connection for all pages, over which only the streams of new events are told, never what they
// say. A page that shows one of them asks anew.

import { ask } from "./ask.js";
import { signal } from "./vendor/preact.js";
import { language } from "./words.js";

const PROTOCOL = "graphql-transport-ws";
const HEARD = `subscription Heard($after: Position) {
  events(after: $after) {
    ... on EventArrived { event { subject position } relationship { id initiative { id } } }
    ... on CaughtUp { position }
    ... on Heartbeat { position }
  }
}`;
const HEAD = "{ events(first: 1) { nodes { position } } }";
const LATER_MS = [500, 1_000, 2_000, 5_000, 10_000];

const listeners = new Set();
let position = null;
let failures = 0;

/** Whether new events are being heard of. */
export const connected = signal(false);

/** Call `heard` with `{subject, initiative}` of whatever is recorded from now on; gives back what ends that. */
export function listen(heard) {
  listeners.add(heard);
  return () => listeners.delete(heard);
}

/** Listen for as long as the page is open. */
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
  socket.onopen = () => say({ type: "connection_init", payload: {} });
  socket.onclose = later;
  socket.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    if (message.type === "ping") say({ type: "pong" });
    if (message.type === "connection_ack") {
      say({ id: "heard", type: "subscribe", payload: { query: HEARD, variables: { after: position }, extensions: { language: language.value } } });
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
  for (const heard of [...listeners]) heard({ subject: told.event.subject, initiative: told.relationship?.initiative.id });
}
