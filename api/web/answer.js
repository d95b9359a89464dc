// What the server answered a page, kept as it was until the new answer is there, and asked for anew when something is recorded that it
// rests on.

import { ask, Refused, Unreached } from "./ask.js";
import { connected, listen } from "./live.js";
import { effect, useEffect, useRef, useState } from "./vendor/preact.js";
import { language } from "./words.js";

const SOON_MS = 150;
const REST_MS = 1_000;
/** How long an answer rests, in times of how long it took to come and be drawn: the rest of the time is for who looks. */
const RESTS = 4;

/**
 * `{data, error, again}` of a question. `rests(heard)` says of what is recorded meanwhile whether the answer rests on it; however much that
 * is, it is asked for once a while, one question at a time, and while nobody looks at the page nothing is asked until somebody does.
 * `asking` is how it is asked: `ask`, or what does so in more than one question.
 */
export function useAnswer(query, variables, rests = () => false, asking = ask) {
  const [answer, setAnswer] = useState({ data: null, error: null });
  const asked = JSON.stringify([query, variables, language.value]);
  const latest = useRef(0);
  const failed = useRef(false);
  const again = () => {
    const mine = ++latest.current;
    return asking(query, variables).then(
      (data) => {
        if (mine !== latest.current) return;
        failed.current = false;
        setAnswer({ data, error: null });
      },
      (error) => {
        if (!(error instanceof Refused || error instanceof Unreached)) throw error;
        if (mine !== latest.current) return;
        failed.current = true;
        setAnswer((before) => ({ data: before.data, error }));
      },
    );
  };
  useEffect(() => {
    const pace = paced(again);
    let stale = false;
    pace.now();
    const news = () => {
      stale = document.hidden;
      if (!stale) pace.soon();
    };
    const looked = () => stale && news();
    const ends = [
      pace.end,
      listen((heard) => rests(heard) && news()),
      // What failed while the server was away is asked for anew when it is back.
      effect(() => connected.value && failed.current && news()),
    ];
    document.addEventListener("visibilitychange", looked);
    return () => {
      latest.current++;
      for (const end of ends) end();
      document.removeEventListener("visibilitychange", looked);
    };
  }, [asked]);
  return { ...answer, again };
}

/**
 * Work that is done `now`, or `soon`: then as often as is asked for shortly after one another it is done once, never twice at a time, and not
 * before a rest after the last time.
 */
function paced(work) {
  let waiting = null;
  let busy = false;
  let wanted = false;
  let rested = 0;
  let ended = false;
  const now = async () => {
    [waiting, busy, wanted] = [null, true, false];
    const began = performance.now();
    try {
      await work();
      await drawn();
    } finally {
      const took = performance.now() - began;
      rested = performance.now() + Math.max(REST_MS, RESTS * took);
      busy = false;
      if (wanted) soon();
    }
  };
  const soon = () => {
    if (busy) wanted = true;
    else if (!ended) waiting ??= setTimeout(now, Math.max(SOON_MS, rested - performance.now()));
  };
  const end = () => {
    ended = true;
    clearTimeout(waiting);
  };
  return { now, soon, end };
}

/** Once the browser has drawn what there is; where nobody looks at it, it draws nothing. */
function drawn() {
  return new Promise((done) => (document.hidden ? done() : requestAnimationFrame(() => setTimeout(done))));
}
