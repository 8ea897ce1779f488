// Topics by a facet: where a topic has no hard prompt, no second language, no tools. A click on a cell starts a plan.
import { h, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import { button, choices } from "../shared/pieces.ts";

export type Matrix = {
  facet: string;
  values: string[];
  rows: { path: string; counts: number[] }[];
  facets: string[];
  more: number;
  more_values: number;
};

type Acts = { live: boolean; all: boolean; unfold: () => void; show: (facet: string | null) => void; cell: (path: string, value: string) => void };

const SHOWN = 16;

export function matrix(now: Matrix | null, acts: Acts): HTMLElement | null {
  if (now === null) return acts.live ? h("p", { class: "rft-coverage__matrix" }, button({ text: "Topics by difficulty, turns, tools, language, source", test: "show-matrix", act: () => acts.show("difficulty") })) : null;
  const shown = acts.all ? now.rows : now.rows.slice(0, SHOWN);
  const hidden = now.rows.length - shown.length;
  const more: Child = hidden > 0 && h("button", { class: "rft__link", type: "button", test: "matrix-all", key: "matrix-all", on: { click: acts.unfold } }, `${plural(hidden, "more topic")}; show them`);
  const rest: Child = (now.more > 0 || now.more_values > 0) && h("p", { class: "rft__note" }, left(now));
  const pick: readonly Child[] = !acts.live ? [] : [choices("facet", now.facets.map((value) => ({ text: value, value, chosen: value === now.facet })), acts.show), button({ text: "Hide", test: "hide-matrix", act: () => acts.show(null) })];
  const say = acts.live ? "Most empty cells first. A click on a cell opens a plan for it." : "Most empty cells first.";
  return h(
    "section",
    { class: "rft-coverage__matrix", test: "matrix", "data-facet": now.facet },
    h("div", { class: "rft__line rft__line--ends" }, h("h3", { class: "rft__head" }, `Topics by ${now.facet}`), h("span", { class: "rft__line" }, pick)),
    h("p", { class: "rft__note" }, say),
    h("div", { class: "rft-coverage__scroll" }, table(now, shown, acts)),
    more,
    rest,
  );
}

function left({ more, more_values: values }: Matrix): string {
  const parts = [more > 0 ? plural(more, "topic") : "", values > 0 ? plural(values, "value") : ""].filter((one) => one !== "");
  return `and ${parts.join(" and ")} more; ds.matrix() has them all`;
}

function table(now: Matrix, rows: Matrix["rows"], acts: Acts): HTMLElement {
  const most = Math.max(1, ...now.rows.flatMap((row) => row.counts));
  const heads = [h("th", { scope: "col" }, "topic"), ...now.values.map((value) => h("th", { scope: "col", class: "rft__number" }, value))];
  const body = rows.map((row) => h("tr", {}, h("th", { scope: "row" }, row.path), row.counts.map((value, place) => cell(row.path, now.values[place] ?? "", value, most, acts))));
  return h("table", { class: "rft__table rft-coverage__cells", "aria-label": `Topics by ${now.facet}` }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, body));
}

/** One count, darker where there are more; empty ones are marked, and each can be filled. */
function cell(path: string, value: string, times: number, most: number, { live, cell: open }: Acts): HTMLElement {
  const shade = `${Math.round(70 * Math.sqrt(times / most))}%`;
  const text = times === 0 ? "0" : count(times);
  const name = `${path}, ${value}: ${plural(times, "record")}; generate more`;
  const inside: Child = live ? h("button", { class: "rft-coverage__cell", type: "button", test: "cell", key: `cell ${path} ${value}`, title: name, "aria-label": name, "data-path": path, "data-value": value, on: { click: () => open(path, value) } }, text) : text;
  return h("td", { class: times === 0 ? "rft__number rft-coverage__none" : "rft__number", style: { "--shade": shade } }, inside);
}
