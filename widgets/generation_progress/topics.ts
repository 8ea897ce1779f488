// How far each topic is: a small bar with made and wanted.
import { h, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import { bar } from "../shared/pieces.ts";

export type Topic = { path: string; done: number; wanted: number; rejected: number | null };

const SHOWN = 8;

export function topics({ topics: rows, more }: { topics: readonly Topic[]; more: number }, all: boolean, unfold: () => void): HTMLElement | null {
  if (rows.length === 0) return null;
  const shown = all ? rows : rows.slice(0, SHOWN);
  const hidden = rows.length - shown.length;
  const full = Math.max(...rows.map((row) => row.wanted));
  const rest: Child = hidden > 0 && h("button", { class: "rft__link", type: "button", test: "all-topics", key: "all-topics", on: { click: unfold } }, `${plural(hidden, "more topic")}; show them`);
  const past: Child = more > 0 && (all || hidden === 0) && h("p", { class: "rft__note" }, `and ${plural(more, "topic")} that are not listed`);
  const head = ["topic", "made of wanted", "made", "rejected"].map((text, place) => h("th", { scope: "col", ...(place > 1 ? { class: "rft__number" } : {}) }, text));
  const table = h("table", { class: "rft__table rft-run__topics", "aria-label": "By topic", test: "by-topic" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, shown.map((row) => line(row, full))));
  return h("section", {}, h("h3", { class: "rft__head" }, "By topic"), table, rest, past);
}

function line(row: Topic, full: number): HTMLElement {
  const text = `${row.path}: ${count(row.done)} of ${count(row.wanted)}`;
  return h(
    "tr",
    { test: "run-topic", "data-path": row.path },
    h("th", { scope: "row", class: "rft-run__name" }, row.path === "" ? "(no topic)" : row.path),
    h("td", { class: "rft-run__bar" }, bar({ value: row.done, full, target: row.wanted, text })),
    h("td", { class: "rft__number" }, `${count(row.done)} of ${count(row.wanted)}`),
    h("td", { class: "rft__number" }, row.rejected === null || row.rejected === 0 ? "–" : count(row.rejected)),
  );
}
