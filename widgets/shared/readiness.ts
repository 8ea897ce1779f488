// Whether a dataset is ready for training, said the same way on every screen.
import { h } from "./dom.ts";
import "./readiness.css";

export type Reason = { blocking: boolean; sentence: string; rule?: string };

/** The mark and the words of being ready. */
export function readyWord(ready: boolean): HTMLElement {
  const [kind, word] = ready ? ["ok", "✓ Ready for training"] : ["far", "✗ Not ready yet"];
  return h("b", { class: `rft__status rft__status--${kind}`, test: "ready" }, word);
}

/** What stands against it: what blocks before what is worth a look. */
export function reasonList(reasons: readonly Reason[]): HTMLElement | null {
  if (reasons.length === 0) return null;
  const sorted = [...reasons].sort((a, b) => Number(b.blocking) - Number(a.blocking));
  return h("ul", { class: "rft__reasons", test: "reasons" }, sorted.map(line));
}

function line({ blocking, rule, sentence }: Reason): HTMLElement {
  const [kind, words] = blocking ? ["far", "✗ blocks"] : ["near", "▿ worth a look"];
  return h("li", { test: "reason", "data-rule": rule }, h("span", { class: `rft__status rft__status--${kind}` }, words), h("span", {}, sentence));
}
