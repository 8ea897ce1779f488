// Before and after generation: both scores, and one bar per topic with what was added on it.
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty as nothing } from "../shared/empty.ts";
import { select } from "../shared/fields.ts";
import { count, plural, points, score, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { python } from "../shared/panel.ts";
import { bar, facts, status, type Fact, type Status } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Topic = {
  path: string;
  before: number | null;
  added: number | null;
  after: number | null;
  share_before: number | null;
  share_after: number | null;
  target: number | null;
  status_before: Status | null;
  status_after: Status | null;
};

type Both = "total" | "balance" | "target_fit" | "synthetic_share";

type Distribution = { [K in `${Both}_${"before" | "after"}`]: number } & {
  added: number;
  balance_rating_before: string;
  balance_rating_after: string;
  topics: Topic[];
  rest: { topics: number; added: number };
};

export interface FinalDistributionModel extends Shared {
  distribution: Distribution | null;
  compared: { before: number | null; version: number };
  definitions: Record<string, string>;
}

type View = Host<FinalDistributionModel>;

const SHOWN = 20;
const TITLE = "Before and after";

function draw(body: HTMLElement, host: View): void {
  const local = { all: false };
  const show = (): void => {
    const told = host.get("distribution");
    if (told === null) return redraw(body, empty(host));
    const unfold = (): void => {
      local.all = true;
      show();
    };
    redraw(body, top(told, host), table(told, local.all, unfold), python(line(host.get("compared").before)));
  };
  host.onChange(["distribution", "compared", "definitions"], show);
  show();
}

function line(before: number | null): string {
  return before === null ? "ds.final_distribution()" : `ds.final_distribution(before=${before})`;
}

function ask(host: View, act: string, options: Record<string, unknown> = {}): void {
  void run(null, () => host.ask(act, options));
}

function empty(host: View): HTMLElement {
  const text = "Nothing to compare yet: import records and give them topics, then before and after show here.";
  return h("div", {}, h("h2", { class: "rft__title" }, TITLE), nothing(text, { python: "ds.discover_topics()", refresh: host.live && (() => ask(host, "refresh")) }));
}

function top(told: Distribution, host: View): HTMLElement {
  const why = host.get("definitions");
  const pair = (name: string, key: Both, to: (value: number) => string, note?: string): Fact => ({
    name,
    value: `${to(told[`${key}_before`])} → ${to(told[`${key}_after`])}`,
    note,
    why: why[name] ?? "",
    test: key.replace("_", "-"),
  });
  const scores = facts([
    { ...pair("records", "total", count, `+${count(told.added)}`), why: "valid records" },
    pair("balance", "balance", score, `${told.balance_rating_before} → ${told.balance_rating_after}`),
    pair("target fit", "target_fit", score),
    pair("synthetic share", "synthetic_share", share),
  ]);
  return h("header", { class: "rft-final__top" }, h("h2", { class: "rft__title" }, TITLE), scores, compared(host));
}

/** What "before" is: the records that were not generated, or an earlier version. */
function compared(host: View): HTMLElement {
  const { before, version } = host.get("compared");
  const said = before === null ? "Before: the records that were not generated." : `Before: version ${before}.`;
  if (!host.live || version < 2) return h("p", { class: "rft__note" }, said);
  const versions = Array.from({ length: Math.min(version - 1, 60) }, (_, step) => version - 1 - step);
  const options = [{ value: "", text: "the records that were not generated" }, ...versions.map((one) => ({ value: String(one), text: `version ${one}` }))];
  return h("div", { class: "rft-final__compared" }, select({ name: "compared with", test: "compare", value: before === null ? "" : String(before), options, change: (value) => ask(host, "compare", { before: value === "" ? null : Number(value) }) }));
}

function table(told: Distribution, all: boolean, unfold: () => void): HTMLElement {
  const whole = Math.max(1, told.total_after);
  const full = Math.max(0.01, ...told.topics.map((row) => Math.max((row.after ?? 0) / whole, row.target ?? 0, (row.before ?? 0) / whole)));
  const shown = all ? told.topics : told.topics.slice(0, SHOWN);
  const hidden = told.topics.slice(shown.length);
  const heads = ["topic", "before, added, target", "before", "added", "after", "share", "change, points", "status"];
  const head = heads.map((name, place) => h("th", { scope: "col", role: "columnheader", ...(place > 1 && place < 7 ? { class: "rft__number" } : {}) }, name));
  const more: Child = hidden.length > 0 && h("button", { class: "rft__link", type: "button", test: "all-topics", key: "all-topics", on: { click: unfold } }, `${plural(hidden.length, "more topic")}, +${count(hidden.reduce((sum, row) => sum + (row.added ?? 0), 0))}; show them`);
  const rest: Child = hidden.length === 0 && told.rest.topics > 0 && h("p", { class: "rft__note" }, `and ${plural(told.rest.topics, "topic")} more, +${count(told.rest.added)}`);
  return h(
    "div",
    {},
    h("table", { class: "rft__table rft-final__table", role: "table", "aria-label": "Topics before and after, those that grew most first", test: "topics-table" }, h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, head)), h("tbody", { role: "rowgroup" }, shown.map((one) => row(one, whole, full)))),
    more,
    rest,
  );
}

function row(one: Topic, whole: number, full: number): HTMLElement {
  const [before, added, after] = [one.before ?? 0, one.added ?? 0, one.after ?? 0];
  const text = `${one.path}: ${count(before)} before, ${count(after)} after`;
  const number = (value: string, name: string): HTMLElement => h("td", { role: "cell", class: `rft__number rft-final__${name}` }, value);
  const moved = one.share_before === null || one.share_after === null ? "–" : points(100 * (one.share_after - one.share_before));
  return h(
    "tr",
    { test: "topic-row", role: "row", "data-path": one.path },
    h("th", { scope: "row", role: "rowheader", class: "rft-final__name" }, one.path),
    h("td", { role: "cell", class: "rft-final__bar" }, bar({ value: Math.min(before, after) / whole, added: Math.max(0, added) / whole, full, target: one.target, text })),
    number(count(one.before), "before"),
    number(added === 0 ? "–" : `${added > 0 ? "+" : "−"}${count(Math.abs(added))}`, "added"),
    number(count(one.after), "after"),
    number(share(one.share_after), "share"),
    number(moved, "moved"),
    h("td", { role: "cell", class: "rft-final__status" }, one.status_after === null ? "gone" : status(one.status_after)),
  );
}

export default widget("final", draw);
