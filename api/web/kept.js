// What waits to be sent, kept by the browser until the server has it: also when the page is closed, or the device goes out. It stands there
// in the clear.

const STORE = "entries";

let opened = null;

/** The entries of an owner, in the order in which they came. */
export function entriesOf(owner) {
  return within("readonly", (store) => store.index("owner").getAll(owner));
}

/** Keep an entry; one with a `number` in its own place. Gives its number. */
export function keep(entry) {
  return within("readwrite", (store) => store.put(entry));
}

export function drop(number) {
  return within("readwrite", (store) => store.delete(number));
}

async function within(mode, work) {
  const transaction = (await open()).transaction(STORE, mode, { durability: "strict" });
  const request = work(transaction.objectStore(STORE));
  return new Promise((done, failed) => {
    transaction.oncomplete = () => done(request.result);
    transaction.onabort = () => failed(transaction.error);
  });
}

function open() {
  opened ??= new Promise((done, failed) => {
    const request = indexedDB.open("tussenruimte", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "number", autoIncrement: true }).createIndex("owner", "owner");
    request.onsuccess = () => {
      request.result.onclose = () => (opened = null);
      done(request.result);
    };
    request.onerror = () => {
      opened = null;
      failed(request.error);
    };
  });
  return opened;
}
