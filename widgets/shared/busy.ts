// What takes longer than a blink says that it works; the notebook and the other widgets stay usable meanwhile.
import type { Host, Shared } from "./host.ts";

/** Milliseconds after which a person wants to know. */
const BLINK = 400;

type Ask = Host<Shared>["ask"];

/** The same `ask`, with a word in `line` while an answer is long in coming. */
export function busy(ask: Ask, line: HTMLElement, body: HTMLElement, signal: AbortSignal): Ask {
  const open = new Set<number>();
  let number = 0;
  const show = (): void => {
    if (signal.aborted) return;
    line.textContent = open.size > 0 ? "Working…" : "";
    if (open.size > 0) body.setAttribute("aria-busy", "true");
    else body.removeAttribute("aria-busy");
  };
  return async (act, options) => {
    const mine = ++number;
    const timer = setTimeout(() => {
      open.add(mine);
      show();
    }, BLINK);
    try {
      return await ask(act, options);
    } finally {
      clearTimeout(timer);
      if (open.delete(mine)) show();
    }
  };
}
