// What filling the gaps would take, with the button that opens the plan; and the targets of all topics at once.
import { h, type Child } from "../shared/dom.ts";
import { money, plural } from "../shared/format.ts";
import { button, choices } from "../shared/pieces.ts";
import { duration } from "../shared/progress.ts";

export type Fill = {
  requested: number;
  model: string;
  calls: number;
  cost_usd: number | null;
  cap_usd: number | null;
  free: boolean;
  topics: number;
  /** Topics that no strategy can serve as they are. */
  unserved: number;
  seconds: number | null;
};

/** One line: what would be made, by whom, at what price; the button that opens the plan, `first` where it comes next. */
export function filling(fill: Fill | null, working: boolean, live: boolean, open: () => void, first = true): HTMLElement | null {
  if (fill === null && !working) return null;
  const text = fill === null ? "Working out what filling the gaps takes…" : fill.requested === 0 ? nothing(fill) : said(fill);
  const wait = working && fill !== null && h("span", { class: "rft__note", role: "status" }, " working it out…");
  const go = live && fill !== null && fill.requested > 0 && button({ text: "Generate to fill gaps", test: "fill-gaps", first, title: "Opens the plan; nothing is sent before you start it", act: open });
  return h("div", { class: "rft__line rft__line--ends rft-coverage__fill", test: "fill" }, h("p", { test: "fill-words" }, text, wait), go);
}

function nothing({ unserved }: Fill): string {
  if (unserved === 0) return "Nothing is missing within the limit on generated records.";
  return `${plural(unserved, "topic")} ${unserved === 1 ? "lacks" : "lack"} records and cannot be served: give them a description or an example first.`;
}

function said({ requested, topics, unserved, calls, model, free, cost_usd: cost, seconds }: Fill): string {
  const price = free ? "free" : cost === null ? "price unknown" : `about ${money(cost)}`;
  const left = unserved === 0 ? "" : ` ${plural(unserved, "topic")} cannot be served as ${unserved === 1 ? "it is" : "they are"}; the plan says why.`;
  const time = seconds === null ? "" : `, about ${duration(seconds)}`;
  return `Filling the gaps: ${plural(requested, "candidate")} for ${plural(topics, "topic")}, ${plural(calls, "call")} to ${model}, ${price}${time}.${left}`;
}

const MODES = ["uniform", "proportional", "by hand"] as const;

export type Targeting = { mode: string; hand: boolean; drafting: boolean; set: (mode: string) => void; byHand: (on: boolean) => void };

/** Targets for all topics: the same for each, as the records are, or typed into the table. */
export function targeting({ mode, hand, drafting, set, byHand }: Targeting): HTMLElement {
  const now = hand ? "by hand" : mode;
  const values = MODES.map((value) => ({ text: value, value, chosen: value === now }));
  const pick = (value: string): void => {
    byHand(value === "by hand");
    if (value !== "by hand" && value !== mode) set(value);
  };
  const node = choices("targets", values, pick);
  if (drafting) for (const one of node.querySelectorAll("button")) one.disabled = one.textContent !== "by hand";
  const note: Child = hand && h("span", { class: "rft__note" }, "type shares into the table, then keep them");
  return h("div", { class: "rft__line" }, h("span", { class: "rft__note" }, "targets"), node, note);
}

/** The target of a topic as a field in percent. */
export function handField(path: string, target: number | null, change: (share: number) => void): HTMLElement {
  const control = h("input", { class: "rft__input rft-coverage__hand", type: "number", min: 0, max: 100, step: 0.5, test: "target-field", key: `hand ${path}`, "aria-label": `Target of ${path} in percent` });
  control.value = target === null ? "" : String(Math.round(1000 * target) / 10);
  control.addEventListener("change", () => {
    if (!Number.isNaN(control.valueAsNumber)) change(control.valueAsNumber / 100);
  });
  control.addEventListener("keydown", (event) => event.stopPropagation()); // arrows change the number, not the row
  return control;
}

