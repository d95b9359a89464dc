// What the server answered a page, kept as it was until the new answer is there, and asked for anew when something is recorded that it
// rests on.

import { ask, Refused, Unreached } from "./ask.js";
import { listen } from "./live.js";
import { useEffect, useRef, useState } from "./vendor/preact.js";
import { language } from "./words.js";

const SOON_MS = 150;

/**
 * `{data, error, again}` of a question. `rests(heard)` says of what is recorded meanwhile whether the answer rests on it; what comes
 * shortly after one another is asked for once. `asking` is how it is asked: `ask`, or what does so in more than one question.
 */
export function useAnswer(query, variables, rests = () => false, asking = ask) {
  const [answer, setAnswer] = useState({ data: null, error: null });
  const asked = JSON.stringify([query, variables, language.value]);
  const latest = useRef(0);
  const again = () => {
    const mine = ++latest.current;
    return asking(query, variables).then(
      (data) => mine === latest.current && setAnswer({ data, error: null }),
      (error) => {
        if (!(error instanceof Refused || error instanceof Unreached)) throw error;
        if (mine === latest.current) setAnswer((before) => ({ data: before.data, error }));
      },
    );
  };
  useEffect(() => {
    let soon = null;
    again();
    const end = listen((heard) => {
      if (!rests(heard)) return;
      clearTimeout(soon);
      soon = setTimeout(again, SOON_MS);
    });
    return () => {
      clearTimeout(soon);
      latest.current++;
      end();
    };
  }, [asked]);
  return { ...answer, again };
}
