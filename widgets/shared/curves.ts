// Curves over steps: lines that differ in their strokes as well as their colours, with the last value in words.
import { h } from "./dom.ts";
import { score } from "./format.ts";
import { svg } from "./svg.ts";
import "./curves.css";

export type Line = { name: string; points: readonly (readonly [number, number])[] };
export type Chart = { name: string; lines: readonly Line[] };

const WIDE = 600;
const TALL = 160;
const KINDS = 5;

/** One chart with its legend; the legend says where each line begins and ends, for eyes and screen readers. */
export function curves({ name, lines }: Chart): HTMLElement {
  const { left, right, low, high } = bounds(lines);
  const x = (step: number): number => ((step - left) / Math.max(right - left, 1)) * WIDE;
  const y = (value: number): number => TALL - ((value - low) / (high - low)) * TALL;
  const drawn = lines.map((line, at) => stroke(line, at % KINDS, x, y));
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${TALL}`, preserveAspectRatio: "none", class: "rft-curves__picture", role: "img", "aria-label": words(name, lines) }, ...grid(), ...drawn);
  const axis = h("div", { class: "rft-curves__axis", "aria-hidden": true }, h("span", {}, tidy(high)), h("span", {}, tidy(low)));
  const foot = h("div", { class: "rft-curves__foot", "aria-hidden": true }, h("span", {}, `step ${left}`), h("span", {}, String(right)));
  const legend = h("figcaption", { class: "rft-curves__legend" }, h("b", {}, name), lines.map((line, at) => key(line, at % KINDS)));
  return h("figure", { class: "rft-curves", test: `chart-${name.replaceAll(" ", "-")}` }, legend, axis, h("div", { class: "rft-curves__frame" }, picture), foot);
}

function bounds(lines: readonly Line[]): { left: number; right: number; low: number; high: number } {
  const all = lines.flatMap((line) => line.points);
  const steps = all.map(([step]) => step);
  const values = all.map(([, value]) => value);
  const low = Math.min(0, ...values);
  const top = Math.max(...values, 0);
  const high = values.every((value) => value <= 1) && top > 0.5 ? Math.max(1, top) : top * 1.05;
  return { left: Math.min(...steps), right: Math.max(...steps), low, high: high > low ? high : low + 1 };
}

function stroke({ points }: Line, kind: number, x: (step: number) => number, y: (value: number) => number): SVGElement {
  const [first] = points;
  const alone = points.length === 1 && first !== undefined;
  const drawn = alone ? [[Math.max(0, x(first[0]) - 4), y(first[1])], [x(first[0]) + 4, y(first[1])]] : points.map(([step, value]) => [x(step), y(value)]);
  return svg("polyline", { points: drawn.map((pair) => pair.map((one) => Number(one).toFixed(1)).join(",")).join(" "), class: `rft-curves__line rft-curves__line--${kind}` });
}

function grid(): SVGElement[] {
  return [0.25, 0.5, 0.75].map((part) => svg("line", { x1: 0, x2: WIDE, y1: TALL * part, y2: TALL * part, class: "rft-curves__grid" }));
}

function key({ name, points }: Line, kind: number): HTMLElement {
  const last = points[points.length - 1];
  const mark = svg("svg", { viewBox: "0 0 24 6", class: "rft-curves__key", "aria-hidden": "true" }, svg("polyline", { points: "0,3 24,3", class: `rft-curves__line rft-curves__line--${kind}` }));
  return h("span", { class: "rft-curves__name" }, mark, ` ${name} `, h("b", {}, last === undefined ? "" : tidy(last[1])));
}

function words(name: string, lines: readonly Line[]): string {
  const told = lines.map((line) => `${line.name} from ${tidy(line.points[0]?.[1] ?? 0)} to ${tidy(line.points[line.points.length - 1]?.[1] ?? 0)}`);
  return `${name} by step: ${told.join(", ")}`;
}

/** A value with the digits that matter. */
function tidy(value: number): string {
  return Math.abs(value) >= 100 ? String(Math.round(value)) : Math.abs(value) >= 10 ? value.toFixed(1) : score(value);
}
