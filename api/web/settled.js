// A value that changes fast (a slider that is drawn, a pointer that passes), as it is where it comes to rest: what is asked of the server
// goes by that.

import { useEffect, useState } from "./vendor/preact.js";

const REST_MS = 150;

export function useSettled(value) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const rest = setTimeout(() => settle(value), REST_MS);
    return () => clearTimeout(rest);
  }, [value]);
  return settled;
}
