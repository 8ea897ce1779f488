// Stars, 1 to 5, and the parts they are the mean of.
import { h } from "./dom.ts";
import { score } from "./format.ts";
import { bar } from "./pieces.ts";
import "./stars.css";

const FULL = "★★★★★";

/** Stars with one digit; the parts show where they are pointed at or focused, and are read aloud. */
export function stars(value: number | null | undefined, parts: Record<string, number> = {}, note = ""): HTMLElement {
  if (value === null || value === undefined) return h("span", { class: "rft__note", test: "stars", title: "no stars yet" }, "–");
  const width = `${Math.max(0, Math.min(100, (100 * value) / 5)).toFixed(1)}%`;
  const names = Object.keys(parts);
  const said = names.map((name) => `${words(name)} ${score(parts[name])}`).join(", ");
  const label = `${value.toFixed(1)} of 5 stars${said === "" ? "" : `: ${said}`}`;
  const shown = h("span", { class: "rft__stars-all", "aria-hidden": true }, FULL, h("span", { class: "rft__stars-full", style: { width } }, FULL));
  const whole = h("span", { class: "rft__stars", test: "stars", role: "img", "aria-label": label }, shown, ` ${value.toFixed(1)}`);
  if (names.length === 0) return whole;
  whole.tabIndex = 0;
  const lines = names.flatMap((name) => [
    h("span", {}, words(name)),
    bar({ value: parts[name] ?? 0, full: 1, text: `${words(name)} ${score(parts[name])}` }),
    h("span", { class: "rft__number" }, score(parts[name])),
  ]);
  const why = note !== "" && h("span", { class: "rft__note", style: { "grid-column": "1 / -1" } }, note);
  whole.append(h("span", { class: "rft__stars-parts", role: "tooltip", test: "stars-parts" }, lines, why || ""));
  return whole;
}

/** A name of code as words. */
export function words(name: string): string {
  return name.replaceAll("_", " ");
}
