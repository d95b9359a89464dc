// Whoever goes by keyboard stays where they are: where what had the focus goes away, what it stood in has it, so that Tab goes on from there.

/** The focus as it was last, and what it stood in, the nearest first; null where somebody left by themselves. */
let last = null;

/** Within `root`, from now on. */
export function keepFocus(root) {
  root.addEventListener("focusin", ({ target }) => (last = { target, around: around(target, root) }));
  root.addEventListener("focusout", ({ target }) => setTimeout(() => left(target)));
  new MutationObserver(goOn).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ["disabled"] });
}

function around(target, root) {
  return target === root ? [] : [target.parentElement, ...around(target.parentElement, root)];
}

/** Nothing went away: it was meant. */
function left(target) {
  if (last?.target === target && target.isConnected && !target.disabled) last = null;
}

function goOn() {
  if (last === null || document.activeElement !== document.body) return;
  const { target, around } = last;
  if (target.isConnected) {
    if (!target.disabled) target.focus({ preventScroll: true });
    return;
  }
  const near = around.find((one) => one.isConnected);
  if (!near.hasAttribute("tabindex")) {
    near.tabIndex = -1;
    near.addEventListener("blur", () => near.removeAttribute("tabindex"), { once: true });
  }
  near.focus({ preventScroll: true });
}
