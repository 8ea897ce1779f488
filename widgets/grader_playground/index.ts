// Try a grader on real records: an answer that is stored, one of a model, or one that is typed; and known answers.
import { conversation, type Turn } from "../shared/conversation.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty, IMPORT } from "../shared/empty.ts";
import { redrawForm, select, text as textField, tick } from "../shared/fields.ts";
import { count, score } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Answer = { name: string; text: string; calls: string };
type RecordShown = { id: string; at: number; of: number; talk: Turn[]; fields: { name: string; value: string }[]; answers: Answer[] };
type Graded = { reward: number | null; parts: { name: string; reward: number | null }[]; error: string | null; detail: string | null; explanation: string | null };
type Case = { id: string; level: string; output_text: string };
type Checked = { passed: boolean; in_order: boolean; cases: { level?: string | null; expected?: number | null; reward: number | null; passed: boolean; error?: string | null }[] };

export interface GraderPlaygroundModel extends Shared {
  work: Work;
  done: Done;
  /** The record in view with its answers. */
  record: RecordShown | null;
  grader_name: string;
  asks: string[];
  graded: Graded | null;
  cases: Case[];
  checked: Checked | null;
  python: string;
}

type View = Host<GraderPlaygroundModel>;

const EMPTY = "No records yet: import some, then a grader can be tried on them.";
const LEVELS = [
  { value: "perfect", text: "perfect, about .9" },
  { value: "mediocre", text: "mediocre, about .5" },
  { value: "terrible", text: "terrible, about .1" },
];

class Playground {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly prompt = h("section", { class: "rft-play__prompt", "aria-label": "Record" });
  private readonly answer = h("section", { class: "rft__panel", "aria-label": "Answer" });
  private readonly grade = h("div", { "aria-live": "polite" });
  private readonly known = h("section", { class: "rft__panel", "aria-label": "Answers of known quality" });
  private readonly end = h("div", {});
  private text = "";
  private calls = "";
  private level = "perfect";
  private approved = false;
  private shown = "";

  constructor(body: HTMLElement, private readonly host: View) {
    const two = h("div", { class: "rft-play__two" }, this.prompt, h("div", { class: "rft__panel" }, this.answer, this.grade));
    body.append(h("div", { class: "rft__panel" }, this.top, two, this.known, this.end));
    host.onChange(["record", "grader_name", "asks", "graded", "cases", "checked", "work", "done"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private draw(): void {
    const record = this.host.get("record");
    const name = this.host.get("grader_name");
    redraw(this.top, heading("Playground", name === "" ? "no grader chosen" : `tries ${name}`, record !== null && this.host.live && this.walk(record)), status(this.host, ""), record === null && empty(EMPTY, { python: IMPORT }));
    if (record !== null && record.id !== this.shown) this.take(record.answers[0], record.id);
    this.drawRecord(record);
    this.drawAnswer(record);
    redraw(this.grade, graded(this.host.get("graded")));
    this.drawKnown(record);
    redraw(this.end, record !== null && python(this.host.get("python")));
  }

  private take(answer: Answer | undefined, id: string): void {
    this.shown = id;
    this.text = answer?.text ?? "";
    this.calls = answer?.calls ?? "";
  }

  private walk(record: RecordShown): Child {
    const go = (text: string, test: string, act: string, options: Record<string, unknown>): HTMLElement => button({ text, test, act: () => this.ask(act, options) });
    return h("span", { class: "rft__line" }, h("span", { class: "rft__note", test: "place" }, `record ${count(record.at)} of ${count(record.of)}`), go("Back", "back", "go", { step: -1 }), go("Next", "next", "go", { step: 1 }), go("Any", "any", "any_record", {}));
  }

  private drawRecord(record: RecordShown | null): void {
    this.prompt.hidden = record === null;
    if (record === null) return;
    const rows = record.fields.map(({ name, value }) => h("div", {}, h("dt", {}, `item.${name}`), h("dd", { dir: "auto" }, value)));
    redraw(this.prompt, conversation(record.talk, { last: true, lines: 12 }), rows.length > 0 && h("dl", { class: "rft-play__fields", test: "fields" }, rows));
  }

  private drawAnswer(record: RecordShown | null): void {
    this.answer.hidden = record === null || !this.host.live;
    if (record === null || !this.host.live) return;
    const asks = this.host.get("asks");
    const from = record.answers.length > 0 && select({ name: "take an answer", test: "answers", value: "", options: [{ value: "", text: "choose" }, ...record.answers.map((one, at) => ({ value: String(at), text: one.name }))], change: (at) => this.put(record.answers[Number(at)], at) });
    const said = textField({ name: "the model's answer", test: "answer", value: this.text, rows: 6, change: (text) => (this.text = text) });
    const calls = textField({ name: "its tool calls, as JSON", test: "calls", value: this.calls, rows: this.calls === "" ? 1 : 5, placeholder: "none", change: (text) => (this.calls = text) });
    const approve = asks.length > 0 && tick({ name: `I approve asking ${asks.join(", ")}`, test: "approve", checked: this.approved, change: (on) => (this.approved = on) });
    const grade = button({ text: "Grade", test: "grade", first: true, act: () => this.ask("grade", { ...this.typed(), approved: this.approved }) });
    redrawForm(this.answer, from, said, calls, approve, h("p", {}, grade));
  }

  private put(answer: Answer | undefined, at: string): void {
    if (at === "" || answer === undefined) return;
    this.take(answer, this.shown);
    this.draw();
  }

  /** What stands in the fields now, whether they were left or not. */
  private typed(): { text: string; calls: string } {
    const value = (test: string): string => this.answer.querySelector<HTMLTextAreaElement>(`[data-testid="${test}"]`)?.value ?? "";
    this.text = value("answer");
    this.calls = value("calls");
    return { text: this.text, calls: this.calls };
  }

  private drawKnown(record: RecordShown | null): void {
    this.known.hidden = record === null || !this.host.live;
    if (record === null || !this.host.live) return;
    const cases = this.host.get("cases");
    const checked = this.host.get("checked");
    const row = (one: Case, at: number): HTMLElement => {
      const found = checked?.cases[at];
      const mark = found !== undefined && h("span", { class: `rft__status rft__status--${found.passed ? "ok" : "far"}` }, found.passed ? "✓" : "✗", ` ${score(found.reward)}`);
      return h("tr", { test: "case" }, h("th", { scope: "row" }, one.level), h("td", { dir: "auto", class: "rft-play__said" }, one.output_text), h("td", {}, mark), h("td", {}, h("button", { class: "rft__link", type: "button", key: `remove ${at}`, "aria-label": `take out answer ${at + 1}`, on: { click: () => this.ask("remove_case", { at }) } }, "take out")));
    };
    const level = select({ name: "this answer is", test: "level", value: this.level, options: LEVELS, change: (value) => (this.level = value) });
    const keep = button({ text: "Keep as known", test: "add-case", act: () => this.ask("add_case", { level: this.level, ...this.typed() }) });
    const check = cases.length > 0 && button({ text: "Check known answers", test: "check-cases", act: () => this.ask("check_cases", { approved: this.approved }) });
    const order = checked !== null && h("p", { class: `rft__status rft__status--${checked.passed && checked.in_order ? "ok" : "far"}`, role: "status", test: "checked" }, checked.passed && checked.in_order ? "✓ all as expected, better ones above worse ones" : checked.in_order ? "✗ some are not as expected" : "✗ some better ones are below worse ones");
    redrawForm(this.known, h("h3", { class: "rft__head" }, "Answers of known quality"), cases.length > 0 && h("table", { class: "rft__table" }, h("tbody", {}, cases.map(row))), order, h("div", { class: "rft-play__row" }, level, keep, check));
  }
}

/** The reward with its parts, or the error that took its place. */
function graded(found: Graded | null): Child {
  if (found === null) return null;
  if (found.error !== null) return h("p", { class: "rft__error", test: "grade-error" }, `${found.error.replaceAll("_", " ")}: ${found.detail ?? "the grader could not say anything"}`);
  const part = ({ name, reward }: { name: string; reward: number | null }): HTMLElement => h("div", { class: "rft-play__bar" }, h("span", {}, name.replaceAll("_", " ")), h("span", { class: "rft-play__track" }, h("span", { class: "rft-play__fill", style: { width: `${(100 * Math.max(0, Math.min(1, reward ?? 0))).toFixed(1)}%` } })), h("b", {}, score(reward)));
  const why = found.explanation !== null && h("p", { class: "rft__note rft-play__said" }, found.explanation);
  return h("div", { class: "rft-play__grade", test: "graded" }, part({ name: "reward", reward: found.reward }), found.parts.map(part), why);
}

export default widget("play", (body, host: View) => void new Playground(body, host));
