// Puts GraphiQL on this server's own schema. A token is asked for in the page and sent in a header, never in an address; without one it asks
// as whoever is signed in.
"use strict";

const secret = document.getElementById("secret");
const said = document.getElementById("said");
const TOKEN = "tussenruimte.token";

secret.value = sessionStorage.getItem(TOKEN) || "";

function shown() {
  const token = secret.value.trim();
  return token ? { authorization: `Bearer ${token}` } : {};
}

const live = graphqlWs.createClient({
  url: new URL("../graphql", location.href).href.replace(/^http/, "ws"),
  connectionParams: shown,
  lazy: true,
});

function isSubscription(asked) {
  const named = asked.operationName ? `subscription\\s+${asked.operationName}\\b` : "subscription\\b";
  return new RegExp(`(^|})\\s*(#[^\\n]*\\n\\s*)*${named}`).test(asked.query);
}

async function ask(asked) {
  const answer = await fetch("../graphql", {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/graphql-response+json", ...shown() },
    body: JSON.stringify(asked),
  });
  const told = await answer.json();
  said.textContent = answer.status === 401 ? told.errors[0].message : "";
  return told;
}

function listen(asked) {
  return {
    subscribe(sink) {
      return { unsubscribe: live.subscribe(asked, { ...sink, error: (error) => sink.error(told(error)) }) };
    },
  };
}

function told(error) {
  return error instanceof CloseEvent ? new Error(`${error.code} ${error.reason}`) : error;
}

async function begin() {
  const questions = await (await fetch("questions.json")).json();
  const page = React.createElement(GraphiQL, {
    fetcher: (asked) => (isSubscription(asked) ? listen(asked) : ask(asked)),
    defaultTabs: questions,
    shouldPersistHeaders: false,
    isHeadersEditorEnabled: false,
  });
  const root = ReactDOM.createRoot(document.getElementById("graphiql"));
  root.render(page);
  document.getElementById("token").addEventListener("submit", (event) => {
    event.preventDefault();
    sessionStorage.setItem(TOKEN, secret.value.trim());
    location.reload();
  });
}

begin();
