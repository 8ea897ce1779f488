// Train a model, or watch one being trained: what it takes, rewards as they come, warnings, cancel and resume.
import { curves, type Chart } from "../shared/curves.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty } from "../shared/empty.ts";
import { number, redrawForm, select, text as textField, tick } from "../shared/fields.ts";
import { asSentence, count, money, plural, score } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { duration, progress } from "../shared/progress.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Settings = {
  backend: string;
  base: string;
  steps: number | null;
  epochs: number | null;
  eval_every: number | null;
  sft_steps: number | null;
  sft_on: string | null;
  seed: number;
  budget_usd: number | null;
  base_url: string;
  force: boolean;
};
type Offer = { problem?: string; grader?: string; cost_usd?: number | null; notes?: string[]; train?: number; validation?: number };
type Line = { job: string; state: string; step: number; total_steps: number | null; best: number | null; base: string | null };
type Shown = {
  job: string;
  state: string;
  backend: string;
  base: string | null;
  grader_name: string | null;
  seed: number | null;
  step: number;
  total_steps: number | null;
  eta_seconds: number | null;
  baseline: number | null;
  best: number | null;
  best_step: number | null;
  final: number | null;
  checkpoint: string | null;
  warnings: string[];
  error: string | null;
  forced: boolean;
  charts: Chart[];
  events: { when: string; kind: string; text: string }[];
};

const EMPTY = "Nothing was trained yet: choose what to train below, then its rewards are shown here as they come.";

export interface TrainingMonitorModel extends Shared {
  work: Work;
  done: Done;
  settings: Settings;
  /** What the next job takes, and what stands against it. */
  offer: Offer | null;
  jobs: Line[];
  /** The job in view. */
  shown: Shown | null;
  python: string;
}

type View = Host<TrainingMonitorModel>;

const BACKENDS = [
  { value: "trl", text: "this machine (TRL)" },
  { value: "openai", text: "a fine-tuning API (OpenAI, Foundry, any base URL)" },
  { value: "nova", text: "Amazon Bedrock (Nova)" },
];
const STATES: Record<string, { kind: string; mark: string }> = {
  pending: { kind: "near", mark: "…" },
  running: { kind: "near", mark: "▸" },
  paused: { kind: "near", mark: "‖" },
  succeeded: { kind: "ok", mark: "✓" },
  failed: { kind: "far", mark: "✗" },
  cancelled: { kind: "far", mark: "■" },
};
const ENDED = ["succeeded", "failed", "cancelled"];

class Monitor {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly job = h("div", { class: "rft__panel" });
  private readonly next = h("section", { class: "rft-training__next", "aria-label": "Next job" });
  private readonly end = h("div", {});
  private approved = false;
  private wants = false;

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.job, this.next, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["jobs", "shown", "work", "done", "settings", "offer", "python"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private choose(settings: Partial<Settings>): void {
    this.approved = false;
    this.ask("choose", settings);
  }

  private draw(): void {
    const shown = this.host.get("shown");
    redraw(this.top, heading("Training", note(shown), this.others(shown)), status(this.host, "steps"));
    redraw(this.job, shown === null ? empty(EMPTY) : this.view(shown));
    this.drawNext(shown);
    redraw(this.end, this.host.live && python(this.host.get("python")));
  }

  private others(shown: Shown | null): Child {
    const jobs = this.host.get("jobs");
    if (!this.host.live || jobs.length < 2 || shown === null) return null;
    const options = jobs.map((one) => ({ value: one.job, text: `${one.job}, ${one.state}${one.best === null ? "" : `, best ${score(one.best)}`}` }));
    return select({ name: "job", test: "job", value: shown.job, options, change: (id) => this.ask("open_job", { id }) });
  }

  // -- the job in view --------------------------------------------------------------------------------------------

  private view(shown: Shown): Child[] {
    const steps = shown.total_steps !== null && progress({ done: shown.step, total: shown.total_steps, rate: 0, left: shown.eta_seconds, seconds: 0, running: !ENDED.includes(shown.state), what: "steps" });
    const warnings = shown.warnings.map((one) => h("p", { class: "rft__stale", test: "warning" }, `${one}.`));
    const wrong = shown.error !== null && h("p", { class: "rft__error", test: "job-error" }, shown.error);
    const forced = shown.forced && h("p", { class: "rft__stale", test: "forced" }, "This job began without the approval of a dry run; the journal says so.");
    const drawn = h("div", { class: "rft-training__charts" }, shown.charts.map((one) => curves(one)));
    return [this.state(shown), h("div", { test: "steps" }, steps), rewards(shown), forced, ...warnings, wrong, drawn, events(shown)];
  }

  private state(shown: Shown): HTMLElement {
    const { kind, mark } = STATES[shown.state] ?? { kind: "near", mark: "•" };
    const word = h("span", { class: `rft__status rft__status--${kind}`, role: "status", test: "state" }, `${mark} ${shown.state}`);
    const acts: Child[] = [];
    if (this.host.live && this.host.get("work") === null) {
      if (ENDED.includes(shown.state)) acts.push(shown.state !== "succeeded" && button({ text: "Resume", test: "resume", first: true, title: "Go on from the last checkpoint", act: () => this.ask("resume") }));
      else acts.push(button({ text: "Cancel training", test: "cancel", title: "Stop it; checkpoints and metrics stay", act: () => this.ask("cancel") }));
    }
    return h("div", { class: "rft__line" }, word, h("span", { class: "rft__note rft-training__about" }, about(shown)), h("span", { class: "rft__push rft__line" }, acts));
  }

  // -- the next job -----------------------------------------------------------------------------------------------

  private drawNext(shown: Shown | null): void {
    const idle = shown === null || ENDED.includes(shown.state);
    this.next.hidden = !this.host.live || !idle || this.host.get("work") !== null;
    if (this.next.hidden) return;
    if (shown !== null && !this.wants) {
      const open = (): void => {
        this.wants = true;
        this.draw();
      };
      return redraw(this.next, h("p", {}, button({ text: "Train another", test: "another", act: open })));
    }
    const settings = this.host.get("settings");
    redrawForm(this.next, h("h3", { class: "rft__head" }, "Train"), this.offered(), this.form(settings), this.begin(settings));
  }

  private offered(): readonly Child[] {
    const offer = this.host.get("offer");
    if (offer === null) return [h("p", { class: "rft__note" }, "Working out what it takes …")];
    const values: Fact[] = [
      { name: "grader", value: offer.grader ?? "none", test: "offer-grader" },
      { name: "train", value: count(offer.train), test: "offer-train" },
      { name: "validation", value: count(offer.validation), test: "offer-validation" },
      { name: "cost", value: offer.cost_usd === 0 ? "none: this machine" : offer.cost_usd === null || offer.cost_usd === undefined ? "unknown" : `about ${money(offer.cost_usd)}`, test: "offer-cost" },
    ];
    const against = offer.problem !== undefined && offer.problem !== "" && h("p", { class: "rft__stale", test: "problem" }, asSentence(offer.problem));
    const notes = (offer.notes ?? []).map((one) => h("li", {}, asSentence(one)));
    return [facts(values), notes.length > 0 && h("ul", { class: "rft__list" }, notes), against];
  }

  private form(settings: Settings): HTMLElement {
    const local = settings.backend === "trl";
    const whole = (name: string, test: string, key: keyof Settings, placeholder: string, why?: string): HTMLElement =>
      number({ name, test, value: settings[key] as number | null, min: 1, step: 1, placeholder, ...(why === undefined ? {} : { why }), change: (value) => this.choose({ [key]: value }) });
    const sft = local && [
      whole("warm start, steps", "sft-steps", "sft_steps", "none", "Supervised steps before the reward: for a model that hardly ever earns one."),
      select({ name: "warm start on", test: "sft-on", value: settings.sft_on ?? "", options: [{ value: "", text: "nothing" }, { value: "output", text: "stored outputs" }, { value: "reference", text: "reference answers" }], change: (value) => this.choose({ sft_on: value === "" ? null : value }) }),
    ];
    const hosted = !local && [
      textField({ name: "base URL", test: "base-url", value: settings.base_url, placeholder: "the service's own", change: (value) => this.choose({ base_url: value }) }),
      number({ name: "budget in US dollars", test: "budget", value: settings.budget_usd, min: 0, placeholder: "no cap", change: (value) => this.choose({ budget_usd: value }) }),
    ];
    return h(
      "div",
      { class: "rft-training__form" },
      select({ name: "trained by", test: "backend", value: settings.backend, options: BACKENDS, change: (value) => this.choose({ backend: value }) }),
      textField({ name: "base model", test: "base", value: settings.base, placeholder: local ? "a folder or a model's name" : "the service's name of it", change: (value) => this.choose({ base: value }) }),
      local ? whole("steps", "steps", "steps", "by default") : whole("epochs", "epochs", "epochs", "auto"),
      whole("look at validation every", "eval-every", "eval_every", "by default", "Steps between two looks at the validation reward."),
      sft,
      hosted,
      number({ name: "seed", test: "seed", value: settings.seed, min: 0, step: 1, change: (value) => this.choose({ seed: value ?? 0 }) }),
    );
  }

  private begin(settings: Settings): readonly Child[] {
    const offer = this.host.get("offer");
    const paid = offer !== null && offer.cost_usd !== 0 && offer.cost_usd !== undefined;
    const price = offer?.cost_usd === null || offer?.cost_usd === undefined ? "a cost that nobody can tell beforehand" : `about ${money(offer.cost_usd)}`;
    const approve = paid && tick({ name: `I approve ${price}`, test: "approve", checked: this.approved, change: (on) => (this.approved = on) });
    const force = tick({ name: "Train against the dry run", note: " or without one; the journal will say so", test: "force", checked: settings.force, change: (on) => this.choose({ force: on }) });
    const begin = (): void => {
      this.wants = false;
      this.ask("start", { approved: this.approved });
    };
    return [h("div", { class: "rft-training__ticks" }, force, approve), h("p", { class: "rft__line" }, button({ text: "Start training", test: "start", first: (offer?.problem ?? "") === "", act: begin }), this.notNow())];
  }

  private notNow(): Child {
    const leave = (): void => {
      this.wants = false;
      this.draw();
    };
    return this.wants && button({ text: "Not now", test: "not-now", act: leave });
  }
}

function note(shown: Shown | null): string {
  return shown === null ? "" : shown.job;
}

function about(shown: Shown): string {
  const parts = [shown.base, shown.grader_name !== null && `reward by ${shown.grader_name}`, `on ${shown.backend}`, shown.seed !== null && `seed ${shown.seed}`];
  return parts.filter((one): one is string => typeof one === "string" && one !== "").join(", ");
}

function rewards(shown: Shown): HTMLElement {
  const gain = (value: number | null): string | undefined => {
    if (value === null || shown.baseline === null || shown.baseline === 0) return undefined;
    const part = Math.round((100 * (value - shown.baseline)) / shown.baseline);
    return `${part >= 0 ? "+" : "−"}${Math.abs(part)} % of baseline`;
  };
  const values: Fact[] = [
    { name: "baseline", value: score(shown.baseline), why: "Mean validation reward before training.", test: "baseline" },
    { name: "best", value: score(shown.best), note: shown.best_step === null ? undefined : `${gain(shown.best) ?? ""} at step ${shown.best_step}`.trim(), why: "The best mean validation reward so far; its checkpoint is the one that is kept.", test: "best" },
    { name: "final", value: score(shown.final), note: gain(shown.final), test: "final" },
  ];
  const left = shown.eta_seconds === null ? [] : [{ name: "time left", value: `about ${duration(shown.eta_seconds)}`, test: "eta" }];
  return facts([...values, ...left]);
}

function events(shown: Shown): Child {
  if (shown.events.length === 0) return null;
  const rows = shown.events.map((one) => h("li", {}, h("span", { class: "rft__note" }, one.when.slice(11, 19)), h("span", { class: "rft-training__said", dir: "auto", title: one.text.slice(0, 2000) }, one.text)));
  const kept = shown.checkpoint !== null && h("p", { class: "rft__note rft-training__kept", test: "checkpoint" }, `kept: ${shown.checkpoint}`);
  return h("details", { test: "events" }, h("summary", { class: "rft__note" }, `Last of ${plural(shown.events.length, "event")}: ${(shown.events[0]?.text ?? "").slice(0, 200)}`), h("ul", { class: "rft__list rft-training__events" }, rows), kept);
}

export default widget("training", (body, host: View) => void new Monitor(body, host));
