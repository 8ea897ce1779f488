// What a screen says while there is nothing to show: what to do next, the line of Python for it, a look again.
import { h } from "./dom.ts";
import { button } from "./pieces.ts";

/** The line that brings the first records. */
export const IMPORT = 'ds.import_("FILE")';

type Next = { python?: string; refresh?: (() => void) | false };

/** One sentence with what comes next, as Python, and Refresh where a screen is looked at before the work was done. */
export function empty(sentence: string, { python = "", refresh = false }: Next = {}): HTMLElement {
  const line = python !== "" && h("code", { class: "rft__python", title: "The same as Python" }, python);
  const again = refresh !== false && button({ text: "Refresh", test: "refresh", act: refresh });
  return h("div", { class: "rft__empty", test: "empty" }, h("span", {}, sentence), line, again);
}
