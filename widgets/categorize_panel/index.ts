// Topics for records: the run, how sure it is, and the unsure ones decided one by one by keyboard.
import { conversation, type Turn } from "../shared/conversation.ts";
import { dialog } from "../shared/dialog.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty, IMPORT } from "../shared/empty.ts";
import { redrawForm } from "../shared/fields.ts";
import { count, plural } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { topicSearch } from "../shared/topic_search.ts";
import { run, widget } from "../shared/widget.ts";
import { bands, histogram } from "./bands.ts";
import { choices, now, said, type CardActs } from "./card.ts";
import { ENOUGH, FEWEST, KEYS, KINDS, type Card, type Kind, type Offers, type Queue, type State, type Suggested, type Suggestion } from "./model.ts";
import { chosenFrom, line, settings, words, type Chosen } from "./settings.ts";
import "./index.css";

export interface CategorizePanelModel extends Shared {
  work: Work;
  done: Done;
  state: State;
  offers: Offers;
  queue: Queue;
  card: Card | null;
  suggested: Suggested;
  approval: { model: string; sentence: string } | null;
}

type View = Host<CategorizePanelModel>;

const EMPTY = "No records yet: import some, then they can have topics.";
const NO_TOPICS = "No topics yet: find them in the records, take a template or add some, then records can be assigned.";
const NEVER = "Nothing was assigned yet: run it, and every record that fits a topic gets it. What was assigned by hand stays.";

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly form = h("section", { "aria-label": "Settings" });
  private readonly found = h("div", { class: "rft-categorize__overview" });
  private readonly suggested = h("div", {});
  private readonly head = h("div", {});
  private readonly body = h("section", { class: "rft-categorize__card", test: "card", tabindex: 0, key: "card", "aria-label": "The record that is decided now" });
  private readonly end = h("div", {});
  private readonly search = topicSearch((text) => this.find(text), (topic) => void this.assign(topic), () => this.focus());
  private chosen: Chosen;
  private unfolded = false;
  private showSettings: boolean | null = null;
  private busy = false;
  private shownId: string | undefined;
  private thoughtOf = "";

  constructor(root: HTMLElement, private readonly host: View) {
    this.chosen = chosenFrom(host.get("state"));
    const queue = h("section", { class: "rft-categorize__queue", "aria-label": "Queue" }, this.head, this.body);
    const panel = h("div", { class: "rft__panel", test: "panel" }, this.top, this.form, this.found, this.suggested, queue, this.end);
    root.append(panel);
    panel.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    host.onChange(["state", "work", "done", "approval"], () => this.draw());
    host.onChange(["suggested"], () => redraw(this.suggested, this.suggestions()));
    host.onChange(["offers"], () => this.drawForm());
    host.onChange(["queue", "card"], () => this.drawQueue());
    this.draw();
    this.drawQueue();
  }

  private get state(): State {
    return this.host.get("state");
  }

  private get ready(): boolean {
    return this.state.total > 0 && this.state.topics > 0;
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  // -- the run ----------------------------------------------------------------------------------------------------

  private draw(): void {
    const { host, state } = this;
    const idle = host.live && this.ready && host.get("work") === null;
    const start = idle && button({ text: this.chosen.all ? "Categorize all again" : "Categorize", test: "categorize-run", first: state.unassigned > 0 || this.chosen.all, act: () => this.run() });
    const note = state.last === "" ? "not run yet" : `last run ${state.last} UTC`;
    redraw(this.top, heading("Categorize", state.total > 0 && note, start), status(host, "records"), this.approval(), this.empty());
    this.drawForm();
    redraw(this.found, this.ready && state.total > state.unassigned && [bands(state, host.get("queue"), host.live ? (kind) => this.choose(kind) : null), this.sure()]);
    redraw(this.suggested, this.suggestions());
    this.drawHead();
  }

  private run(): void {
    const { all, method, model, embedder } = this.chosen;
    void run(null, async () => {
      await this.host.ask("categorize", { all, method, model, embedder });
      this.chosen = { ...this.chosen, all: false };
      this.draw();
    });
  }

  private approval(): Child {
    const waits = this.host.get("approval");
    if (waits === null) return null;
    const yes = this.host.live && button({ text: "Ask the model", test: "approve", first: true, act: () => this.ask("approve") });
    const no = this.host.live && button({ text: "Do not", test: "refuse", act: () => this.ask("refuse") });
    return h("div", { class: "rft__told", role: "status", test: "approval" }, h("span", {}, `${waits.sentence} Nothing was sent yet.`), h("span", { class: "rft__push rft__line" }, yes, no));
  }

  private empty(): Child {
    const { state } = this;
    if (this.ready && state.last !== "") return null;
    if (this.ready && state.total > state.unassigned) return null;
    const text = state.total === 0 ? EMPTY : state.topics === 0 ? NO_TOPICS : NEVER;
    const how = state.total === 0 ? IMPORT : state.topics === 0 ? "ds.discover_topics()" : "";
    return empty(text, { python: how, refresh: this.host.live && !this.ready && (() => this.ask("refresh")) });
  }

  private drawForm(): void {
    this.form.hidden = !this.host.live || !this.ready;
    const fields = h("div", { class: "rft-categorize__settings" }, settings(this.state, this.host.get("offers"), this.chosen, (part) => this.set(part)));
    const summary = h("summary", { class: "rft__note", test: "settings", key: "settings" }, `Settings: ${words(this.chosen)}`);
    const fold = h("details", { open: this.shownSettings }, summary, fields);
    fold.addEventListener("toggle", () => (this.showSettings = fold.open));
    if (!this.form.hidden) redrawForm(this.form, fold);
    redraw(this.end, this.ready && python(line(this.chosen)));
  }

  private get shownSettings(): boolean {
    return this.showSettings ?? this.state.last === "";
  }

  private set(part: Partial<Chosen>): void {
    this.chosen = { ...this.chosen, ...part };
    if (this.chosen.method.includes("llm") && this.host.get("offers").models.length === 0) this.ask("list_models");
    this.draw();
  }

  private sure(): Child {
    const { histogram: counts, run: told } = this.state;
    if (!counts.some((one) => one > 0)) return null;
    return h("div", {}, histogram(counts), h("p", { class: "rft__note", test: "calibration" }, "Confidence of what was not decided by hand. ", told));
  }

  private suggestions(): Child {
    const found = this.host.get("suggested");
    const { unassigned } = this.state;
    if (!this.ready || (found === null && (unassigned < FEWEST || !this.host.live))) return null;
    if (found === null) return h("p", { class: "rft__line" }, `${plural(unassigned, "record")} without a topic may have something in common.`, button({ text: "Suggest new topics", test: "suggest", title: "ds.suggest_topics()", act: () => this.ask("suggest") }));
    const looking = found.state === "looking" && h("p", { class: "rft__note", role: "status" }, "Looking for what they have in common…");
    const none = found.state === "found" && found.topics.length === 0 && h("p", { class: "rft__note", test: "no-suggestion" }, "They have too little in common for a new topic.");
    const title = h("h3", { class: "rft__head" }, "New topics that unassigned records suggest");
    return h("section", { "aria-label": "Suggested topics", test: "suggestions" }, title, looking, none, h("ul", { class: "rft__list" }, found.topics.map((one) => this.suggestion(one))));
  }

  private suggestion(one: Suggestion): HTMLElement {
    const add = this.host.live && h("button", { class: "rft__link", type: "button", test: "add-topic", key: `add ${one.name}`, title: "Add it with its records; undo takes it back", on: { click: () => this.ask("add_topic", { name: one.name }) } }, "add it");
    const words = h("span", { class: "rft__note" }, ` ${plural(one.count, "record")}: ${one.keywords.join(", ")} `);
    const said = one.samples.map((text) => h("div", { class: "rft__note rft-categorize__sample", dir: "auto" }, `“${text}”`));
    return h("li", { test: "suggestion" }, h("b", { dir: "auto" }, one.name), words, add, said);
  }

  // -- the queue --------------------------------------------------------------------------------------------------

  private choose(kind: Kind): void {
    void run(null, async () => {
      await this.host.ask("choose_queue", { kind });
      this.focus();
    });
  }

  private drawQueue(): void {
    this.drawHead();
    const card = this.host.get("card");
    if (card?.id !== this.shownId) this.busy = false;
    this.shownId = card?.id;
    this.body.hidden = card === null;
    if (card === null) return redraw(this.body);
    const focused = this.body.contains(this.body.ownerDocument.activeElement);
    const acts = this.acts(card);
    const mark = card.decided && h("span", { class: "rft__status rft__status--ok", test: "decided" }, "✓ decided");
    const left = h("div", { class: "rft-categorize__left" }, h("div", { class: "rft__line" }, h("h3", { class: "rft-categorize__id", test: "record-id", dir: "auto" }, card.id), mark, now(card)), said(card, acts));
    const right = h("div", { class: "rft-categorize__right" }, choices(card, acts), this.host.live && this.below());
    redraw(this.body, left, right);
    // the button that was pressed is gone with its record
    if (focused && !this.body.contains(this.body.ownerDocument.activeElement)) this.focus();
    if (this.host.live && !card.known && this.thoughtOf !== card.id) {
      this.thoughtOf = card.id;
      this.ask("think");
    }
  }

  private acts(card: Card): CardActs {
    return {
      live: this.host.live,
      open: this.unfolded,
      assign: (topic) => void this.assign(topic),
      unfold: (open) => (this.unfolded = open),
      whole: () => this.whole(card.id),
    };
  }

  private below(): HTMLElement {
    const small = (text: string, test: string, title: string, act: () => void): HTMLElement => h("button", { class: "rft__link", type: "button", test, key: test, title, on: { click: act } }, text);
    return h(
      "div",
      { class: "rft__line rft-categorize__below" },
      this.search.node,
      small("leave unassigned", "leave", "Leave it unassigned; no run assigns it (0)", () => void this.assign(null)),
      small("skip", "skip", "It comes again at the end (s)", () => void this.act("skip")),
      small("‹", "previous", "Previous record (k)", () => void this.act("step", { by: -1 })),
      small("›", "next", "Next record (j)", () => void this.act("step", { by: 1 })),
      keysLink(() => help(this.body, KEYS)),
    );
  }

  private drawHead(): void {
    const queue = this.host.get("queue");
    const { state, host } = this;
    if (!this.ready || (queue.total === 0 && state.total === state.unassigned && state.last === "")) return redraw(this.head);
    const name = KINDS.find((one) => one.kind === queue.kind)?.name ?? queue.kind;
    const far = queue.total > 0 && h("progress", { class: "rft-categorize__far", "aria-label": "Decided" });
    if (far !== false) Object.assign(far, { max: queue.total, value: queue.decided });
    const skipped = queue.skipped > 0 ? `, ${count(queue.skipped)} skipped` : "";
    const words = queue.total > 0 && h("span", { class: "rft__note", test: "queue-progress" }, `${count(queue.decided)} of ${count(queue.total)} decided${skipped}`);
    const title = h("h3", { class: "rft__head rft-categorize__title", test: "queue-name" }, queue.kind === "review" ? "Review" : `Review: ${name}`, queue.topic !== "" && h("span", { class: "rft__note" }, ` ${queue.topic}`));
    redraw(this.head, h("div", { class: "rft__line" }, title, far, words, h("span", { class: "rft__push" }, host.live && this.rejudge())), this.none(queue, name));
  }

  private none(queue: Queue, name: string): Child {
    if (queue.left > 0) return null;
    const other = KINDS.find(({ kind }) => kind !== queue.kind && kind !== "high" && this.state[kind] > 0);
    const go = other !== undefined && this.host.live && button({ text: `Go through ${other.name} (${count(this.state[other.kind])})`, test: "next-queue", act: () => this.choose(other.kind) });
    const done = queue.total > 0 ? "✓ All are decided." : `Nothing is ${name}.`;
    return h("p", { class: "rft__empty", test: "queue-empty" }, done, go);
  }

  /** The button that lets what was decided teach the rest. */
  private rejudge(): Child {
    const { corrections, total, by_hand, left_unassigned } = this.state;
    if (corrections < ENOUGH || this.host.get("work") !== null) return null;
    const rest = total - by_hand - left_unassigned;
    const title = "ds.categorize(all=True): what was decided by hand stays and teaches";
    return button({ text: `Judge the other ${count(rest)} again with ${plural(corrections, "decision")}`, test: "rejudge", title, act: () => this.ask("rejudge") });
  }

  private async assign(topic: string | null): Promise<void> {
    const card = this.host.get("card");
    if (card !== null) await this.act("assign", { topic, id: card.id });
  }

  /** One act for what is shown: a key that is pressed before the next record is in sight was not meant for it. */
  private async act(name: string, options: Record<string, unknown> = {}): Promise<void> {
    if (this.busy) return;
    this.busy = true; // until the next record is shown, or the answer is there
    await run(null, () => this.host.ask(name, options));
    this.busy = false;
    this.focus();
  }

  private async find(text: string): Promise<string[]> {
    let found: string[] = [];
    await run(null, async () => {
      found = (await this.host.ask("find_topics", { text })) as string[];
    });
    return found;
  }

  private whole(id: string): void {
    void run(null, async () => {
      const record = (await this.host.ask("open_record", { id })) as { messages: Turn[] };
      const shown = dialog(this.body, `Record ${id}`, () => this.focus());
      shown.content.append(h("h3", { class: "rft__title", dir: "auto" }, id), conversation(record.messages, { last: true }));
    });
  }

  private focus(): void {
    if (!this.body.hidden) this.body.focus({ preventScroll: true });
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
    const card = this.host.get("card");
    if (key === "u" && this.host.get("done")?.undo === true) void this.act("undo");
    else if (key === "?") help(this.top, KEYS);
    else if (card === null || !(event.target instanceof Node) || !this.body.contains(event.target)) return false;
    else if (/^[1-9]$/.test(key)) void this.number(card, Number(key));
    else if (key === "0") void this.assign(null);
    else if (key === "a" && card.topic !== "") void this.assign(card.topic);
    else if (key === "/") this.search.focus();
    else if (["j", "ArrowDown", "ArrowRight"].includes(key)) void this.act("step", { by: 1 });
    else if (["k", "ArrowUp", "ArrowLeft"].includes(key)) void this.act("step", { by: -1 });
    else if (key === "s") void this.act("skip");
    else if (key === "Enter" && event.target === this.body) this.fold();
    else return false;
    return true;
  }

  private async number(card: Card, number: number): Promise<void> {
    const choice = card.choices[number - 1];
    if (choice !== undefined) await this.assign(choice.topic);
  }

  private fold(): void {
    const fold = this.body.querySelector("details");
    if (fold !== null) fold.open = !fold.open;
  }
}

export default widget("categorize", (body, host: View) => void new Panel(body, host));
