// Questions to the server, asked as whoever is signed in: the browser's session says who that is.

import { language } from "./words.js";

/** The server could not be reached: nothing is known of what became of what was sent. */
export class Unreached extends Error {}

/** The server refused, in words for whoever reads them. `code` is one of the public schema's. */
export class Refused extends Error {
  constructor(errors) {
    super(errors.map((error) => error.message).join("\n"));
    this.code = errors[0].extensions?.code;
    this.field = errors[0].extensions?.field;
  }
}

let ahead = 0;

/** What the server's clock says, to the second, as of its last answer: of what lies ahead of it nobody may ask. */
export function now() {
  return new Date(Math.floor((Date.now() + ahead) / 1_000) * 1_000);
}

/** All pages, one after the other, of a query that asks for the list `list` from `$after` on: as `ask`, with the nodes of all in `list`. */
export async function askAll(query, variables) {
  const nodes = new Map();
  let data;
  let after = null;
  do {
    data = await ask(query, { ...variables, after });
    for (const node of data.list.nodes) nodes.set(node.id, node);
    after = data.list.pageInfo.endCursor;
  } while (data.list.pageInfo.hasNextPage);
  return { ...data, list: [...nodes.values()] };
}

/** The data of an answer. Raises `Unreached` or `Refused`; where nobody is signed in, it leads to where one signs in. */
export async function ask(query, variables = {}) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/graphql-response+json",
        "Accept-Language": language.value,
      },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Unreached();
  }
  const said = response.headers.get("Date");
  if (said) ahead = Date.parse(said) - Date.now();
  if (response.status === 401) {
    location.assign("/sign-in");
    return new Promise(() => {});
  }
  if (response.status === 503) throw new Unreached();
  const told = await response.json();
  if (told.errors) throw new Refused(told.errors);
  return told.data;
}
