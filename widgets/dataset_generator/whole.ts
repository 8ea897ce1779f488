// The whole set: how many, as which file, what it takes, the run, and what was written.
import { h, type Child } from "../shared/dom.ts";
import { number, text, tick } from "../shared/fields.ts";
import { count, money, plural } from "../shared/format.ts";
import { button, choices, facts } from "../shared/pieces.ts";
import type { Form, Offer, Writer, Written } from "./model.ts";

export type SetActs = { live: boolean; busy: boolean; set: (part: Partial<Form>) => void; write: () => void; open: () => void; opened: boolean; first: boolean; writing: boolean };

export function form(now: Form, writer: Writer, acts: SetActs): HTMLElement {
  const many = number({ name: "records", test: "count", value: now.count, min: 10, max: 1000, step: 10, note: "10 to 1,000; for more, write several sets", change: (value) => value !== null && acts.set({ count: value }) });
  const file = h("div", { class: "rft__field" }, h("span", { class: "rft__field-name" }, "file"), choices("file format", (["jsonl", "csv"] as const).map((value) => ({ text: value.toUpperCase(), value, chosen: now.format === value })), (value) => acts.set({ format: value })), h("small", { class: "rft__note" }, "the columns are always input and answer"));
  const name = text({ name: "name of the file", test: "set-name", value: now.name, placeholder: "made from dataset and session", change: (value) => acts.set({ name: value }) });
  const budget = !writer.offline && number({ name: "spend at most, US dollars", test: "budget", value: now.budget_usd, min: 0, placeholder: "2 × estimate", change: (value) => acts.set({ budget_usd: value }) });
  const safe = now.format === "csv" && tick({ name: "Safe for spreadsheets", test: "excel-safe", checked: now.excel_safe, note: "an apostrophe before cells that Excel would run as formulas; values are written unchanged otherwise", change: (on) => acts.set({ excel_safe: on }) });
  const bare = tick({ name: "Inputs alone", test: "without-answers", checked: now.without_answers, note: "the answers stay empty: for a grader that needs none", change: (on) => acts.set({ without_answers: on }) });
  return h("div", { class: "rft-idea__form" }, h("div", { class: "rft__fields" }, many, file, name, budget), safe, bare);
}

/** What it takes, before anything is sent. */
export function offer(found: Offer, refusal: string, now: Form, writer: Writer, acts: SetActs): Child[] {
  if (refusal !== "") return [h("p", { class: "rft__error", test: "refusal" }, refusal)];
  if (found === null) return [h("p", { class: "rft__note", role: "status" }, "Working out what it takes…")];
  const cost = writer.offline ? "free" : found.cost_usd === null ? "unknown" : `about ${money(found.cost_usd)}`;
  const between = !writer.offline && found.low_usd !== null && found.high_usd !== null ? `${money(found.low_usd)} to ${money(found.high_usd)}` : undefined;
  const values = [
    { name: "calls", value: count(found.calls), note: `${count(found.batch)} records each`, test: "calls" },
    { name: "tokens", value: count(found.prompt_tokens + found.completion_tokens), note: writer.offline ? "none are paid" : `${count(found.prompt_tokens)} in, ${count(found.completion_tokens)} out` },
    { name: "price", value: cost, note: between, test: "price" },
    { name: "edge cases", value: count(found.edge_cases), test: "edge-cases" },
  ];
  const cannot = found.unfollowed.length > 0 && h("p", { class: "rft__status rft__status--near rft-idea__wrap" }, `▿ rftkit/offline cannot follow: ${found.unfollowed.join("; ")}.`);
  const able = found.ability !== "" && h("p", { class: "rft__note", test: "ability" }, `${found.ability}.`);
  const held = h("details", {}, h("summary", { class: "rft__note", key: "held-summary" }, `every record is held to ${plural(found.instructions.length, "line")}`), h("ul", { class: "rft__list rft-idea__folded" }, found.instructions.map((line) => h("li", { dir: "auto" }, line))));
  return [facts(values), able, cannot, held, acts.live && !acts.writing && go(found, now, writer, acts)];
}

function go(found: NonNullable<Offer>, now: Form, writer: Writer, acts: SetActs): HTMLElement {
  const begun = now.begun && h("p", { class: "rft__told", test: "begun" }, `A set of ${plural(now.count, "record")} was begun and not finished. Going on asks nothing again that was answered.`);
  const price = writer.offline ? "free" : found.cost_usd === null ? "price unknown" : `about ${money(found.cost_usd)}`;
  const start = button({ text: `${now.begun ? "Go on:" : "Write"} ${plural(found.count, "record")}, ${price}`, test: "write", first: acts.first, act: acts.write });
  start.disabled = acts.busy;
  const cap = now.budget_usd ?? found.cap_usd;
  const told = writer.offline ? "Written by rules on this machine." : cap === null ? "There is no cap, because the price is not known; give prices with the model, then a budget can be set." : `Never more than ${money(cap)}: it stops before that. Starting approves this.`;
  return h("div", {}, begun, h("div", { class: "rft__line rft-idea__go" }, start, h("span", { class: "rft__note", test: "announced" }, told)));
}

export function sets(written: readonly Written[], acts: SetActs): Child {
  if (written.length === 0) return null;
  const open = acts.live && !acts.opened && button({ text: "Open the workbench on it", test: "open-workbench", first: true, title: "Sanitize, topics, coverage, split, export", act: acts.open });
  return h("section", { class: "rft-idea__sets", "aria-label": "Written" }, h("h3", { class: "rft__head" }, "Written"), h("ul", { class: "rft-idea__written", test: "written" }, written.map(one)), open && h("p", {}, open));
}

/** Money that was spent, in words where its amount is not known. */
export function paid(value: number | null): string {
  return value === null ? "price unknown" : money(value);
}

function one(set: Written): HTMLElement {
  const whole = set.written === set.requested;
  const head = h("span", { class: `rft__status rft__status--${whole ? "ok" : "near"}`, test: "set-count" }, `${whole ? "✓" : "▿"} ${count(set.written)} of ${plural(set.requested, "record")}`);
  const cost = set.model.startsWith("rftkit/") ? "" : `, ${plural(set.calls, "call")}${set.cached_calls > 0 ? `, ${count(set.cached_calls)} answered before` : ""}, ${paid(set.cost_usd)}`;
  const by = h("span", { class: "rft__note" }, `${set.format.toUpperCase()} by ${set.model}${cost}${set.kept > 0 ? `, ${plural(set.kept, "card")} you kept among them` : ""}`);
  const path = (name: string, value: string | null, test: string): Child => value !== null && h("div", {}, h("span", { class: "rft__note" }, `${name} `), h("code", { class: "rft-idea__path", test }, value));
  const rejected = set.rejected.length > 0 && h("details", {}, h("summary", { class: "rft__note" }, `${plural(set.rejected.reduce((sum, why) => sum + why.count, 0), "record")} turned down and asked for anew`), h("ul", { class: "rft__list rft-idea__folded" }, set.rejected.map((why) => h("li", {}, `${count(why.count)} × ${why.sentence}`, h("span", { class: "rft__note" }, ` ${why.code}`)))));
  const why = set.gave_up !== "" && h("p", { class: "rft__status rft__status--near rft-idea__wrap", test: "gave-up" }, `Fewer than asked for: ${set.gave_up}`);
  return h("li", { test: "set" }, h("div", { class: "rft__line" }, head, by), path("file", set.path, "set-path"), path("card", set.card, "set-card"), why, set.warnings.map((text) => h("p", { class: "rft__note" }, `▿ ${text}`)), rejected);
}
