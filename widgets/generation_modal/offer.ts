// What comes out: candidates, calls, tokens, price and time; the coverage before and after on one bar per topic.
import { h, type Child } from "../shared/dom.ts";
import { count, money, plural, score, share } from "../shared/format.ts";
import { bar, facts, type Fact } from "../shared/pieces.ts";
import { duration } from "../shared/progress.ts";
import { set, type Line, type Local, type Offer, type Priced, type View } from "./model.ts";

const SHOWN = 8;

export function out(host: View, local: Local, show: () => void): Child[] {
  const offer = host.get("offer");
  const head = h("h3", { class: "rft__head" }, "What comes out", host.get("planning") && h("span", { class: "rft__note", role: "status", test: "planning" }, " working it out…"));
  if (offer === null) return [head, nothing(host)];
  return [head, facts(numbers(offer, host)), scores(offer, host), lines(offer, local, show), notes(offer, host)];
}

function nothing(host: View): Child {
  const refusal = host.get("refusal");
  return refusal === "" ? null : h("p", { class: "rft__error", test: "refusal" }, refusal);
}

/** A price with its range: what is expected, and what short and long answers would cost. */
export function price({ free, cost_usd: cost, low_usd: low, high_usd: high }: Priced): { value: string; note?: string | undefined } {
  if (free) return { value: "free" };
  const range = low !== null && high !== null ? `${money(low)} to ${money(high)}` : undefined;
  return { value: cost === null ? "unknown" : `about ${money(cost)}`, note: range };
}

function numbers(offer: Offer, host: View): Fact[] {
  const why = host.get("can").means;
  const cost = price(offer);
  const time = offer.seconds === null ? "not known" : `about ${duration(offer.seconds)}`;
  return [
    { name: "candidates", value: count(offer.requested), test: "requested" },
    { name: "calls", value: count(offer.calls), why: why["calls"] ?? "", test: "calls" },
    { name: "tokens", value: count(offer.prompt_tokens + offer.completion_tokens), note: `${count(offer.completion_tokens)} written`, why: why["tokens"] ?? "", test: "tokens" },
    { name: "price", value: cost.value, note: cost.note, why: why["price"] ?? "", test: "price" },
    { name: "time", value: time, note: offer.seconds === null ? "until a run was made" : undefined, why: why["time"] ?? "", test: "time" },
  ];
}

function scores({ before, after }: Offer, host: View): Child {
  const why = host.get("can").means;
  const pair = (name: string, from: string, to: string, test: string): Fact => ({ name, value: `${from} → ${to}`, why: why[name] ?? "", test });
  if (before.balance === undefined || after.balance === undefined) return null;
  return facts([
    pair("balance", score(before.balance), score(after.balance), "balance"),
    pair("target fit", score(before.target_fit), score(after.target_fit), "target-fit"),
    pair("synthetic share", share(before.synthetic_share), share(after.synthetic_share), "synthetic-share"),
  ]);
}

function lines(offer: Offer, local: Local, show: () => void): Child {
  if (offer.lines.length === 0) return h("p", { class: "rft__note", test: "makes-nothing" }, "This plan makes nothing.");
  const full = Math.max(1, ...offer.lines.map((line) => Math.max(line.count + line.added, line.aim)));
  const shown = local.lines ? offer.lines : offer.lines.slice(0, SHOWN);
  const hidden = offer.lines.slice(shown.length);
  const unfold = (): void => {
    local.lines = true;
    show();
  };
  const more = hidden.length > 0 && h("button", { class: "rft__link", type: "button", test: "all-lines", key: "all-lines", on: { click: unfold } }, `${plural(hidden.length, "more topic")}, +${count(hidden.reduce((sum, line) => sum + line.added, 0))}; show them`);
  const rest = hidden.length === 0 && offer.rest.topics > 0 && h("p", { class: "rft__note" }, `and ${plural(offer.rest.topics, "topic")} more, +${count(offer.rest.added)}`);
  const head = h("thead", {}, h("tr", {}, ["topic", "now, to make, target", "now", "to make"].map((name, place) => h("th", { scope: "col", ...(place > 1 ? { class: "rft__number" } : {}) }, name))));
  const table = h("table", { class: "rft__table rft-generate__lines", "aria-label": "Coverage before and after", test: "lines" }, head, h("tbody", {}, shown.map((line) => row(line, full))));
  return h("div", {}, table, more, rest);
}

function row(line: Line, full: number): HTMLElement {
  const name = line.path === "" ? "(no topic)" : line.path;
  const text = `${name}: ${count(line.count)} now, ${count(line.added)} to make, target ${count(Math.round(line.aim))}`;
  return h(
    "tr",
    { test: "line", "data-path": line.path, title: text },
    h("th", { scope: "row", class: "rft-generate__name" }, name, h("small", { class: "rft__note", title: line.why }, ` ${line.strategy.replaceAll("_", " ")}`)),
    h("td", { class: "rft-generate__bar" }, bar({ value: line.count, added: line.added, full, target: line.aim > 0 ? line.aim : null, text })),
    h("td", { class: "rft__number" }, count(line.count)),
    h("td", { class: "rft__number" }, `+${count(line.added)}`),
  );
}

/** What a person should read before approving: notes of the plan, and topics that cannot be served as asked. */
function notes(offer: Offer, host: View): Child {
  if (offer.notes.length === 0 && offer.problems.length === 0) return null;
  const told = offer.notes.map((note) => h("li", {}, note));
  const grouped = new Map<string, Offer["problems"]>();
  for (const one of offer.problems) grouped.set(`${one.reason}; ${one.proposal}`, [...(grouped.get(`${one.reason}; ${one.proposal}`) ?? []), one]);
  const problems = [...grouped].map(([why, some]) => problem(why, some, host));
  return h("div", { class: "rft-generate__notes", test: "notes" }, h("h4", { class: "rft__head" }, "Before you approve"), h("ul", { class: "rft__list" }, told, problems));
}

function problem(why: string, some: Offer["problems"], host: View): HTMLElement {
  const topics = some.slice(0, 3).map((one) => one.topic || "(no topic)");
  const names = topics.join(", ") + (some.length > 3 ? ` and ${count(some.length - 3)} more` : "");
  const other = /^use (\w+) for it$/.exec(some[0]?.proposal ?? "")?.[1];
  const fix = (): void => {
    const own = { ...host.get("choices").overrides };
    for (const { topic } of some) own[topic] = { ...own[topic], strategy: other ?? "" };
    set(host, { overrides: own });
  };
  const link = host.live && other !== undefined && h("button", { class: "rft__link", type: "button", test: "use-proposal", key: `use ${names}`, on: { click: fix } }, `Use ${other.replaceAll("_", " ")} there`);
  return h("li", { test: "problem" }, `${names}: ${why.replaceAll("_", " ")}. `, link);
}
