// The dry run: what it asks and costs, the verdict with every rule, why, where, and what the answers look like.
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty } from "../shared/empty.ts";
import { number, redrawForm, select, text as textField } from "../shared/fields.ts";
import { asSentence, count, money, score } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { causes, compared, histogram, rules, samples, topics, verdict, type Compared, type Run } from "./parts.ts";
import "./index.css";

type Settings = {
  model: string;
  base_url: string;
  prompts: number;
  rollouts: number;
  temperature: number;
  max_tokens: number;
  seed: number;
  budget_usd: number | null;
  price_per_million: [number, number] | null;
  judge: string;
  judge_base_url: string;
};
type Model = { name: string; reachable: boolean; why_not: string | null };
type Offer = { problem?: string; grader?: string; judges?: string[]; prompts?: number; rollouts?: number; source?: string; population?: number; calls?: number; cost_usd?: number | null; cap_usd?: number | null };
type Line = { run: string; model: string | null; grader_name: string | null; verdict: string; mean: number | null };

export interface DryRunPanelModel extends Shared {
  work: Work;
  done: Done;
  settings: Settings;
  models: Model[];
  /** What the next run asks and costs, or why it cannot be. */
  offer: Offer | null;
  runs: Line[];
  /** The run in view. */
  shown: Run | null;
  /** Whether thresholds were moved and not kept yet. */
  moved: boolean;
  compared: Compared | null;
  python: string;
}

type View = Host<DryRunPanelModel>;

const EMPTY = "No dry run yet: a model answers a sample of the prompts, and the rewards say whether training can work.";

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly view = h("div", { class: "rft__panel" });
  private readonly next = h("section", { class: "rft-dry__next", "aria-label": "Next run" });
  private readonly end = h("div", {});
  private wants = false;
  private readonly list = `rft-models-${Math.random().toString(36).slice(2, 8)}`;

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.view, this.next, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["runs", "shown", "work", "done", "settings", "offer", "python", "moved", "compared", "models"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private draw(): void {
    const shown = this.host.get("shown");
    redraw(this.top, heading("Dry run", shown === null ? "" : String(shown.run ?? ""), this.others(shown)), status(this.host, "answers"));
    if (shown === null) redraw(this.view, empty(EMPTY));
    else this.drawRun(shown);
    this.drawNext(shown);
    redraw(this.end, this.host.live && python(this.host.get("python")));
  }

  private others(shown: Run | null): Child {
    const runs = this.host.get("runs");
    if (!this.host.live || runs.length < 2 || shown === null) return null;
    const named = (one: Line): string => `${one.run}: ${one.verdict}, mean ${score(one.mean)}, ${one.grader_name ?? ""}`;
    const rest = runs.filter((one) => one.run !== shown.run);
    const view = select({ name: "run", test: "run", value: String(shown.run), options: runs.map((one) => ({ value: one.run, text: named(one) })), change: (name) => this.ask("open_run", { run: name }) });
    const other = select({ name: "compare with", test: "compare", value: this.host.get("compared")?.before ?? "", options: [{ value: "", text: "nothing" }, ...rest.map((one) => ({ value: one.run, text: named(one) }))], change: (name) => this.ask("compare_with", { run: name }) });
    return h("div", { class: "rft-dry__others" }, view, other);
  }

  private drawRun(shown: Run): void {
    const live = this.host.live;
    const move = live ? (name: string, value: number): void => this.ask("move_threshold", { name, value }) : undefined;
    const keep = live && this.host.get("moved") && h("p", { class: "rft__line", test: "moved" }, h("span", { class: "rft__note" }, "Thresholds were moved; the verdict follows, and nothing was asked again."), button({ text: "Keep them", test: "keep-thresholds", first: true, act: () => this.ask("keep_thresholds") }), button({ text: "Put them back", test: "drop-thresholds", act: () => this.ask("drop_thresholds") }));
    const beside = this.host.get("compared");
    redrawForm(this.view, verdict(shown), keep, h("div", { class: "rft-dry__two" }, histogram(shown), rules(shown, move)), causes(shown), beside !== null && compared(beside), topics(shown), samples(shown));
  }

  private drawNext(shown: Run | null): void {
    this.next.hidden = !this.host.live || this.host.get("work") !== null;
    if (this.next.hidden) return;
    if (shown !== null && !this.wants) return redraw(this.next, this.again(shown));
    const settings = this.host.get("settings");
    redrawForm(this.next, h("h3", { class: "rft__head" }, "Run"), this.offered(), this.form(settings), h("p", { class: "rft__line" }, button({ text: "Start dry run", test: "start", first: (this.host.get("offer")?.problem ?? "") === "", act: () => this.begin() }), this.notNow()));
  }

  private notNow(): Child {
    const leave = (): void => {
      this.wants = false;
      this.draw();
    };
    return this.wants && button({ text: "Not now", test: "not-now", act: leave });
  }

  private again(shown: Run): HTMLElement {
    const open = (): void => {
      this.wants = true;
      this.draw();
    };
    const grader = this.host.get("offer")?.grader;
    const other = grader !== undefined && button({ text: `Grade these answers with ${grader}`, test: "regrade", title: "The model is not asked again", act: () => this.ask("regrade") });
    return h("p", { class: "rft__line" }, button({ text: "Run another", test: "another", first: shown.verdict === "NO-GO", act: open }), other);
  }

  private begin(): void {
    this.wants = false;
    this.ask("start");
  }

  private offered(): readonly Child[] {
    const offer = this.host.get("offer");
    if (offer === null) return [h("p", { class: "rft__note" }, "Working out what it asks …")];
    const cost = offer.calls === 0 ? "nothing: every answer is kept" : offer.cost_usd === null || offer.cost_usd === undefined ? "unknown" : `about ${money(offer.cost_usd)}`;
    const cap = offer.cap_usd === null || offer.cap_usd === undefined ? undefined : `never above ${money(offer.cap_usd)}`;
    const values: Fact[] = [
      { name: "grader", value: offer.grader ?? "none", note: (offer.judges ?? []).length > 0 ? `asks ${(offer.judges ?? []).join(", ")}` : undefined, test: "offer-grader" },
      { name: "prompts", value: count(offer.prompts), note: offer.source === undefined ? undefined : `of ${count(offer.population)}, ${offer.source}`, test: "offer-prompts" },
      { name: "calls", value: count(offer.calls), why: "Answers that are not kept yet, and questions to judges.", test: "offer-calls" },
      { name: "cost", value: cost, note: cap, test: "offer-cost" },
    ];
    const against = offer.problem !== undefined && offer.problem !== "" && h("p", { class: "rft__stale", test: "problem" }, asSentence(offer.problem));
    return [offer.prompts !== undefined && facts(values), against];
  }

  private form(settings: Settings): HTMLElement {
    const choose = (change: Partial<Settings>): void => this.ask("choose", change);
    const whole = (name: string, test: string, key: keyof Settings, usual: number, why?: string): HTMLElement =>
      number({ name, test, value: settings[key] as number, min: 1, step: 1, ...(why === undefined ? {} : { why }), change: (value) => choose({ [key]: value ?? usual }) });
    const models = this.host.get("models");
    const known = h("datalist", { id: this.list }, models.map((one) => h("option", { value: one.name }, one.reachable ? "" : (one.why_not ?? "not reachable"))));
    const missing = models.find((one) => one.name === settings.model && !one.reachable)?.why_not ?? undefined;
    const judged = (this.host.get("offer")?.judges ?? []).length > 0;
    return h(
      "div",
      { class: "rft-dry__form" },
      h("div", {}, textField({ name: "model that answers", test: "model", value: settings.model, placeholder: "provider/name", list: this.list, note: missing, why: "The model that is to be trained, as litellm names it; the offline writer answers no prompts.", change: (model) => choose({ model }) }), known),
      textField({ name: "base URL", test: "base-url", value: settings.base_url, placeholder: "the provider's own", change: (base_url) => choose({ base_url }) }),
      whole("prompts", "prompts", "prompts", 300, "A sample by topic, of the training set where there is a split."),
      whole("rollouts for each", "rollouts", "rollouts", 8, "Answers to each prompt. With one, nobody can say what is learnable."),
      number({ name: "temperature", test: "temperature", value: settings.temperature, min: 0, max: 2, step: 0.1, change: (value) => choose({ temperature: value ?? 1 }) }),
      whole("longest answer, tokens", "max-tokens", "max_tokens", 1024),
      number({ name: "budget in US dollars", test: "budget", value: settings.budget_usd, min: 0, placeholder: "1.5 × estimate", change: (value) => choose({ budget_usd: value }) }),
      textField({ name: "price per million tokens, in and out", test: "price", value: settings.price_per_million?.join(", ") ?? "", placeholder: "as known", why: "US dollars, where the price of the model is not known: two numbers, such as 0.2, 0.8.", change: (said) => choose({ price_per_million: pair(said) }) }),
      number({ name: "seed", test: "seed", value: settings.seed, min: 0, step: 1, change: (value) => choose({ seed: value ?? 0 }) }),
      judged && textField({ name: "judge", test: "judge", value: settings.judge, placeholder: "as the grader says", list: this.list, why: "Asked in place of the models that the grader names.", change: (judge) => choose({ judge }) }),
      judged && textField({ name: "base URL of the judge", test: "judge-base-url", value: settings.judge_base_url, placeholder: "the provider's own", change: (judge_base_url) => choose({ judge_base_url }) }),
    );
  }
}

/** Two numbers that were typed; null for anything else, which is then as if nothing was said. */
function pair(said: string): [number, number] | null {
  const [first, second, ...more] = said.split(/[,;\s]+/).filter((one) => one !== "").map(Number);
  return first === undefined || second === undefined || more.length > 0 || !(first >= 0) || !(second >= 0) ? null : [first, second];
}

export default widget("dry", (body, host: View) => void new Panel(body, host));
