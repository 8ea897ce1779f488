// The versions of a dataset: what was done when, what going back would change, what differs, an older one to look at.
import { h, redraw, type Child } from "../shared/dom.ts";
import { count, plural, score, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { moveAlong } from "../shared/keys.ts";
import { heading, python, undoKey, type Done } from "../shared/panel.ts";
import { button, facts } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Version = { version: number; step: string; when: string; what: string; configuration: string; state: "now" | "taken back" | "" };
type Counts = { records: number; valid: number; topics: number };
type Step = { version: number; step: string; when: string };
type Change = { version: number; step: string; when: string; taken_back: Step[]; brought_back: Step[]; now: Counts; then: Counts };
type Diff = {
  before: Counts & { version: number };
  after: Counts & { version: number };
  records: Record<string, number>;
  topics: { added: string[]; removed: string[]; renamed: [string, string][]; moved: [string, string][] };
  by_topic: { path: string | null; before: number; after: number }[];
  more: number;
  python: string;
};
type Opened = { version: number; total: number; valid: number; invalid: number; generated: number; categorized: number; topics: number; balance: number | null; target_fit: number | null; synthetic_share: number | null; ready: boolean; python: string };

export interface HistoryModel extends Shared {
  versions: Version[];
  head: { name: string; version: number; content: number; total: number; undo: string; redo: string };
  /** What going to a version would do; null while none is looked at. */
  change: Change | null;
  diff: Diff | null;
  /** The summary of an older version. */
  opened: Opened | null;
  done: Done;
}

type View = Host<HistoryModel>;

const STEPS = 6;
const WORDS: Record<string, string> = { added: "added", removed: "removed", edited: "edited", other_topic: "under another topic", other_verdict: "with another verdict", other_split: "in another set" };

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly detail = h("section", { class: "rft-history__detail", "aria-label": "A version", test: "detail", tabindex: -1 });
  private readonly list = h("div", { class: "rft-history__list" });
  private rows: Version[] = [];

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.detail, this.list, python("ds.history()"));
    body.append(panel);
    undoKey(panel, { live: host.live, signal: host.signal, ask: host.ask, get: (key: never) => (key === "work" ? null : host.get(key)) as never });
    host.onChange(["versions", "head", "done"], () => this.follow());
    host.onChange(["change", "diff", "opened"], () => this.drawDetail());
    this.follow();
    this.drawDetail();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private follow(): void {
    this.rows = this.host.get("versions");
    this.drawTop();
    this.drawList();
  }

  private drawTop(): void {
    const { name, version, content, total, undo, redo } = this.host.get("head");
    const live = this.host.live && total > 0;
    const back = live && button({ text: "Undo", test: "undo-last", title: undo === "" ? "Nothing to take back" : `Takes back: ${undo}`, act: () => this.ask("undo") });
    const forth = live && button({ text: "Redo", test: "redo", title: redo === "" ? "Nothing to bring back" : `Brings back: ${redo}`, act: () => this.ask("redo") });
    if (back) back.disabled = undo === "";
    if (forth) forth.disabled = redo === "";
    const same = version === content ? "" : content === 0 ? ", as at the start" : `, as version ${count(content)} was`;
    const done = this.host.get("done");
    const told = done !== null && h("div", { class: "rft__told", role: "status", test: "done" }, h("span", {}, done.sentence), done.python !== "" && h("code", { class: "rft__python" }, done.python));
    redraw(this.top, heading("History", total === 0 ? name : `${name}, version ${count(version)}${same}`, back, forth), told);
  }

  // -- the list -----------------------------------------------------------------------------------------------------

  private drawList(): void {
    const { total } = this.host.get("head");
    if (total === 0) return redraw(this.list, h("p", { class: "rft__empty", test: "empty" }, "No version yet: each step, from the first import on, becomes one that can be gone back to.", this.host.live && button({ text: "Refresh", test: "refresh", act: () => this.ask("refresh") })));
    const names = ["version", "when (UTC)", "step", "what came of it"];
    const head = h("thead", {}, h("tr", {}, names.map((name, at) => h("th", { scope: "col", class: at === 0 ? "rft__number" : "" }, name))));
    const body = h("tbody", {}, this.rows.map((row) => this.row(row)));
    const left = total - this.rows.length;
    const more = left > 0 && this.host.live && h("p", {}, h("button", { class: "rft__link", type: "button", test: "older", key: "older", on: { click: () => this.older() } }, `${plural(left, "older version")} …`));
    redraw(this.list, h("div", { class: "rft-history__scroll" }, h("table", { class: "rft__table rft-history__table", test: "versions" }, head, body)), more);
    moveAlong(this.list, "[data-testid=choose]", { open: (item) => item.click(), leave: () => this.ask("put_away") });
  }

  private older(): void {
    void run(null, async () => {
      const more = (await this.host.ask("older", { offset: this.rows.length })) as Version[];
      this.rows = [...this.rows, ...more];
      this.drawList();
    });
  }

  private row({ version, step, when, what, configuration, state }: Version): HTMLElement {
    const name = this.host.live ? h("button", { class: "rft__link", type: "button", test: "choose", key: `version ${version}`, "data-version": version, title: "What going there would change", on: { click: () => this.choose(version) } }, step) : step;
    const mark = state === "now" ? h("span", { class: "rft__status rft__status--ok" }, " ✓ now") : state === "taken back" ? h("span", { class: "rft__note" }, " taken back") : null;
    const options = configuration !== "" && h("details", { class: "rft-history__options" }, h("summary", { class: "rft__note" }, "options"), h("pre", {}, configuration));
    return h("tr", { test: "version-row", "data-version": version, "data-state": state }, h("td", { class: "rft__number" }, count(version)), h("td", { class: "rft-history__when" }, when), h("th", { scope: "row" }, name, mark), h("td", {}, what, options));
  }

  private choose(version: number): void {
    void run(null, async () => {
      await this.host.ask("look_back", { version });
      this.detail.scrollIntoView?.({ block: "nearest" });
      this.detail.querySelector<HTMLElement>("button:not([disabled])")?.focus({ preventScroll: true });
    });
  }

  // -- one version --------------------------------------------------------------------------------------------------

  private drawDetail(): void {
    const change = this.host.get("change");
    const diff = this.host.get("diff");
    const opened = this.host.get("opened");
    this.detail.hidden = change === null && diff === null && opened === null;
    redraw(this.detail, change !== null && this.change(change), diff !== null && this.diff(diff), opened !== null && this.opened(opened));
    this.detail.onkeydown = (event) => {
      if (event.key !== "Escape" || this.detail.hidden) return;
      event.preventDefault();
      event.stopPropagation();
      this.leave();
    };
  }

  private leave(): void {
    const version = this.host.get("change")?.version;
    void run(null, async () => {
      await this.host.ask("put_away");
      this.list.querySelector<HTMLElement>(version === undefined ? "[data-testid=choose]" : `button[data-version="${version}"]`)?.focus();
    });
  }

  private change({ version, step, when, taken_back, brought_back, now, then }: Change): HTMLElement {
    const nothing = taken_back.length === 0 && brought_back.length === 0;
    const acts = this.host.live && h(
      "p",
      { class: "rft__line rft-history__acts" },
      !nothing && button({ text: `Go to version ${count(version)}`, test: "go", first: true, act: () => this.ask("go_to", { version }) }),
      !nothing && button({ text: "Compare with now", test: "compare", act: () => this.ask("compare", { before: version }) }),
      version > 1 && button({ text: "What this step changed", test: "compare-before", act: () => this.ask("compare", { before: version - 1, after: version }) }),
      version > 0 && button({ text: "Look at it", test: "open", title: "Its counts and scores, read-only", act: () => this.ask("open_version", { version }) }),
      h("button", { class: "rft__link rft__push", type: "button", test: "put-away", key: "put-away", title: "Esc", on: { click: () => this.leave() } }, "close"),
    );
    return h(
      "div",
      { class: "rft-history__change", test: "change" },
      h("h3", { class: "rft__head" }, `Version ${count(version)}: ${step}`, h("span", { class: "rft__note" }, ` ${when}${when === "" ? "" : " UTC"}`)),
      nothing ? h("p", {}, "The dataset is as it was then.") : [steps("Going there takes back", taken_back, "taken-back"), steps("and brings back", brought_back, "brought-back"), difference(now, then)],
      acts,
      !nothing && python(`ds.undo(${version})`),
    );
  }

  private diff({ before, after, records, topics, by_topic, more, python: line }: Diff): HTMLElement {
    const changed = Object.entries(records).filter(([, number]) => number > 0).map(([name, number]) => ({ name: WORDS[name] ?? name, value: count(number), test: `diff-${name}` }));
    const lists = [list("new topics", topics.added), list("topics gone", topics.removed), list("renamed", topics.renamed.map(([old, now]) => `${old} → ${now}`)), list("moved", topics.moved.map(([old, now]) => `${old} → ${now}`))];
    const rows = by_topic.map((row) => h("tr", { test: "diff-row" }, h("th", { scope: "row", dir: "auto" }, row.path ?? h("span", { class: "rft__note" }, "unassigned")), h("td", { class: "rft__number" }, count(row.before)), h("td", { class: "rft__number" }, count(row.after)), h("td", { class: "rft__number" }, signed(row.after - row.before))));
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "valid records by topic"), ...[`version ${before.version}`, `version ${after.version}`, "difference"].map((name) => h("th", { scope: "col", class: "rft__number" }, name))));
    return h(
      "div",
      { class: "rft-history__diff", test: "diff" },
      h("h3", { class: "rft__head" }, `From version ${count(before.version)} to version ${count(after.version)}`),
      changed.length > 0 ? facts(changed) : h("p", {}, "No record differs."),
      difference(before, after),
      lists,
      rows.length > 0 && h("div", { class: "rft-history__scroll" }, h("table", { class: "rft__table" }, head, h("tbody", {}, rows))),
      more > 0 && h("p", { class: "rft__note" }, `and ${plural(more, "more topic")}`),
      python(line),
    );
  }

  private opened(one: Opened): HTMLElement {
    const parts = [
      { name: "records", value: count(one.total), test: "opened-total" },
      { name: "valid", value: count(one.valid) },
      { name: "invalid", value: count(one.invalid) },
      { name: "generated", value: count(one.generated) },
      { name: "categorized", value: count(one.categorized) },
      { name: "topics", value: count(one.topics) },
      { name: "balance", value: score(one.balance), why: "Records in the smallest topic by records in the largest." },
      { name: "target fit", value: score(one.target_fit), why: "1 - half the sum of absolute differences of share and target." },
      { name: "synthetic share", value: share(one.synthetic_share), why: "Generated records by all, among the valid ones." },
    ];
    return h("div", { class: "rft-history__opened", test: "opened" }, h("h3", { class: "rft__head" }, `Version ${count(one.version)}, read-only`), facts(parts), h("p", { class: `rft__status--${one.ready ? "ok" : "far"}` }, one.ready ? "✓ It was ready for training" : "✗ It was not ready"), python(one.python));
  }
}

function steps(words: string, some: readonly Step[], test: string): Child {
  if (some.length === 0) return null;
  const named = some.slice(0, STEPS).map((one) => h("li", {}, one.step, h("span", { class: "rft__note" }, ` version ${count(one.version)}`)));
  return h("div", { class: "rft-history__steps", test }, h("span", {}, words), h("ul", {}, named, some.length > STEPS && h("li", { class: "rft__note" }, `and ${plural(some.length - STEPS, "more step")}`)));
}

function difference(before: Counts, after: Counts): HTMLElement {
  const names = ["records", "valid", "topics"] as const;
  return h("p", { class: "rft__line", test: "counts" }, names.map((name) => h("span", {}, h("span", { class: "rft__note" }, `${name} `), before[name] === after[name] ? h("b", {}, count(after[name])) : [count(before[name]), " → ", h("b", {}, count(after[name]))])));
}

function list(name: string, some: readonly string[]): Child {
  return some.length > 0 && h("p", { class: "rft-history__names" }, h("span", { class: "rft__note" }, `${name}: `), h("span", { dir: "auto" }, some.join(", ")));
}

function signed(value: number): string {
  return value > 0 ? `+${count(value)}` : `−${count(-value)}`;
}

export default widget("history", (body, host: View) => void new Panel(body, host));
