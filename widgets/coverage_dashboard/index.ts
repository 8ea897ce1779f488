// The distribution over topics: a bar per topic with its target as a tick, both scores, what to do next.
import { dialog, type Dialog } from "../shared/dialog.ts";
import { append, h, type Child } from "../shared/dom.ts";
import { empty as nothing } from "../shared/empty.ts";
import { redrawForm as redraw } from "../shared/fields.ts";
import { count, plural, points, score, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { moveAlong } from "../shared/keys.ts";
import { python } from "../shared/panel.ts";
import { bar, bullets, button, choices, crumbs, facts, nextAct, status, statusWord, type Advice } from "../shared/pieces.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import { filling, handField, targeting, type Fill } from "./filling.ts";
import { matrix, type Matrix } from "./matrix.ts";
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
  /** How the targets came about: uniform, proportional, traces or by hand. */
  targets: string;
  /** What filling the gaps takes. */
  fill: Fill | null;
  filling: boolean;
  matrix: Matrix | null;
  /** The generation modal that is open, as "anywidget:id". */
  modal: string | null;
}

type View = Host<CoverageDashboardModel>;

/** What the browser alone knows: what is unfolded, whether targets are typed, the order that is held while targets are tried. */
type Local = { all: boolean; cells: boolean; hand: boolean; dragging: boolean; held: { order: string[]; full: number } | null; show: () => void };

function draw(body: HTMLElement, host: View): void {
  const local: Local = { all: false, cells: false, hand: false, dragging: false, held: null, show };
  const page = h("div", {});
  body.append(page);
  function show(): void {
    const coverage = host.get("coverage");
    if (coverage === null) return redraw(page, empty(host));
    if (host.get("draft") === null && !local.dragging) local.held = null;
    const drafting = host.get("draft") !== null;
    const fill = filling(host.get("fill"), host.get("filling"), host.live && !drafting, () => ask(host, "generate"), /ds\.(generate|plan)/.test(coverage.next_act.python));
    redraw(page, top(coverage, host), fill, told(coverage, host), where(host, local), table(coverage, host, local), facets(host, local), below(coverage), python("ds.coverage()"));
  }
  host.onChange(["coverage", "place", "definitions", "draft", "saved", "targets", "fill", "filling", "matrix"], show);
  show();
  const modal = opened(body, host);
  host.onChange(["modal"], modal);
  modal();
}

/** Keeps a dialog with the generation modal open as long as Python has one. */
function opened(body: HTMLElement, host: View): () => void {
  let shown: { reference: string; box: Dialog; end: AbortController } | null = null;
  const shut = (): void => {
    const gone = shown;
    shown = null;
    gone?.end.abort();
    gone?.box.close();
  };
  host.signal.addEventListener("abort", shut, { once: true });
  return () => {
    const reference = host.get("modal");
    if (reference === (shown?.reference ?? null)) return;
    shut();
    if (reference === null || !host.live) return;
    const end = new AbortController();
    const box = dialog(body, "Generate", () => {
      if (shown?.box === box) ask(host, "close_modal");
    });
    shown = { reference, box, end };
    host.child(reference, box.content, end.signal).catch((why: unknown) => append(box.content, h("p", { class: "rft__error" }, sentence(why))));
  };
}

function facets(host: View, local: Local): HTMLElement | null {
  const unfold = (): void => {
    local.cells = true;
    local.show();
  };
  return matrix(host.get("matrix"), {
    live: host.live,
    all: local.cells,
    unfold,
    show: (facet) => ask(host, "show_matrix", { facet }),
    cell: (path, value) => ask(host, "generate_cell", { path, value }),
  });
}

function ask(host: View, act: string, options: Record<string, unknown> = {}): void {
  void run(null, () => host.ask(act, options));
}

function empty(host: View): HTMLElement {
  const text = "No topics yet: discover them or use a template, then the distribution shows here.";
  return h("div", {}, h("h2", { class: "rft__title" }, "Coverage"), nothing(text, { python: "ds.discover_topics()", refresh: host.live && (() => ask(host, "refresh")) }));
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

function where(host: View, local: Local): HTMLElement | null {
  const { parent, level, depth } = host.get("place");
  const deep = depth >= 2 || parent !== "";
  if (!deep && !host.live) return null;
  const place = deep && [crumbs("Place in the tree", path(parent, host)), host.live && levels(parent, level, depth, host)];
  return h("div", { class: "rft__line rft-coverage__where", test: "place" }, place, host.live && targets(host, local));
}

function targets(host: View, local: Local): HTMLElement {
  const byHand = (on: boolean): void => {
    local.hand = on;
    local.show();
  };
  return targeting({ mode: host.get("targets"), hand: local.hand, drafting: host.get("draft") !== null, set: (mode) => ask(host, "set_targets", { targets: mode }), byHand });
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

const COLUMNS = [
  { text: "records", why: "records" },
  { text: "share", why: "share" },
  { text: "target", why: "target" },
  { text: "gap, points", why: "gap" },
  { text: "to add", why: "needed" },
];

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
    hand: (path, value) => {
      hold(false);
      ask(host, "try_target", { path, share: value });
    },
  };
  const why = host.get("definitions");
  const numbers = COLUMNS.map((one) => {
    const said = why[one.why];
    const mark = said !== undefined && h("abbr", { class: "rft__why", title: said, "aria-label": said, tabindex: 0 }, "?");
    return h("th", { class: "rft__number", scope: "col", role: "columnheader" }, one.text, mark);
  });
  const heads: Child[] = [
    h("th", { scope: "col", role: "columnheader" }, "topic"),
    h("th", { scope: "col", role: "columnheader" }, "share and target"),
    ...numbers,
    h("th", { scope: "col", role: "columnheader" }, "status"),
    host.live && h("th", { scope: "col", role: "columnheader" }, h("span", { class: "rft__unseen" }, "generate")),
  ];
  const rows = shown.map((topic) => row(topic, full, host, trying, local.hand));
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

function row(topic: Topic, full: number, host: View, trying: Trying, hand: boolean): HTMLElement {
  const aim = topic.target === null ? "no target" : `target ${share(topic.target)}`;
  const text = `${topic.path}: ${share(topic.share)}, ${aim}`;
  const control = host.live ? tick(topic, trying, host.signal) : undefined;
  const typed = host.live && hand;
  const cell = (name: string, value: Child): HTMLElement =>
    h("td", { class: `rft__number rft-coverage__${name}`, role: "cell" }, value);
  return h(
    "tr",
    { test: "topic-row", role: "row", key: `row ${topic.path}`, "data-path": topic.path, "data-status": topic.status },
    h("th", { scope: "row", role: "rowheader", class: "rft-coverage__name" }, name(topic, host)),
    h("td", { class: "rft-coverage__bar", role: "cell" }, bar({ value: topic.share, full, target: topic.target, text, tick: control })),
    cell("count", count(topic.count)),
    cell("share", share(topic.share)),
    cell("target", typed ? handField(topic.path, topic.target, (value) => trying.hand(topic.path, value)) : share(topic.target)),
    cell("gap", points(topic.gap)),
    cell("needed", topic.needed > 0 ? `+${count(topic.needed)}` : "–"),
    h("td", { role: "cell", class: "rft-coverage__status" }, status(topic.status)),
    host.live && h("td", { role: "cell", class: "rft-coverage__act" }, generate(topic, host)),
  );
}

/** Opens the plan for one topic; those that lack records have a button in sight, the others when they are pointed at. */
function generate(topic: Topic, host: View): HTMLElement {
  const title = topic.needed > 0 ? `Plan ${plural(topic.needed, "candidate")} for ${topic.path}` : `Plan candidates for ${topic.path}`;
  const control = button({ text: "Generate", test: "generate-topic", title, act: () => ask(host, "generate", { path: topic.path }) });
  control.setAttribute("data-key", `generate ${topic.path}`);
  control.setAttribute("aria-label", `Generate for ${topic.path}`); // begins with what is seen, for who speaks it
  control.classList.toggle("rft-coverage__idle", topic.status !== "under" && topic.status !== "slightly_under");
  return control;
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
  return h("tr", { role: "row", class: "rft-coverage__rest" }, h("td", { colspan: 9, role: "cell" }, link, note));
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
