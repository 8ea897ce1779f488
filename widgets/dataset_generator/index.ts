// From an idea to a dataset: the conversation with the checklist beside it, the cards, the whole set.
import { byKey, h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm } from "../shared/fields.ts";
import { money } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Shared } from "../shared/host.ts";
import { modelChoice, type ModelRow } from "../shared/models.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import { beside, checklist, type ListActs } from "./checklist.ts";
import { KEYS, type Analysis, type Field, type Form, type Offer, type Step, type Talk, type View, type Writer, type Written } from "./model.ts";
import { analysis, promptForm, type Draft } from "./prompt.ts";
import { answerField, before, question, sending, type TalkActs } from "./talk.ts";
import { form, offer, paid, sets, type SetActs } from "./whole.ts";
import "./index.css";

export interface DatasetGeneratorModel extends Shared {
  step: Step;
  talk: Talk;
  checklist: Field[];
  analysis: Analysis;
  model: Writer;
  models: ModelRow[];
  cards: string | null;
  form: Form;
  offer: Offer;
  refusal: string;
  written: Written[];
  workbench: { widget: string; python: string } | null;
  work: Work;
  done: Done;
}

const STEPS: readonly { step: Step; title: string; key: string; python: string }[] = [
  { step: "requirements", title: "Requirements", key: "r", python: "session.answer('…'); session.requirements" },
  { step: "samples", title: "Samples", key: "s", python: "" },
  { step: "set", title: "The whole set", key: "w", python: "" },
];

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly wanted = h("section", { class: "rft-idea__wanted", "aria-label": "Requirements", test: "requirements" });
  private readonly samples = h("section", { "aria-label": "Samples", test: "samples" });
  private readonly whole = h("section", { class: "rft-idea__whole", "aria-label": "The whole set", test: "set-part" });
  private readonly end = h("div", {});
  private readonly said = h("div", {});
  private readonly asked = h("div", {});
  private readonly send = h("div", { class: "rft__line" });
  private readonly begin = h("div", {});
  private readonly list = h("div", { class: "rft-idea__right" });
  private readonly typed = answerField((text) => void this.say(text));
  private readonly draft: Draft = { prompt: "", file: "", record: "" };
  private readonly chosen = h("div", {});
  private readonly page = h("div", { class: "rft-idea__page" });
  private editing: ListActs["editing"] = null;
  private leader = false;
  private openPrompt = false;
  private openModel = false;
  private shownCards = "";
  private shownPage = "";
  private shownLines = -1;
  private shown: Step | "" = "";
  private waiting: (() => void)[] = [];

  constructor(root: HTMLElement, private readonly host: View) {
    const left = h("div", { class: "rft-idea__left" }, this.begin, this.said, this.asked, ...(host.live ? [this.typed.node, this.send] : []));
    this.wanted.append(left, this.list);
    const panel = h("div", { class: "rft__panel", test: "generator" }, this.top, this.chosen, this.wanted, this.samples, this.whole, this.page, this.end);
    root.append(panel);
    panel.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    host.onChange(["talk", "step", "work", "done", "model", "models", "form", "written", "checklist"], () => this.draw());
    host.onChange(["analysis"], () => this.drawPrompt());
    host.onChange(["work"], () => this.waiting.splice(0).forEach((ended) => ended()));
    host.onChange(["offer", "refusal"], () => this.drawSet());
    host.onChange(["cards", "step"], () => this.drawCards());
    host.onChange(["workbench"], () => this.drawPage());
    this.draw();
    this.drawPrompt();
    this.drawCards();
    this.drawPage();
  }

  private ask(act: string, options: Record<string, unknown> = {}): Promise<boolean> {
    let done = false;
    return run(null, async () => {
      await this.host.ask(act, options);
      done = true;
    }).then(() => done);
  }

  private get busy(): boolean {
    return this.host.get("work") !== null;
  }

  /** Wait until the last answer was read; what is meant for a question that is no longer open then stays where it was typed. */
  private async stillAsked(): Promise<boolean> {
    const asked = this.host.get("talk").question.text;
    while (this.busy) await new Promise<void>((ended) => this.waiting.push(ended));
    return this.host.get("talk").question.text === asked;
  }

  private get step(): Step {
    return this.host.get("step");
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private draw(): void {
    const { host, step } = this;
    const keys = host.live && step !== "samples" && keysLink(() => help(this.top, KEYS));
    redraw(this.top, heading("From an idea to a dataset", this.cost(), keys), this.steps(), this.status());
    this.drawModel();
    this.wanted.hidden = step !== "requirements";
    this.samples.hidden = step !== "samples";
    this.whole.hidden = step !== "set";
    if (step === "requirements") this.drawTalk();
    if (step === "set") this.drawSet();
    const line = step === "set" ? host.get("form").python : (STEPS.find((one) => one.step === step)?.python ?? "");
    redraw(this.end, step !== "samples" && python(line)); // the cards say their own
    if (this.shown !== "" && this.shown !== step && host.live) this.enter();
    this.shown = step;
  }

  /** The focus goes to where the next thing is done. */
  private enter(): void {
    const to = { requirements: this.typed.field, samples: this.samples.querySelector<HTMLElement>("button, [tabindex='0']"), set: byKey(this.whole, "count") }[this.step];
    if (this.top.contains(this.top.ownerDocument.activeElement)) return; // who walks along the steps stays there
    to?.focus({ preventScroll: true });
  }

  private status(): Child {
    const work = this.host.get("work");
    if (work !== null && work.name !== "write") return h("p", { class: "rft__note", role: "status", test: "thinking" }, `${work.name === "prompt" ? "Reading the prompt" : "Reading your answer"}, by ${this.host.get("model").name}…`);
    return status(this.host, "records");
  }

  private cost(): Child {
    const { cost_usd: cost, cap_usd: cap, offline } = this.host.get("model");
    if (offline) return null;
    return `conversation and samples: ${paid(cost)}${cap === null ? "" : ` of at most ${money(cap)}`}`;
  }

  private steps(): HTMLElement {
    const talk = this.host.get("talk");
    const { required, required_total: of } = talk.progress;
    const written = this.host.get("written")[0];
    const notes: Record<Step, string> = {
      requirements: talk.confirmed ? "confirmed" : `${required} of ${of}`,
      samples: talk.rounds > 0 ? `round ${talk.rounds}` : talk.confirmed ? "five at a time" : "after you confirm",
      set: written === undefined ? "10 to 1,000 records" : `${written.written.toLocaleString("en-US")} written`,
    };
    const items = STEPS.map(({ step, title }, at) => {
      const here = step === this.step;
      const body = [h("b", {}, `${at + 1} ${title}`), h("span", { class: "rft__note" }, notes[step])];
      const attributes = { class: "rft-idea__step", test: `step-${step}`, key: `step ${step}`, ...(here ? { "aria-current": "step" } : {}) };
      return h("li", {}, this.host.live ? h("button", { ...attributes, type: "button", on: { click: () => void this.ask("go", { step }) } }, body) : h("span", attributes, body));
    });
    return h("nav", { "aria-label": "Parts" }, h("ol", { class: "rft-idea__steps", test: "steps" }, items));
  }

  private drawModel(): void {
    const { host } = this;
    const now = host.get("model");
    const able = now.ability !== null && !now.ability.answers && host.get("talk").progress.required === host.get("talk").progress.required_total;
    const told = able && now.ability !== null && h("p", { class: "rft__status rft__status--near rft-idea__wrap", test: "cannot" }, `▿ ${now.ability.sentence}.`);
    if (!host.live) return redraw(this.chosen, h("p", { class: "rft__note" }, `written by ${now.name}`), told);
    const change = (wanted: { name: string; base_url: string | null; prices: [number, number] | null }): void =>
      void this.ask("use_model", { model: wanted.name, base_url: wanted.base_url, price_in: wanted.prices?.[0] ?? null, price_out: wanted.prices?.[1] ?? null });
    const line = h("summary", { test: "model-line", key: "model-line" }, h("span", { class: "rft__note" }, "asked and written by "), h("span", { test: "model-now" }, now.name), now.offline && h("span", { class: "rft__note" }, " – rules without a key, no language model"));
    const fold = h("details", { open: this.openModel }, line, this.openModel && modelChoice(now, host.get("models"), change));
    fold.addEventListener("toggle", () => {
      if (fold.open === this.openModel) return;
      this.openModel = fold.open;
      if (fold.open && host.get("models").length === 0) void this.ask("list_models");
      this.drawModel();
    });
    redrawForm(this.chosen, fold, told);
  }

  private get talkActs(): TalkActs {
    return { live: this.host.live, busy: this.busy, say: (text) => void this.say(text), onward: () => void this.ask("go", { step: "samples" }) };
  }

  private drawTalk(): void {
    const talk = this.host.get("talk");
    const lines = talk.lines.length + talk.more;
    if (lines !== this.shownLines) {
      redraw(this.said, before(talk));
      const box = this.said.firstElementChild;
      if (box !== null) box.scrollTop = box.scrollHeight; // the latest is what one reads
      this.shownLines = lines;
    }
    redraw(this.asked, question(talk, this.talkActs));
    redraw(this.send, sending(talk, this.talkActs, () => void this.say(this.typed.field.value)));
    this.drawList();
  }

  private drawList(): void {
    const acts: ListActs = {
      live: this.host.live,
      editing: this.editing,
      edit: (field) => void this.edit(field),
      save: (name, text) => void this.write(name, text),
      cancel: () => this.stopEditing(),
      clear: (name) => void this.ask("edit", { field: name, value: "" }),
    };
    const talk = this.host.get("talk");
    redrawForm(this.list, checklist(this.host.get("checklist"), talk, acts), beside(talk));
    const first = this.list.querySelector<HTMLElement>("[data-testid=field][tabindex]");
    if (first !== null && this.list.querySelector("[data-testid=field][tabindex='0']") === null) first.tabIndex = 0;
  }

  private drawPrompt(): void {
    const { host } = this;
    const found = host.get("analysis");
    if (!host.live) return redraw(this.begin, found !== null && analysis(found));
    const line = h("summary", { test: "prompt-line", key: "prompt-line", class: "rft-idea__fold" }, host.get("talk").prompt ? "Read another prompt" : "Begin with a prompt you already have");
    const fold = h("details", { open: this.openPrompt, test: "prompt-part" }, line, promptForm(this.draft, this.busy, () => void this.analyze()));
    fold.addEventListener("toggle", () => (this.openPrompt = fold.open));
    redrawForm(this.begin, fold, found !== null && analysis(found));
  }

  private drawSet(): void {
    const { host } = this;
    const [now, writer] = [host.get("form"), host.get("model")];
    const acts: SetActs = {
      live: host.live,
      busy: this.busy,
      set: (part) => void this.ask("set_form", part),
      write: () => void this.ask("write"),
      open: () => void this.ask("open_workbench"),
      opened: host.get("workbench") !== null,
      writing: host.get("work")?.name === "write",
      first: now.begun || host.get("written").length === 0,
    };
    const waits = !host.get("talk").confirmed && h("p", { class: "rft__empty", test: "set-waits" }, "The set waits until the requirements are confirmed.", host.live && button({ text: "To the requirements", test: "to-requirements", first: true, act: () => void this.ask("go", { step: "requirements" }) }));
    const plan = waits !== false ? [waits] : [host.live && form(now, writer, acts), ...offer(host.get("offer"), host.get("refusal"), now, writer, acts)];
    redrawForm(this.whole, ...plan, sets(host.get("written"), acts));
  }

  // -- widgets inside ---------------------------------------------------------------------------------------------

  private drawCards(): void {
    const reference = this.host.get("cards");
    if (reference === null || reference === this.shownCards || this.step !== "samples") return;
    this.shownCards = reference;
    this.place(reference, this.samples, []);
  }

  private drawPage(): void {
    const opened = this.host.get("workbench");
    if ((opened?.widget ?? "") === this.shownPage) return;
    this.shownPage = opened?.widget ?? "";
    if (this.step === "set") this.drawSet();
    if (opened === null) return redraw(this.page);
    const close = this.host.live && h("p", { class: "rft__line" }, h("button", { class: "rft__link rft__push", type: "button", test: "close-workbench", on: { click: () => void this.ask("close_workbench") } }, "close"));
    this.place(opened.widget, this.page, [close]);
  }

  private place(reference: string, where: HTMLElement, above: Child[]): void {
    const inside = h("div", {});
    redraw(where, above, inside);
    this.host.child(reference, inside, this.host.signal).catch((why: unknown) => redraw(inside, h("p", { class: "rft__error" }, sentence(why))));
  }

  // -- acts -------------------------------------------------------------------------------------------------------

  private async say(text: string): Promise<void> {
    if (this.busy && !(await this.stillAsked())) return;
    const was = this.typed.field.value;
    const done = await this.ask("answer", { text });
    // what was typed stays where it was refused, and so does what was typed meanwhile
    if (done && this.typed.field.value === was) this.typed.field.value = "";
    const kind = this.host.get("talk").question.kind;
    (kind === "confirm" ? byKey(this.asked, "confirm") : kind === "done" ? byKey(this.asked, "to-samples") : this.typed.field)?.focus({ preventScroll: true });
  }

  private async analyze(): Promise<void> {
    if (await this.ask("analyze", { ...this.draft })) {
      Object.assign(this.draft, { prompt: "", file: "", record: "" });
      this.openPrompt = false;
      this.drawPrompt();
      this.typed.field.focus({ preventScroll: true });
    }
  }

  private async edit(field: Field): Promise<void> {
    const text = field.whole ? field.value : String(await this.host.ask("value_of", { field: field.name }));
    this.editing = { name: field.name, text };
    this.drawList();
    byKey(this.list, "edit-text")?.focus({ preventScroll: true });
  }

  private async write(name: string, text: string): Promise<void> {
    if (await this.ask("edit", { field: name, value: text })) this.stopEditing();
  }

  private stopEditing(): void {
    const name = this.editing?.name ?? "";
    this.editing = null;
    this.drawList();
    this.toField(byKey(this.list, `field ${name}`));
  }

  private toField(node: HTMLElement | null): void {
    if (node === null) return;
    for (const other of this.list.querySelectorAll<HTMLElement>("[data-testid=field][tabindex]")) other.tabIndex = other === node ? 0 : -1;
    node.focus({ preventScroll: true });
    node.scrollIntoView?.({ block: "nearest" });
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || !this.host.live || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if ((event.target as Element).closest("dialog") !== null || !this.letter(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private letter(event: KeyboardEvent): boolean {
    const { key } = event;
    if (this.leader) {
      this.leader = false;
      const to = STEPS.find((one) => one.key === key);
      if (to !== undefined) void this.ask("go", { step: to.step });
      return to !== undefined;
    }
    if (key === "g") this.leader = true;
    else if (key === "?") help(this.top, KEYS);
    else if (key === "u" && this.host.get("done")?.undo === true) void this.ask("undo");
    else if (key === "/" && this.step === "requirements") this.typed.field.focus();
    else return this.step === "requirements" && (this.pick(key) || this.inList(event));
    return true;
  }

  private pick(key: string): boolean {
    const choice = /^[1-9]$/.test(key) ? this.host.get("talk").question.choices[Number(key) - 1] : undefined;
    if (choice === undefined) return false;
    void this.say(choice);
    return true;
  }

  private inList(event: KeyboardEvent): boolean {
    const node = event.target as HTMLElement;
    if (node.dataset["testid"] !== "field") return false;
    const all = [...this.list.querySelectorAll<HTMLElement>("[data-testid=field][tabindex]")];
    const at = all.indexOf(node);
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    const field = this.host.get("checklist").find((one) => one.name === node.dataset["name"]);
    if (step !== undefined) this.toField(all[Math.max(0, Math.min(all.length - 1, at + step))] ?? null);
    else if ((event.key === "e" || event.key === "Enter") && field !== undefined) void this.edit(field);
    else if (event.key === "x" && field !== undefined && field.value !== "") void this.ask("edit", { field: field.name, value: "" });
    else return false;
    return true;
  }
}

export default widget("idea", (body, host: View) => void new Panel(body, host));
