// What the server answered a page, kept as it was until the new answer is there, and asked for anew when something is recorded that it
// rests on.

import { ask, Refused, Unreached } from "./ask.js";
import { connected, listen } from "./live.js";
import { effect, useEffect, useRef, useState } from "./vendor/preact.js";
import { language } from "./words.js";

const SOON_MS = 150;

/**
 * `{data, error, again}` of a question. `rests(heard)` says of what is recorded meanwhile whether the answer rests on it; what comes
 * shortly after one another is asked for once, and while nobody looks at the page nothing is asked until somebody does. `asking` is how it is asked: `ask`, or what does so in more than one question.
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
    let soon = null;
    let stale = false;
    again();
    const news = () => {
      clearTimeout(soon);
      stale = document.hidden;
      if (!stale) soon = setTimeout(again, SOON_MS);
    };
    const looked = () => stale && !document.hidden && news();
    const ends = [
      listen((heard) => rests(heard) && news()),
      // What failed while the server was away is asked for anew when it is back.
      effect(() => connected.value && failed.current && news()),
    ];
    document.addEventListener("visibilitychange", looked);
    return () => {
      clearTimeout(soon);
      latest.current++;
      for (const end of ends) end();
      document.removeEventListener("visibilitychange", looked);
    };
  }, [asked]);
  return { ...answer, again };
}
