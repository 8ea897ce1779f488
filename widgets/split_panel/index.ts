// Train and validation: whether the dataset is ready, what each choice would give, and the split as it stands.
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty as nothing, IMPORT } from "../shared/empty.ts";
import { number, redrawForm, tick } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, told, undoKey, type Done } from "../shared/panel.ts";
import { bar, button, facts } from "../shared/pieces.ts";
import { readyWord, reasonList, type Reason } from "../shared/readiness.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Row = { topic: string; train: number; validation: number };
type Sets = {
  train: number;
  validation: number;
  /** Not there before all records were looked through. */
  straddling_groups?: number;
  left_out?: number;
  kept?: number | null;
  gone?: number;
  new?: number;
  generated_share?: { train: number; validation: number };
  warnings?: string[];
  topics: Row[];
  rest: { topics: number; train: number; validation: number };
};
type Options = { train: number; stratify: string; generated_in_validation: boolean; min_validation: number | null; seed: number; keep: boolean | null; frozen: boolean | null };

export interface SplitPanelModel extends Shared {
  options: Options;
  /** What the choice would give. */
  preview: Sets | null;
  /** The split as it stands. */
  current: Sets | null;
  readiness: { valid: number; generated: number; ready: boolean; reasons: Reason[] };
  python: string;
  done: Done;
}

type View = Host<SplitPanelModel>;

const EMPTY = "No records yet: import some, then they can be divided into train and validation.";
const UNASSIGNED = "__unassigned";

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly settings = h("section", { class: "rft-split__settings", "aria-label": "Settings" });
  private readonly sets = h("div", { class: "rft__panel" });
  private readonly end = h("div", {});

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.settings, this.sets, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["readiness", "current", "preview", "done", "options", "python"], () => this.draw());
    this.draw();
  }

  private choose(options: Partial<Options>): void {
    void run(null, () => this.host.ask("choose", options));
  }

  private draw(): void {
    const { valid } = this.host.get("readiness");
    const current = this.host.get("current");
    const empty = valid === 0;
    const again = this.host.live && !empty && button({ text: current === null ? "Split" : "Split again", test: "split-run", first: current === null, act: () => void run(null, () => this.host.ask("divide")) });
    const note = empty ? "" : current === null ? `${plural(valid, "valid record")}, not divided yet` : `${count(current.train)} in train, ${count(current.validation)} in validation`;
    redraw(this.top, heading("Split", note, again), empty ? nothing(EMPTY, { python: IMPORT }) : this.readiness(), told(this.host), this.stale(current));
    this.drawSettings(empty);
    this.drawSets(empty);
    redraw(this.end, !empty && python(this.host.get("python")));
  }

  private stale(current: Sets | null): Child {
    if (current === null) return null;
    const straddling = current.straddling_groups ?? 0;
    const leak = straddling > 0 && `${plural(straddling, "group")} of records on both sides`;
    const fresh = (current.new ?? 0) > 0 && `${plural(current.new ?? 0, "valid record")} came after the split and ${current.new === 1 ? "is" : "are"} in no set`;
    const words = [leak, fresh].filter((one) => one !== false);
    return words.length > 0 && h("p", { class: "rft__stale", test: "stale" }, `${words.join("; ")}. Split again: validation keeps its members.`);
  }

  private readiness(): HTMLElement {
    const { ready, reasons } = this.host.get("readiness");
    return h("section", { class: "rft-split__ready", "aria-label": "Readiness" }, h("p", {}, readyWord(ready)), reasonList(reasons));
  }

  private drawSettings(empty: boolean): void {
    this.settings.hidden = empty || !this.host.live;
    if (this.settings.hidden) return;
    const options = this.host.get("options");
    const { generated } = this.host.get("readiness");
    const standing = this.host.get("current") !== null;
    redrawForm(
      this.settings,
      this.ratio(options.train),
      h(
        "div",
        { class: "rft-split__ticks" },
        tick({ name: "The same shares in every topic", note: " recommended: each topic is divided alike", test: "stratify", checked: options.stratify === "topic", change: (on) => this.choose({ stratify: on ? "topic" : "none" }) }),
        tick({ name: "Generated records may be in validation", note: generated > 0 ? ` ${plural(generated, "record")} generated` : " none was generated", test: "generated", checked: options.generated_in_validation, change: (on) => this.choose({ generated_in_validation: on }) }),
        standing && tick({ name: "Validation keeps its members", note: " so that results before and after can be compared", test: "keep", checked: options.keep ?? true, change: (on) => this.choose({ keep: on }) }),
        standing && tick({ name: "Validation stays exactly as it is", note: " nothing comes in; what is tied to it is left out", test: "frozen", checked: options.frozen === true, change: (on) => this.choose({ frozen: on }) }),
      ),
      number({ name: "least records in validation", test: "min-validation", value: options.min_validation, min: 1, step: 1, placeholder: "by the share", change: (value) => this.choose({ min_validation: value }) }),
      number({ name: "seed", test: "seed", value: options.seed, min: 0, step: 1, why: "The same seed gives the same split.", change: (value) => this.choose({ seed: value ?? 0 }) }),
    );
  }

  private ratio(train: number): HTMLElement {
    const shown = h("output", { test: "ratio-value" }, words(train));
    const slider = h("input", { type: "range", class: "rft-split__slider", test: "ratio", key: "ratio", min: 50, max: 99, step: 1, "aria-label": "Share of train in percent" });
    slider.value = String(Math.round(train * 100));
    slider.addEventListener("input", () => (shown.textContent = words(slider.valueAsNumber / 100)));
    slider.addEventListener("change", () => this.choose({ train: slider.valueAsNumber / 100 }));
    return h("div", { class: "rft-split__ratio" }, h("span", { class: "rft__field-name" }, "train and validation ", shown), slider);
  }

  private drawSets(empty: boolean): void {
    const found = this.host.get("preview") ?? this.host.get("current");
    this.sets.hidden = empty;
    if (empty) return;
    if (found === null) return redraw(this.sets, h("p", { class: "rft__note", test: "working" }, "Working out what this would give …"));
    const made = found.generated_share;
    const values = [
      { name: "train", value: count(found.train), note: made !== undefined && made.train > 0 ? `${share(made.train)} generated` : undefined, test: "train" },
      { name: "validation", value: count(found.validation), note: made !== undefined && made.validation > 0 ? `${share(made.validation)} generated` : undefined, test: "validation" },
      { name: "left out", value: count(found.left_out ?? 0), why: "Valid records in neither set: they were generated from a record that validation took.", test: "left-out" },
      { name: "straddling groups", value: count(found.straddling_groups), why: "Groups (a source with its variations, near duplicates) with members on both sides.", test: "straddling" },
    ];
    const kept = found.kept !== null && found.kept !== undefined && { name: "kept in validation", value: count(found.kept), why: "Records of the validation before that stay in it.", test: "kept" };
    const warnings = (found.warnings ?? []).map((one) => h("p", { class: "rft__stale", test: "warning" }, `${one}.`));
    redraw(this.sets, whole(found), facts(kept ? [...values, kept] : values), warnings, topics(found));
  }
}

function words(train: number): string {
  const part = Math.round(train * 100);
  return `${part} % / ${100 - part} %`;
}

function whole({ train, validation }: Sets): HTMLElement {
  const all = train + validation;
  const text = `${share(all > 0 ? train / all : 0)} train, ${share(all > 0 ? validation / all : 0)} validation`;
  return h("div", { class: "rft-split__whole", test: "whole", title: text }, bar({ value: train, full: Math.max(all, 1), added: validation, text }), h("span", { class: "rft__note" }, text));
}

function topics({ topics: rows, rest }: Sets): HTMLElement {
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "topic"), h("th", { scope: "col", class: "rft__number" }, "train"), h("th", { scope: "col", class: "rft__number" }, "validation"), h("th", { scope: "col", class: "rft__number" }, "share of validation")));
  const body = rows.map(({ topic, train, validation }) => {
    const none = validation === 0 && topic !== UNASSIGNED;
    return h("tr", { test: "topic-row" }, h("th", { scope: "row", dir: "auto" }, topic === UNASSIGNED ? "without a topic" : topic), h("td", { class: "rft__number" }, count(train)), h("td", { class: "rft__number" }, count(validation)), h("td", { class: `rft__number${none ? " rft__status--near" : ""}` }, none ? "▿ none" : share(validation / Math.max(train + validation, 1))));
  });
  const more = rest.topics > 0 && h("p", { class: "rft__note" }, `and ${plural(rest.topics, "smaller topic")} with ${count(rest.train)} and ${count(rest.validation)}`);
  const table = h("table", { class: "rft__table rft-split__topics", test: "topics" }, h("caption", { class: "rft__note" }, "By topic"), head, h("tbody", {}, body));
  return h("section", { class: "rft-split__scroll", "aria-label": "By topic", tabindex: 0 }, table, more);
}

export default widget("split", (body, host: View) => void new Panel(body, host));
