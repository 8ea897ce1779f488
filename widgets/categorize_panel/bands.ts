// How sure the run is: counts by band, and a histogram of the confidence.
import { h } from "../shared/dom.ts";
import { count, plural, share } from "../shared/format.ts";
import { svg } from "../shared/svg.ts";
import { KINDS, type Kind, type Queue, type State } from "./model.ts";

const TALL = 64;

/** The band of one of the equal parts from 0 to 1. */
export function bandAt(place: number, places: number): "review" | "medium" | "high" {
  const from = place / places;
  return from >= 0.8 ? "high" : from >= 0.5 ? "medium" : "review";
}

export function histogram(counts: readonly number[]): HTMLElement {
  const full = Math.max(1, ...counts);
  const width = 100 / counts.length;
  const bars = counts.map((value, at) => {
    // a part that is not empty is always seen
    const tall = value === 0 ? 0 : Math.max(1, (TALL * value) / full);
    const title = svg("title", {}, `${(at / counts.length).toFixed(2)} to ${((at + 1) / counts.length).toFixed(2)}: ${plural(value, "record")}`);
    const bar = svg("rect", { x: at * width + 0.15, y: TALL - tall, width: width - 0.3, height: tall, class: `rft-categorize__bar rft-categorize__bar--${bandAt(at, counts.length)}` });
    return svg("g", {}, svg("rect", { x: at * width, y: 0, width, height: TALL, fill: "transparent" }), bar, title);
  });
  const drawn = svg("svg", { viewBox: `0 0 100 ${TALL}`, preserveAspectRatio: "none", class: "rft-categorize__bars", role: "img", "aria-label": words(counts) }, ...bars);
  const marks = [0, 0.5, 0.8, 1].map((at) => h("span", { style: { left: `${100 * at}%` } }, String(at)));
  return h("figure", { class: "rft-categorize__histogram", test: "histogram" }, drawn, h("div", { class: "rft-categorize__marks rft__note", "aria-hidden": true }, marks));
}

function words(counts: readonly number[]): string {
  const sums = { review: 0, medium: 0, high: 0 };
  counts.forEach((value, at) => (sums[bandAt(at, counts.length)] += value));
  return `Confidence: ${count(sums.review)} below 0.5, ${count(sums.medium)} from 0.5, ${count(sums.high)} from 0.8`;
}

const MARKS: Record<Kind, string> = { high: "✓", medium: "▿", review: "▼", unassigned: "○" };
const HUES: Record<Kind, string> = { high: "ok", medium: "near", review: "far", unassigned: "none" };

/** Counts by band; each opens its queue. */
export function bands(state: State, queue: Queue, choose: ((kind: Kind) => void) | null): HTMLElement {
  const order: Kind[] = ["high", "medium", "review", "unassigned"];
  const lines = order.map((kind) => {
    const { name, why } = KINDS.find((one) => one.kind === kind) ?? { name: kind, why: "" };
    const mark = h("span", { class: `rft__status rft__status--${HUES[kind]}`, "aria-hidden": true }, `${MARKS[kind]} `);
    const said = choose === null || state[kind] === 0 ? name : h("button", { class: "rft__link", type: "button", test: `queue-${kind}`, key: `queue-${kind}`, "aria-pressed": queue.kind === kind, title: `${why} Go through them.`, on: { click: () => choose(kind) } }, name);
    return h("tr", { test: `band-${kind}`, "aria-current": queue.kind === kind }, h("th", { scope: "row" }, mark, said), h("td", { class: "rft__number" }, count(state[kind])), h("td", { class: "rft__number" }, part(state[kind], state.total)));
  });
  const hand = h("tr", { test: "band-by-hand" }, h("th", { scope: "row" }, "decided by hand"), h("td", { class: "rft__number" }, count(state.by_hand + state.left_unassigned)), h("td", { class: "rft__number" }, part(state.by_hand + state.left_unassigned, state.total)));
  return h("table", { class: "rft__table rft-categorize__bands", test: "bands" }, h("tbody", {}, lines, hand));
}

function part(value: number, total: number): string {
  return total > 0 ? share(value / total) : "";
}
