// Build a grader: presets and kinds with weights, or its JSON; what is wrong with it, cheats tried on it, its versions.
import { h, redraw, type Child } from "../shared/dom.ts";
import { number, redrawForm, select, text as textField, tick } from "../shared/fields.ts";
import { plural, score } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Preset = { name: string; about: string; type?: string; asks_a_model?: boolean; kind?: boolean };
type Part = { name: string; type: string; weight: number; preset: string; about: string; options: Record<string, unknown>; models: string[] };
type Problem = { path: string; severity: string; message: string; fix: string };
type Version = { name: string; version: number; reason: string; when: string; changes: number };
type Probe = { name: string; reward: number | null; passed: boolean | null; why: string };

export interface GraderBuilderModel extends Shared {
  work: Work;
  done: Done;
  presets: Preset[];
  parts: Part[];
  /** The whole as JSON. */
  text: string;
  problems: Problem[];
  versions: Version[];
  kept: { name: string; version: number } | null;
  probes: { passed: boolean; probes: Probe[] } | null;
  python: string;
}

type View = Host<GraderBuilderModel>;

const EMPTY = "No grader yet: take a preset, add parts with weights, or write its JSON.";

class Builder {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly presets = h("section", { class: "rft-grader__presets", "aria-label": "Presets" });
  private readonly parts = h("section", { class: "rft-grader__parts", "aria-label": "Parts" });
  private readonly wrong = h("div", {});
  private readonly json = h("div", {});
  private readonly proof = h("div", { class: "rft__panel" });
  private readonly end = h("div", {});
  private reason = "";
  private approved = false;
  private written: string | null = null;

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.presets, this.parts, this.wrong, this.json, this.proof, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["text"], () => (this.written = null));
    host.onChange(["parts", "text", "problems", "versions", "kept", "probes", "presets", "work", "done", "python"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private draw(): void {
    const kept = this.host.get("kept");
    const none = this.host.get("parts").length === 0;
    const note = kept !== null ? `${kept.name}, version ${kept.version}` : none ? "" : "not kept yet";
    redraw(this.top, heading("Grader", note, this.opened()), status(this.host, ""), none && h("p", { class: "rft__empty", test: "empty" }, EMPTY));
    this.drawPresets();
    this.drawParts();
    redraw(this.wrong, this.problems());
    this.drawJson(none);
    this.drawProof(none);
    redraw(this.end, this.host.live && python(this.host.get("python")));
  }

  private opened(): Child {
    const versions = this.host.get("versions");
    if (!this.host.live || versions.length === 0) return null;
    const options = [{ value: "", text: "choose" }, ...versions.map((one) => ({ value: `${one.version} ${one.name}`, text: `${one.name} ${one.version}: ${one.reason}` }))];
    const open = (said: string): void => {
      const at = said.indexOf(" ");
      if (at > 0) this.ask("open_version", { name: said.slice(at + 1), version: Number(said.slice(0, at)) });
    };
    return h("div", { class: "rft-grader__versions" }, select({ name: "kept graders", test: "versions", value: "", options, change: open }));
  }

  // -- choosing -----------------------------------------------------------------------------------------------------

  private drawPresets(): void {
    this.presets.hidden = !this.host.live;
    if (this.presets.hidden) return;
    const some = this.host.get("parts").length > 0;
    const one = (preset: Preset): HTMLElement => {
      const words = preset.name.replaceAll("_", " ");
      const asks = preset.asks_a_model === true && h("small", { class: "rft__note" }, " asks a model");
      const use = (): void => this.ask(some ? "add_part" : preset.kind === true ? "add_part" : "use_preset", { preset: preset.name });
      return h("li", {}, h("button", { class: "rft-grader__preset", type: "button", test: "preset", key: `preset ${preset.name}`, "data-preset": preset.name, on: { click: use } }, h("b", {}, words), asks, h("span", { class: "rft__note" }, preset.about)));
    };
    const all = this.host.get("presets");
    const hand = all.filter((preset) => preset.kind === true);
    const folded = h("details", { open: !some }, h("summary", {}, some ? "Add a part" : "Begin with a preset"), h("ul", { class: "rft-grader__grid" }, all.filter((preset) => preset.kind !== true).map(one)), h("p", { class: "rft__note" }, "or with an empty grader of a kind"), h("ul", { class: "rft-grader__grid" }, hand.map(one)));
    redraw(this.presets, folded);
  }

  private drawParts(): void {
    const parts = this.host.get("parts");
    this.parts.hidden = parts.length === 0;
    if (this.parts.hidden) return;
    const whole = parts.reduce((sum, part) => sum + part.weight, 0);
    redrawForm(this.parts, h("ul", { class: "rft-grader__list" }, parts.map((part) => this.part(part, whole, parts.length > 1))));
  }

  private part(part: Part, whole: number, several: boolean): HTMLElement {
    const live = this.host.live;
    const counts = `${((100 * part.weight) / whole).toFixed(1)} %`;
    const weight = several && live && number({ name: `weight of ${part.name}`, test: `weight-${part.name}`, value: part.weight, min: 0.05, step: 0.05, note: counts, change: (value) => value !== null && this.ask("weigh", { name: part.name, weight: value }) });
    const away = live && h("button", { class: "rft__link", type: "button", test: `remove-${part.name}`, key: `remove ${part.name}`, "aria-label": `take out ${part.name}`, on: { click: () => this.ask("remove_part", { name: part.name }) } }, "take out");
    const options = Object.entries(part.options).map(([name, value]) => this.option(part, name, value));
    const about = part.about !== "" ? part.about : `${part.type.replaceAll("_", " ")}, written by hand: change it in the JSON below`;
    const asks = part.models.length > 0 && h("small", { class: "rft__note", test: "asks" }, ` asks ${part.models.join(", ")}`);
    const settings = live && options.length > 0 && h("details", {}, h("summary", { class: "rft__note" }, plural(options.length, "option")), h("div", { class: "rft-grader__options" }, options));
    return h("li", { class: "rft-grader__part", test: "part" }, h("div", {}, h("b", {}, part.name.replaceAll("_", " ")), asks, h("p", { class: "rft__note" }, about), settings), weight, away);
  }

  /** One option of a preset, by the kind of its value. */
  private option(part: Part, name: string, value: unknown): HTMLElement {
    const set = (given: unknown): void => this.ask("set_option", { name: part.name, option: name, value: given });
    const named = { name: name.replaceAll("_", " "), test: `option-${part.name}-${name}` };
    if (typeof value === "boolean") return tick({ ...named, checked: value, change: set });
    if (typeof value === "number") return number({ ...named, value, change: set });
    if (value === null || typeof value === "string") return textField({ ...named, value: value ?? "", placeholder: "none", change: (said) => set(parsed(said)) });
    return textField({ ...named, value: JSON.stringify(value), rows: 2, change: (said) => set(parsed(said)) });
  }

  private problems(): Child {
    const found = this.host.get("problems");
    const some = this.host.get("parts").length > 0;
    if (found.length === 0) return some && h("p", { class: "rft__status rft__status--ok", test: "sound" }, "✓ Nothing is wrong with it.");
    const row = (one: Problem): HTMLElement => {
      const bad = one.severity === "error";
      return h("li", { test: "problem" }, h("span", { class: `rft__status rft__status--${bad ? "far" : "near"}` }, bad ? "✗ error" : "▿ warning"), " ", one.path !== "" && h("code", {}, one.path), one.path !== "" && " ", one.message, one.fix !== "" && h("span", { class: "rft__note" }, ` ${one.fix.charAt(0).toUpperCase()}${one.fix.slice(1)}.`));
    };
    return h("ul", { class: "rft__list rft-grader__problems" }, found.map(row));
  }

  private drawJson(none: boolean): void {
    if (none && !this.host.live) return redraw(this.json);
    const text = this.written ?? this.host.get("text");
    if (!this.host.live) return redraw(this.json, h("pre", { class: "rft-grader__json" }, text));
    const field = h("textarea", { class: "rft__input rft-grader__json", rows: Math.min(24, Math.max(6, text.split("\n").length)), test: "json", key: "json", "aria-label": "The grader as JSON" });
    field.spellcheck = false;
    field.value = text;
    field.addEventListener("input", () => (this.written = field.value));
    const take = button({ text: "Take this JSON", test: "take-json", act: () => this.ask("edit", { text: field.value }) });
    redrawForm(this.json, h("details", { open: this.written !== null, test: "as-json" }, h("summary", {}, "As JSON"), field, h("p", {}, take)));
  }

  // -- proving and keeping ------------------------------------------------------------------------------------------

  private drawProof(none: boolean): void {
    this.proof.hidden = none;
    if (none) return;
    const found = this.host.get("probes");
    const asks = this.host.get("parts").some((part) => part.models.length > 0);
    const approve = asks && tick({ name: "I approve what the judge may cost", test: "approve", checked: this.approved, change: (on) => (this.approved = on) });
    const cheat = this.host.live && this.host.get("work") === null && button({ text: found === null ? "Try cheats on it" : "Try again", test: "probe", title: "Padding, echo, format only, flattery, keyword stuffing, nothing; and the right answer", act: () => this.ask("try_cheats", { approved: this.approved }) });
    redrawForm(this.proof, found !== null && cheats(found), h("p", { class: "rft__line" }, cheat, approve), this.keeping());
  }

  private keeping(): Child {
    if (!this.host.live) return null;
    const kept = this.host.get("kept");
    if (kept !== null) return h("p", { class: "rft__note", test: "kept" }, `Kept as ${kept.name}, version ${kept.version}.`);
    const field = textField({ name: "why it is as it is", test: "reason", value: this.reason, placeholder: "a sentence for whoever reads the history", change: (reason) => (this.reason = reason) });
    const keep = (): void => {
      const said = field.querySelector("input")?.value ?? this.reason;
      this.reason = "";
      this.ask("keep", { reason: said });
    };
    return h("div", { class: "rft-grader__keep" }, field, button({ text: "Keep grader", test: "keep", first: true, act: keep }));
  }
}

/** What cheats and the right answer get. */
function cheats(found: { passed: boolean; probes: Probe[] }): HTMLElement {
  const row = (one: Probe): HTMLElement => {
    const [kind, mark] = one.passed === null ? ["near", "– not tried"] : one.passed ? ["ok", "✓ holds"] : ["far", "✗ cheated"];
    return h("tr", { test: "cheat", "data-cheat": one.name }, h("th", { scope: "row" }, one.name.replaceAll("_", " ")), h("td", { class: "rft__number" }, score(one.reward)), h("td", {}, h("span", { class: `rft__status rft__status--${kind}` }, mark)), h("td", {}, one.why));
  };
  const head = h("thead", {}, h("tr", {}, ...["answer", "reward", "outcome", "why"].map((name, at) => h("th", { scope: "col", class: at === 1 ? "rft__number" : "" }, name))));
  return h("section", { class: "rft-grader__cheats", "aria-label": "Cheats", test: "cheats", tabindex: 0 }, h("table", { class: "rft__table" }, h("caption", { class: "rft__note" }, found.passed ? "No cheat gets a reward" : "Cheats that get a reward: training would find them, too"), head, h("tbody", {}, found.probes.map(row))));
}

/** What was typed as JSON where it is some, else as words; nothing is null. */
function parsed(said: string): unknown {
  if (said.trim() === "") return null;
  try {
    return JSON.parse(said);
  } catch {
    return said;
  }
}

export default widget("grader", (body, host: View) => void new Builder(body, host));
