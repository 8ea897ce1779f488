// Before and after training on the same prompts: what changed, where, the answers, a benchmark, and the way to deploy.
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty } from "../shared/empty.ts";
import { redrawForm, select, text as textField, tick } from "../shared/fields.ts";
import { asSentence, count, score, signedScore } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Maybe = number | null;
type Topic = { topic: string; before: Maybe; after: Maybe; change: Maybe; low: Maybe; high: Maybe; prompts: number; outcome: string; fell: boolean | null | undefined };
type Pair = { id: string; topic: string | null; prompt: string; before: Maybe; after: Maybe; said_before: string; said_after: string };
type Shown = {
  job?: string;
  grader?: string;
  before: Maybe;
  after: Maybe;
  change: Maybe;
  change_relative: Maybe;
  low: Maybe;
  high: Maybe;
  prompts: number;
  verdict: string;
  advice: string;
  rules: { name: string; passed: boolean; says: string }[];
  warnings: string[];
  topics: Topic[];
  wins: Pair[];
  losses: Pair[];
};
type Beside = { job: string; base: string | null; backend: string | null; before: Maybe; after: Maybe; change: Maybe; low: Maybe; high: Maybe; verdict: string };
type Deployed = { to: string; model: string; endpoint: string | null; smoke_test: { passed: boolean; text?: string | null; error?: string | null } | null; files: string[]; notes: string[]; running: boolean };

export interface ResultsPanelModel extends Shared {
  work: Work;
  done: Done;
  jobs: { job: string; state: string; backend: string; base: string | null }[];
  /** Before and after of the job in view. */
  shown: Shown | null;
  /** Why there are no results of the job in view. */
  missing: string;
  benchmark: Shown | null;
  beside: Beside[];
  deployed: Deployed | null;
  python: string;
}

type View = Host<ResultsPanelModel>;

const EMPTY = "No training job has ended yet; its results are shown here when one has.";
const VERDICTS: Record<string, { kind: string; mark: string; words: string }> = {
  significant: { kind: "ok", mark: "✓", words: "clearly better" },
  marginal: { kind: "near", mark: "▿", words: "a little better" },
  none: { kind: "near", mark: "–", words: "no gain" },
  regression: { kind: "far", mark: "✗", words: "worse" },
};
const PLACES = [
  { value: "local", text: "a server on this machine" },
  { value: "vllm", text: "files for vLLM" },
  { value: "ollama", text: "files for Ollama" },
  { value: "hosted", text: "the service that trained it" },
];

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly view = h("div", { class: "rft__panel" });
  private readonly next = h("section", { class: "rft__panel rft-results__next", "aria-label": "Next" });
  private readonly end = h("div", {});
  private place = "local";
  private path = "";
  private approved = false;

  constructor(body: HTMLElement, private readonly host: View) {
    body.append(h("div", { class: "rft__panel" }, this.top, this.view, this.next, this.end));
    host.onChange(["jobs", "shown", "missing", "benchmark", "beside", "deployed", "work", "done", "python"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private draw(): void {
    const shown = this.host.get("shown");
    const none = this.host.get("jobs").length === 0;
    redraw(this.top, heading("Results", shown?.job ?? "", this.others(shown)), status(this.host, ""));
    if (none) redraw(this.view, empty(EMPTY, { python: "ds.train(grader)" }));
    else if (shown === null) redraw(this.view, this.absent());
    else redraw(this.view, outcome(shown), topics(shown), pairs("Wins", shown.wins), pairs("Losses", shown.losses), this.benched(), others(this.host.get("beside"), shown));
    this.drawNext(none, shown);
    redraw(this.end, this.host.live && !none && python(this.host.get("python")));
  }

  private others(shown: Shown | null): Child {
    const jobs = this.host.get("jobs");
    if (!this.host.live || jobs.length < 2) return null;
    return select({ name: "job", test: "job", value: shown?.job ?? jobs[0]?.job ?? "", options: jobs.map((one) => ({ value: one.job, text: `${one.job}, ${one.state}` })), change: (id) => this.ask("open_job", { id }) });
  }

  private absent(): Child[] {
    const why = this.host.get("missing");
    if (why === "") return [h("p", { class: "rft__note", test: "working" }, "Comparing answers before and after …")];
    return [h("p", { class: "rft__stale", test: "missing" }, asSentence(why))];
  }

  private benched(): Child {
    const found = this.host.get("benchmark");
    return found !== null && h("section", { "aria-label": "Benchmark", test: "benchmark" }, h("h3", { class: "rft__head" }, "Benchmark"), outcome(found));
  }

  private drawNext(none: boolean, shown: Shown | null): void {
    this.next.hidden = none || !this.host.live || this.host.get("work") !== null;
    if (this.next.hidden) return;
    const approve = tick({ name: "I approve what a service may cost", note: " not needed on this machine", test: "approve", checked: this.approved, change: (on) => (this.approved = on) });
    const collect = shown === null && this.host.get("missing") !== "" && button({ text: "Have both models answer", test: "evaluate", first: true, act: () => this.ask("evaluate", { approved: this.approved }) });
    const bench = h(
      "div",
      { class: "rft-results__row" },
      textField({ name: "benchmark, a file of records", test: "benchmark-path", value: this.path, placeholder: "benchmark.jsonl", change: (path) => (this.path = path) }),
      button({ text: "Run before and after", test: "run-benchmark", act: () => this.ask("run_benchmark", { path: this.path, approved: this.approved }) }),
    );
    const deploy = h(
      "div",
      { class: "rft-results__row" },
      select({ name: "deploy to", test: "place", value: this.place, options: PLACES, change: (place) => (this.place = place) }),
      button({ text: "Deploy", test: "deploy", first: shown?.verdict === "significant", act: () => this.ask("deploy", { to: this.place, approved: this.approved }) }),
    );
    redrawForm(this.next, collect, shown !== null && [bench, deploy], (shown !== null || collect) && approve, this.where());
  }

  private where(): Child {
    const found = this.host.get("deployed");
    if (found === null) return null;
    const tested = found.smoke_test;
    const said = tested !== null && h("p", { class: `rft__status rft__status--${tested.passed ? "ok" : "far"}`, test: "smoke" }, tested.passed ? `✓ it answered: ${tested.text ?? ""}` : `✗ it did not answer: ${tested.error ?? ""}`);
    const values: Fact[] = [{ name: "model", value: found.model, test: "model" }, { name: "endpoint", value: found.endpoint ?? "none", test: "endpoint" }];
    const lines = (some: readonly string[]): Child => some.length > 0 && h("ul", { class: "rft__list rft-results__files" }, some.map((one) => h("li", {}, one)));
    const stop = found.running && button({ text: "Stop the server", test: "stop-server", act: () => this.ask("stop_server") });
    return h("section", { "aria-label": "Deployment", test: "deployed" }, facts(values), said, lines(found.notes), lines(found.files), stop);
  }
}

/** The verdict, the numbers before and after, and the rules behind it. */
function outcome(shown: Shown): HTMLElement {
  const { kind, mark, words } = VERDICTS[shown.verdict] ?? { kind: "near", mark: "•", words: shown.verdict };
  const relative = shown.change_relative === null ? "" : ` (${shown.change_relative >= 0 ? "+" : "−"}${Math.abs(100 * shown.change_relative).toFixed(0)} %)`;
  const values: Fact[] = [
    { name: "change", value: `${signedScore(shown.change)}${relative}`, note: between(shown.low, shown.high), why: "Every prompt is compared with itself. In brackets: where the change lies in 95 of 100 cases.", test: "change" },
    { name: "prompts", value: count(shown.prompts), test: "prompts" },
  ];
  const rules = shown.rules.map((one) => h("li", { test: "rule" }, h("span", { class: `rft__status rft__status--${one.passed ? "ok" : "far"}` }, one.passed ? "✓" : "✗"), " ", asSentence(one.says)));
  const warnings = shown.warnings.map((one) => h("p", { class: "rft__stale", test: "warning" }, asSentence(one)));
  return h("section", { "aria-label": "Outcome" }, h("p", { class: "rft-results__verdict" }, h("b", { class: `rft__status rft__status--${kind}`, role: "status", test: "verdict" }, `${mark} ${words}`), h("span", {}, asSentence(shown.advice))), bars(shown.before, shown.after), facts(values), h("ul", { class: "rft-results__rules" }, rules), warnings);
}

/** Before and after on one scale. */
function bars(before: Maybe, after: Maybe): HTMLElement {
  const most = Math.max(1, before ?? 0, after ?? 0);
  const one = (value: Maybe, kind: string): Child[] => [
    h("span", { class: "rft__note" }, kind),
    h("div", { class: "rft-results__track" }, h("div", { class: `rft-results__fill rft-results__fill--${kind}`, style: { width: `${((100 * (value ?? 0)) / most).toFixed(1)}%` } })),
    h("b", { test: kind }, score(value)),
  ];
  return h("div", { class: "rft-results__bars" }, one(before, "before"), one(after, "after"));
}

function topics(shown: Shown): Child {
  if (shown.topics.length === 0) return null;
  const head = h("thead", {}, h("tr", {}, ...["topic", "prompts", "before", "after", "change", "outcome"].map((name, at) => h("th", { scope: "col", class: at > 0 && at < 5 ? "rft__number" : "" }, name))));
  const row = (one: Topic): HTMLElement => {
    const worse = one.fell === true ? h("span", { class: "rft__status rft__status--far" }, "✗ worse") : one.fell === false ? h("span", { class: "rft__status rft__status--near" }, "▿ fell, maybe luck") : one.outcome === "better" ? h("span", { class: "rft__status rft__status--ok" }, "✓ better") : h("span", { class: "rft__note" }, "unclear");
    return h("tr", { test: "topic-row" }, h("th", { scope: "row", dir: "auto" }, one.topic === "__unassigned" ? "without a topic" : one.topic), h("td", { class: "rft__number" }, count(one.prompts)), h("td", { class: "rft__number" }, score(one.before)), h("td", { class: "rft__number" }, score(one.after)), h("td", { class: "rft__number" }, signedScore(one.change), h("small", { class: "rft__note" }, ` ${between(one.low, one.high) ?? ""}`)), h("td", {}, worse));
  };
  return h("section", { class: "rft-results__topics", "aria-label": "By topic", tabindex: 0 }, h("table", { class: "rft__table" }, h("caption", { class: "rft__note" }, "By topic, the largest fall first"), head, h("tbody", {}, shown.topics.map(row))));
}

/** Prompts with an answer before and one after, side by side. */
function pairs(name: string, rows: readonly Pair[]): Child {
  if (rows.length === 0) return null;
  const side = (word: string, reward: Maybe, said: string): HTMLElement => h("div", {}, h("p", { class: "rft__note" }, `${word}, reward ${score(reward)}`), h("p", { class: "rft-results__said", tabindex: 0, dir: "auto" }, said === "" ? "(no text)" : said));
  const one = (row: Pair): HTMLElement => h("li", { test: "pair" }, h("p", { class: "rft-results__prompt", tabindex: 0, dir: "auto" }, row.prompt), h("div", { class: "rft-results__sides" }, side("before", row.before, row.said_before), side("after", row.after, row.said_after)));
  return h("details", { test: name.toLowerCase() }, h("summary", {}, `${name}: prompts that ${name === "Wins" ? "gained" : "lost"} most`), h("ol", { class: "rft-results__pairs" }, rows.map(one)));
}

function others(rows: readonly Beside[], shown: Shown): Child {
  if (rows.length < 2) return null;
  const head = h("thead", {}, h("tr", {}, ...["job", "base", "before", "after", "change", "verdict"].map((name, at) => h("th", { scope: "col", class: at > 1 && at < 5 ? "rft__number" : "" }, name))));
  const row = (one: Beside): HTMLElement => h("tr", { test: "run-row" }, h("th", { scope: "row" }, one.job === shown.job ? `${one.job} (in view)` : one.job), h("td", { class: "rft-results__base" }, one.base ?? ""), h("td", { class: "rft__number" }, score(one.before)), h("td", { class: "rft__number" }, score(one.after)), h("td", { class: "rft__number" }, signedScore(one.change)), h("td", {}, VERDICTS[one.verdict]?.words ?? one.verdict));
  return h("section", { "aria-label": "Jobs" }, h("table", { class: "rft__table" }, h("caption", { class: "rft__note" }, "Jobs beside each other, the best first"), head, h("tbody", {}, rows.map(row))));
}

function between(low: Maybe, high: Maybe): string | undefined {
  return low === null || high === null ? undefined : `(${signedScore(low)} to ${signedScore(high)})`;
}

export default widget("results", (body, host: View) => void new Panel(body, host));
