// What sanitizing found, by code, with advice; the records behind each code; the check itself.
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty, IMPORT } from "../shared/empty.ts";
import { number, redrawForm, text as textField } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { moveAlong } from "../shared/keys.ts";
import { heading, keep, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { Records, type Listed } from "./records.ts";
import "./index.css";

type Code = { code: string; error: boolean; count: number; share: number; meaning: string; advice: string };
type Options = { max_tokens: number; near_duplicates: number; model: string | null };
type Report = {
  total: number;
  valid: number;
  invalid: number;
  unchecked: number;
  codes: Code[];
  options: Options | null;
  defaults: { max_tokens: number; near_duplicates: number };
  last: string;
  stale: string;
  python: string;
};

export interface SanitizePanelModel extends Shared {
  work: Work;
  done: Done;
  report: Report;
  /** How many near duplicates each threshold would find, once it was asked for. */
  curve: { floor: number; thresholds: number[]; records: number[] } | null;
  /** The code whose records are listed, and the first of them. */
  listed: Listed | null;
}

type View = Host<SanitizePanelModel>;

const NEVER = "Nothing was checked yet: sanitize says which records are valid, and why the others are not. It deletes nothing.";
const EMPTY = "No records yet: import some, then they can be checked.";

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly settings = h("section", { class: "rft-sanitize__settings", "aria-label": "Settings" });
  private readonly found = h("div", { class: "rft-sanitize__found" });
  private readonly list = h("div", {});
  private readonly end = h("div", {});
  private readonly records: Records;
  /** What was chosen for the next run; null is what the last one had. */
  private chosen: Partial<Options> = {};
  private back = "";

  constructor(body: HTMLElement, private readonly host: View) {
    this.records = new Records(host, () => this.leave());
    const panel = h("div", { class: "rft__panel" }, this.top, this.settings, this.found, this.list, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["report"], () => this.follow());
    host.onChange(["work", "done"], () => this.draw());
    host.onChange(["curve"], () => this.drawSettings());
    host.onChange(["listed"], () => this.drawList());
    this.draw();
    this.drawList();
    if (host.live && this.report.options !== null && host.get("curve") === null) this.ask("draw_curve");
  }

  private get report(): Report {
    return this.host.get("report");
  }

  private get options(): Options {
    const { options, defaults } = this.report;
    return { ...defaults, model: null, ...(options ?? {}), ...this.chosen };
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  /** What was chosen is what the report has now, or waits for the next run. */
  private follow(): void {
    const options = this.report.options;
    const waits = Object.entries(this.chosen).filter(([name, value]) => (options?.[name as keyof Options] ?? "") !== value);
    this.chosen = Object.fromEntries(waits);
    this.draw();
  }

  private sanitize(): void {
    const { max_tokens, near_duplicates, model } = this.options;
    void run(null, async () => {
      await this.host.ask("sanitize", { max_tokens, near_duplicates, model: model ?? "" });
      await this.host.ask("draw_curve");
    });
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private draw(): void {
    const report = this.report;
    const live = this.host.live;
    const pressing = report.options === null || report.stale !== "" || Object.keys(this.chosen).length > 0;
    const start = live && report.total > 0 && this.host.get("work") === null && button({ text: report.options === null ? "Sanitize" : "Sanitize again", test: "sanitize-run", first: pressing, act: () => this.sanitize() });
    const checked = report.last === "" ? "not checked yet" : `checked ${report.last} UTC`;
    const stale = report.stale !== "" && h("p", { class: "rft__stale", test: "stale" }, report.stale, " Sanitize again: only those are computed.");
    redraw(this.top, heading("Sanitize", report.total > 0 && checked, start), report.total > 0 && report.options !== null && facts(counts(report)), stale, status(this.host, "records"), this.empty(report));
    this.drawSettings();
    this.drawFound();
    redraw(this.end, live && report.options !== null && this.saving(), report.total > 0 && this.host.get("listed") === null && python(this.line()));
  }

  private empty(report: Report): Child {
    if (report.total > 0 && report.options !== null) return null;
    if (report.total > 0) return empty(NEVER);
    return empty(EMPTY, { python: IMPORT, refresh: this.host.live && (() => this.ask("refresh")) });
  }

  private line(): string {
    const { max_tokens, near_duplicates, model } = this.options;
    const { defaults } = this.report;
    const given = [
      max_tokens !== defaults.max_tokens && `max_tokens=${max_tokens}`,
      near_duplicates !== defaults.near_duplicates && `near_duplicates=${near_duplicates}`,
      model !== null && model !== "" && `model=${JSON.stringify(model)}`,
    ].filter((one) => one !== false);
    return `ds.sanitize(${given.join(", ")})`;
  }

  private drawSettings(): void {
    const report = this.report;
    this.settings.hidden = !this.host.live || report.total === 0;
    if (this.settings.hidden) return;
    const { max_tokens, model } = this.options;
    redrawForm(
      this.settings,
      this.slider(),
      number({ name: "most tokens in a prompt", test: "max-tokens", value: max_tokens, min: 1, step: 1, why: "Longer prompts are invalid; tools are counted too.", change: (value) => this.choose({ max_tokens: value ?? report.defaults.max_tokens }) }),
      textField({ name: "count tokens as this model", test: "model", value: model ?? "", placeholder: "o200k", why: "Name of a model whose tokenizer counts; o200k where it is not known.", change: (value) => this.choose({ model: value }) }),
    );
  }

  private choose(options: Partial<Options>): void {
    this.chosen = { ...this.chosen, ...options };
    this.draw();
  }

  /** The threshold; where the pairs are known, the number moves with it and nothing is computed. */
  private slider(): HTMLElement {
    const curve = this.host.get("curve");
    const now = this.options.near_duplicates;
    const field = h("input", { type: "range", class: "rft-sanitize__slider", test: "near-duplicates", key: "near-duplicates", min: curve === null ? 0.2 : Math.min(curve.floor, now), max: 1, step: 0.01, "aria-label": "Near duplicates from this similarity on" });
    field.value = String(now);
    const told = h("span", { class: "rft__note", test: "near-count", role: "status" }, this.near(now));
    const shown = h("output", { test: "near-value" }, now.toFixed(2));
    field.addEventListener("input", () => {
      shown.textContent = field.valueAsNumber.toFixed(2);
      told.textContent = this.near(field.valueAsNumber);
      this.chosen = { ...this.chosen, near_duplicates: field.valueAsNumber };
    });
    field.addEventListener("change", () => this.draw());
    const why = "Similarity of the user text of two records: shared 5-letter pieces by all of both (Jaccard).";
    const mark = h("abbr", { class: "rft__why", title: why, "aria-label": why, tabindex: 0 }, "?");
    return h("div", { class: "rft-sanitize__near" }, h("span", { class: "rft__field-name" }, "near duplicates from a similarity of ", shown, mark), field, told);
  }

  private near(threshold: number): string {
    const curve = this.host.get("curve");
    const at = curve === null ? -1 : curve.thresholds.findIndex((one) => Math.abs(one - threshold) < 1e-9);
    const found = at >= 0 ? curve?.records[at] : undefined;
    if (found === undefined) return "known after the check";
    const other = this.report.options?.near_duplicates !== threshold;
    return `${plural(found, "record")} would be warned about${other ? "; sanitize again to keep it" : ""}`;
  }

  private drawFound(): void {
    const report = this.report;
    this.found.hidden = this.host.get("listed") !== null || report.options === null || report.total === 0;
    const errors = report.codes.filter((code) => code.error);
    const warnings = report.codes.filter((code) => !code.error);
    const clean = report.codes.length === 0 && h("p", { class: "rft__status--ok", test: "clean" }, "✓ Nothing was found.");
    redraw(this.found, clean, this.table("Errors", "these records are invalid", errors, "far"), this.table("Warnings", "these records stay valid", warnings, "near"));
    moveAlong(this.found, "[data-testid=code]", { open: (item) => item.click() });
  }

  private table(name: string, note: string, codes: readonly Code[], kind: string): HTMLElement | null {
    if (codes.length === 0) return null;
    const head = h("thead", {}, h("tr", {}, ...["code", "records", "share", "what it means"].map((text, at) => h("th", { scope: "col", class: at === 1 || at === 2 ? "rft__number" : "" }, text))));
    return h("section", { "aria-label": name }, h("table", { class: "rft__table rft-sanitize__codes", test: name.toLowerCase() }, h("caption", { class: "rft__note" }, `${name}: ${note}`), head, h("tbody", {}, codes.map((code) => this.row(code, kind)))));
  }

  private row({ code, count: records, share: part, meaning, advice }: Code, kind: string): HTMLElement {
    const words = code.replaceAll("_", " ");
    const mark = h("span", { class: `rft__status rft__status--${kind}`, "aria-hidden": true }, kind === "far" ? "✗ " : "▿ ");
    const open = (): void => {
      this.back = code;
      this.ask("show_code", { code });
    };
    const name = this.host.live ? h("button", { class: "rft__link", type: "button", test: "code", key: `code ${code}`, "data-code": code, title: `Show the ${plural(records, "record")}`, on: { click: open } }, words) : words;
    return h("tr", { test: "code-row", "data-code": code }, h("th", { scope: "row" }, mark, name), h("td", { class: "rft__number" }, count(records)), h("td", { class: "rft__number" }, share(part)), h("td", {}, meaning, advice !== "" && h("div", { class: "rft__note" }, advice)));
  }

  // -- the records of a code --------------------------------------------------------------------------------------

  private drawList(): void {
    const listed = this.host.get("listed");
    const code = this.report.codes.find((one) => one.code === listed?.code);
    this.draw();
    this.records.show(this.list, listed, code === undefined ? "" : `${code.meaning} ${code.advice}`.trim());
  }

  private leave(): void {
    void run(null, async () => {
      await this.host.ask("show_code", {});
      this.found.querySelector<HTMLElement>(`[data-code="${this.back}"] button`)?.focus();
    });
  }

  private saving(): HTMLElement {
    const save = (format: string): HTMLElement => h("button", { class: "rft__link", type: "button", test: `save-${format}`, key: `save-${format}`, title: "Write the report to a file beside the notebook", on: { click: () => this.ask("save_report", { format }) } }, format.toUpperCase());
    const load = (): void =>
      void run(null, async () => keep("sanitize-report.json", String(await this.host.ask("report_text", { format: "json" })), "application/json"));
    const down = h("button", { class: "rft__link", type: "button", test: "download", key: "download", title: "Keep the report as a file of the browser", on: { click: load } }, "Download");
    return h("p", { class: "rft__line" }, h("span", { class: "rft__note" }, "Save the report beside the notebook as "), save("json"), save("csv"), h("span", { class: "rft__note" }, "or"), down);
  }
}

function counts(report: Report): Fact[] {
  const { total, valid, invalid, unchecked } = report;
  const part = (some: number): string => (total > 0 ? share(some / total) : "");
  return [
    { name: "records", value: count(total), test: "total" },
    { name: "valid", value: count(valid), note: part(valid), test: "valid" },
    { name: "invalid", value: count(invalid), note: part(invalid), test: "invalid" },
    ...(unchecked > 0 ? [{ name: "not checked", value: count(unchecked), test: "unchecked" }] : []),
  ];
}

export default widget("sanitize", (body, host: View) => void new Panel(body, host));
