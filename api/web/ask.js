// Questions to the server, asked as whoever is signed in: the browser's session says who that is.

import { language } from "./words.js";

/** The server could not be reached: nothing is known of what became of what was sent. */
export class Unreached extends Error {}

/** Nobody is signed in here any more. */
export class SignedOut extends Error {}

/**
 * The server refused, in words for whoever reads them. `code` is one of the public schema's; `refused` has what was wrong with each event
 * of a batch.
 */
export class Refused extends Error {
  constructor(errors) {
    super(errors.map((error) => error.message).join("\n"));
    this.code = errors[0].extensions?.code;
    this.field = errors[0].extensions?.field;
    this.refused = errors[0].extensions?.refused ?? [];
  }
}

let ahead = 0;

/** What the server's clock says, to the second, as of its last answer: of what lies ahead of it nobody may ask. */
export function now() {
  return new Date(Math.floor((Date.now() + ahead) / 1_000) * 1_000);
}

/**
 * All pages, one after the other, of a query that asks for the list `list` from `$after` on: as `ask`, with the nodes of all in `list`.
 * `within`: what of the answer holds the list.
 */
export async function askAll(query, variables, within = (data) => data) {
  const nodes = new Map();
  let data;
  let after = null;
  do {
    data = within(await ask(query, { ...variables, after }));
    for (const node of data.list.nodes) nodes.set(node.id, node);
    after = data.list.pageInfo.endCursor;
  } while (data.list.pageInfo.hasNextPage);
  return { ...data, list: [...nodes.values()] };
}

/** The data of an answer. Raises `Unreached` or `Refused`; where nobody is signed in, it leads to where one signs in. */
export async function ask(query, variables = {}) {
  try {
    return await asked(query, variables);
  } catch (error) {
    if (!(error instanceof SignedOut)) throw error;
    location.assign("/sign-in");
    return new Promise(() => {});
  }
}

/** The same for what goes on by itself: raises `SignedOut` too, and leads nobody away from what they are writing. */
export async function asked(query, variables, patience = undefined) {
  let response, told;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      signal: patience && AbortSignal.timeout(patience),
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        "Accept-Language": language.value,
      },
      body: JSON.stringify({ query, variables }),
    });
    if (response.status !== 401) told = await response.json();
  } catch {
    // Also where the answer breaks off, or is that of something in between.
    throw new Unreached();
  }
  const said = response.headers.get("Date");
  if (said) ahead = Date.parse(said) - Date.now();
  if (response.status === 401) throw new SignedOut();
  if (response.status === 503) throw new Unreached();
  if (told.errors) throw new Refused(told.errors);
  return told.data;
}
