// The distribution over topics: a bar per topic with its target as a tick, both scores, what to do next.
import { append, h, redraw, type Child } from "../shared/dom.ts";
import { count, plural, points, score, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { moveAlong } from "../shared/keys.ts";
import { bar, bullets, button, choices, crumbs, facts, nextAct, status, statusWord, type Advice } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { arrange, nameBelow, scale, tally, type Topic } from "./rows.ts";
import { tick, type Trying } from "./tick.ts";
import "./index.css";

type Coverage = {
  total: number;
  unassigned: number;
  balance: number | null;
  balance_rating: string;
  target_fit: number | null;
  needed: number;
  fill: number;
  next_act: Advice;
  warnings: Advice[];
  recommendations: Advice[];
  topics: Topic[];
};

export interface CoverageDashboardModel extends Shared {
  coverage: Coverage | null;
  /** The part of the tree that is shown: below `parent`, down to `level` (null: the leaves). */
  place: { parent: string; level: number | null; depth: number };
  /** Definitions of the numbers, from Python. */
  definitions: Record<string, string>;
  /** Topics whose target is tried and not saved. */
  draft: { changed: string[] } | null;
  /** Targets that were just saved, for Undo. */
  saved: { sentence: string; version: number } | null;
}

type View = Host<CoverageDashboardModel>;

/** What the browser alone knows: whether all topics are unfolded, and the order that is held while targets are tried. */
type Local = { all: boolean; dragging: boolean; held: { order: string[]; full: number } | null; show: () => void };

function draw(body: HTMLElement, host: View): void {
  const local: Local = { all: false, dragging: false, held: null, show };
  function show(): void {
    const coverage = host.get("coverage");
    if (coverage === null) return redraw(body, empty(host));
    if (host.get("draft") === null && !local.dragging) local.held = null;
    redraw(body, top(coverage, host), told(coverage, host), where(host), table(coverage, host, local), below(coverage));
  }
  host.onChange(["coverage", "place", "definitions", "draft", "saved"], show);
  show();
}

function ask(host: View, act: string, options: Record<string, unknown> = {}): void {
  void run(null, () => host.ask(act, options));
}

function empty(host: View): HTMLElement {
  const text = "No topics yet: discover them or use a template, then the distribution shows here.";
  const again = host.live && button({ text: "Refresh", test: "refresh", act: () => ask(host, "refresh") });
  return h("div", { class: "rft__empty", test: "empty" }, text, again);
}

function top(coverage: Coverage, host: View): HTMLElement {
  const why = host.get("definitions");
  const unassigned = coverage.unassigned > 0 ? `${count(coverage.unassigned)} unassigned` : undefined;
  const within = coverage.fill < coverage.needed ? `${count(coverage.fill)} within the limit` : undefined;
  const scores = facts([
    { name: "records", value: count(coverage.total), note: unassigned, test: "total" },
    { name: "topics", value: count(coverage.topics.length), note: tally(coverage.topics, statusWord), test: "topics" },
    { name: "balance", value: score(coverage.balance), note: coverage.balance_rating, why: why["balance"] ?? "", test: "balance" },
    { name: "target fit", value: score(coverage.target_fit), why: why["target fit"] ?? "", test: "target-fit" },
    { name: "to add", value: count(coverage.needed), note: within, why: why["needed"] ?? "", test: "needed" },
  ]);
  const title = h("h2", { class: "rft__title" }, "Coverage");
  return h("header", { class: "rft-coverage__top" }, title, scores, nextAct(coverage.next_act));
}

/** One line for what has changed: targets that are only tried, or targets that were saved and can be taken back. */
function told(coverage: Coverage, host: View): HTMLElement | null {
  const draft = host.get("draft");
  const saved = host.get("saved");
  if (!host.live || (draft === null && saved === null)) return null;
  const line = h("div", { class: "rft__told", role: "status", test: "told" });
  if (draft !== null) {
    const text = `${plural(draft.changed.length, "target")} tried, not saved: ${plural(coverage.needed, "record")} to add, target fit ${score(coverage.target_fit)}.`;
    append(line, text, button({ text: "Keep", test: "keep", first: true, act: () => ask(host, "keep_targets") }));
    append(line, button({ text: "Discard", test: "discard", act: () => ask(host, "drop_targets") }));
  } else if (saved !== null) {
    append(line, saved.sentence, button({ text: "Undo", test: "undo", act: () => ask(host, "undo_targets") }));
  }
  return line;
}

function where(host: View): HTMLElement | null {
  const { parent, level, depth } = host.get("place");
  if (depth < 2 && parent === "") return null;
  const line = h("div", { class: "rft__line rft__line--ends rft-coverage__where", test: "place" });
  append(line, crumbs("Place in the tree", path(parent, host)), host.live && levels(parent, level, depth, host));
  return line;
}

function path(parent: string, host: View): { text: string; open?: () => void }[] {
  const names = parent === "" ? [] : parent.split("/");
  const open = (end: number) => () => ask(host, "show_below", { parent: names.slice(0, end).join("/") });
  return ["All topics", ...names].map((text, place) => (host.live ? { text, open: open(place) } : { text }));
}

function levels(parent: string, level: number | null, depth: number, host: View): HTMLElement {
  const from = parent === "" ? 1 : parent.split("/").length + 1;
  const steps = Array.from({ length: Math.max(0, depth - from) }, (_, step) => from + step);
  const values = [
    ...steps.map((value) => ({ text: `level ${value}`, value: value as number | null, chosen: level === value })),
    { text: "leaves", value: null, chosen: level === null },
  ];
  return choices("level of the tree", values, (value) => ask(host, "show_level", { level: value }));
}

const COLUMNS = ["records", "share", "target", "gap, points", "to add"];

function table(coverage: Coverage, host: View, local: Local): HTMLElement {
  const { shown, folded } = arrange(coverage.topics, local.all, local.held?.order ?? null);
  const full = local.held?.full ?? scale(coverage.topics);
  const hold = (dragging: boolean): void => {
    local.held ??= { order: [...shown, ...folded].map((topic) => topic.path), full };
    local.dragging = dragging;
  };
  const trying: Trying = {
    full: () => full,
    hold,
    tryTarget: (path, value) => ask(host, "try_target", { path, share: value }),
  };
  const numbers = COLUMNS.map((text) => h("th", { class: "rft__number", scope: "col", role: "columnheader" }, text));
  const heads: Child[] = [
    h("th", { scope: "col", role: "columnheader" }, "topic"),
    h("th", { scope: "col", role: "columnheader" }, "share and target"),
    ...numbers,
    h("th", { scope: "col", role: "columnheader" }, "status"),
  ];
  const rows = shown.map((topic) => row(topic, full, host, trying));
  const rest = folded.length > 0 && more(folded, coverage, local);
  const body = h("tbody", { role: "rowgroup" }, rows, rest);
  if (host.live) moveAlong(body, "tr[data-path]", { open: (item) => item.querySelector("button")?.click(), leave: () => leave(host) });
  return h(
    "table",
    { class: "rft__table rft-coverage__table", role: "table", "aria-label": "Topics, farthest from their target first", test: "topics-table" },
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
    body,
  );
}

function leave(host: View): void {
  const { parent } = host.get("place");
  if (parent !== "") ask(host, "show_below", { parent: parent.split("/").slice(0, -1).join("/") });
}

function row(topic: Topic, full: number, host: View, trying: Trying): HTMLElement {
  const aim = topic.target === null ? "no target" : `target ${share(topic.target)}`;
  const text = `${topic.path}: ${share(topic.share)}, ${aim}`;
  const control = host.live ? tick(topic, trying, host.signal) : undefined;
  const cell = (name: string, value: string): HTMLElement =>
    h("td", { class: `rft__number rft-coverage__${name}`, role: "cell" }, value);
  return h(
    "tr",
    { test: "topic-row", role: "row", key: `row ${topic.path}`, "data-path": topic.path, "data-status": topic.status },
    h("th", { scope: "row", role: "rowheader", class: "rft-coverage__name" }, name(topic, host)),
    h("td", { class: "rft-coverage__bar", role: "cell" }, bar({ value: topic.share, full, target: topic.target, text, tick: control })),
    cell("count", count(topic.count)),
    cell("share", share(topic.share)),
    cell("target", share(topic.target)),
    cell("gap", points(topic.gap)),
    cell("needed", topic.needed > 0 ? `+${count(topic.needed)}` : "–"),
    h("td", { role: "cell", class: "rft-coverage__status" }, status(topic.status)),
  );
}

function name(topic: Topic, host: View): Child {
  const text = nameBelow(topic.path, host.get("place").parent);
  if (!host.live || topic.children === 0) return text;
  const open = (): void => ask(host, "show_below", { parent: topic.path });
  const title = `Show the ${plural(topic.children, "topic")} in ${topic.path}`;
  return h("button", { class: "rft__link rft__link--plain", type: "button", key: `open ${topic.path}`, title, on: { click: open } }, text, " ›");
}

function more(folded: readonly Topic[], coverage: Coverage, local: Local): HTMLElement {
  const records = folded.reduce((sum, topic) => sum + topic.count, 0);
  const text = `${plural(folded.length, "more topic")} nearer to the target: ${tally(folded, statusWord)}; show them`;
  const part = coverage.total > 0 ? records / coverage.total : 0;
  const unfold = (): void => {
    local.all = true;
    local.show();
  };
  const link = h("button", { class: "rft__link", type: "button", test: "show-all", key: "show-all", on: { click: unfold } }, text);
  const note = h("span", { class: "rft__note" }, ` ${plural(records, "record")}, ${share(part)}`);
  return h("tr", { role: "row", class: "rft-coverage__rest" }, h("td", { colspan: 8, role: "cell" }, link, note));
}

function below(coverage: Coverage): HTMLElement {
  const warnings = bullets(coverage.warnings, "warnings");
  const advice = bullets(coverage.recommendations, "recommendations");
  return h(
    "div",
    { class: "rft-coverage__below" },
    warnings !== null && h("section", {}, h("h3", { class: "rft__head" }, "Look at"), warnings),
    advice !== null && h("section", {}, h("h3", { class: "rft__head" }, "What would help"), advice),
  );
}

export default widget("coverage", draw);
