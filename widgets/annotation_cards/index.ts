// Sample cards by keyboard and mouse: read, edit, keep, note on marked words; themes, lines to approve, the next five.
import { byKey, h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm } from "../shared/fields.ts";
import { plural } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button, choices } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { card, type CardActs } from "./card.ts";
import { changes, held, themes, type CodingActs } from "./coding.ts";
import { comparison } from "./comparing.ts";
import { KEYS, type Card, type Cards, type Coding, type Comparison, type Mode, type Note } from "./model.ts";
import { words } from "./passage.ts";
import "./index.css";

export interface AnnotationCardsModel extends Shared {
  cards: Cards;
  coding: Coding;
  comparison: Comparison;
  work: Work;
  done: Done;
}

type View = Host<AnnotationCardsModel>;

const FIRST = "Five samples show whether it was understood. Read them, say what is wrong, and the next five follow what you approve.";

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly list = h("section", { class: "rft-cards__list", "aria-label": "Cards", test: "cards" });
  private readonly below = h("div", { class: "rft-cards__below" });
  private readonly end = h("div", {});
  private here = "";
  private mode: Mode = null;
  private chosen: { card: string; part: "input" | "answer"; passage: string } | null = null;
  private draft: CodingActs["draft"] = null;
  private readonly open = new Set<string>();
  private round = 0;

  constructor(root: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel", test: "cards-panel" }, this.top, this.list, this.below, this.end);
    root.append(panel);
    panel.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    host.onChange(["cards", "coding", "comparison", "work", "done"], () => this.draw());
    this.draw();
  }

  private get cards(): Cards {
    return this.host.get("cards");
  }

  private get now(): Card | undefined {
    return this.cards.cards.find((one) => one.id === this.here);
  }

  private ask(act: string, options: Record<string, unknown> = {}): Promise<boolean> {
    let done = false;
    const asked = run(null, async () => {
      await this.host.ask(act, options);
      done = true;
    });
    return asked.then(() => done);
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private draw(): void {
    const { cards, host } = this;
    if (cards.iteration !== this.round) this.begin(cards);
    if (this.now === undefined) this.here = cards.cards[0]?.id ?? "";
    redraw(this.top, heading("Samples", this.note(), this.rounds(), this.keys()), status(host, "cards"), cards.note !== "" && h("p", { class: "rft__note", test: "cards-note" }, cards.note), this.empty());
    this.drawCards();
    this.drawBelow();
    redraw(this.end, python(cards.iteration === 0 ? "session.samples()" : "session.next_samples()"));
  }

  /** A new round: nothing of the one before is open. */
  private begin(cards: Cards): void {
    this.round = cards.iteration;
    this.mode = this.chosen = this.draft = null;
    this.open.clear();
    this.here = cards.cards[0]?.id ?? "";
  }

  private note(): Child {
    const { iteration, iterations, writer } = this.cards;
    return iteration > 0 && `round ${iteration} of ${iterations}, by ${writer}`;
  }

  private rounds(): Child {
    const { iteration, iterations } = this.cards;
    if (iterations < 2 || !this.host.live) return null;
    const latest = Math.max(1, iterations - 5);
    const values = Array.from({ length: iterations - latest + 1 }, (_, at) => latest + at).map((value) => ({ text: String(value), value, chosen: value === iteration }));
    return choices("round", values, (value) => void this.ask("show_round", { iteration: value }));
  }

  private keys(): Child {
    return this.host.live && this.cards.iteration > 0 && keysLink(() => help(this.top, KEYS));
  }

  private empty(): Child {
    const { iteration, waits } = this.cards;
    if (iteration > 0 || this.host.get("work") !== null) return null;
    const write = this.host.live && waits === "" && button({ text: "Write five samples", test: "write-samples", first: true, act: () => void this.ask("write_samples") });
    return h("p", { class: "rft__empty", test: "empty" }, waits === "" ? FIRST : waits, write);
  }

  private drawCards(): void {
    const focused = this.list.contains(this.list.ownerDocument.activeElement);
    redrawForm(this.list, this.cards.cards.map((one) => card(one, this.acts(one))));
    if (focused && !this.list.contains(this.list.ownerDocument.activeElement)) this.focus();
  }

  private acts(one: Card): CardActs {
    const mode = this.mode?.card === one.id ? this.mode : null;
    return {
      live: this.host.live,
      here: one.id === this.here,
      open: this.open.has(one.id),
      mode,
      chosen: this.chosen?.card === one.id ? this.chosen : null,
      come: () => this.come(one.id),
      decide: (decision) => void this.decide(one, decision),
      edit: () => void this.edit(one),
      note: () => this.compose(one),
      unfold: () => this.unfold(one.id),
      choose: (part, passage) => this.choose(one.id, part, passage),
      save: () => void this.save(),
      cancel: () => this.leave(),
      drop: (note: Note) => void this.ask("delete_note", { id: note.id }),
    };
  }

  private drawBelow(): void {
    const { cards, host } = this;
    const coding = host.get("coding");
    const found = host.get("comparison");
    const acts: CodingActs = {
      live: host.live,
      model: cards.model,
      offline: cards.offline,
      draft: this.draft,
      write: (id, text) => this.write(id, text),
      cancel: () => this.stopWriting(),
      ask: (act, options) => void this.ask(act, options).then((done) => done && this.stopWriting()),
    };
    redrawForm(this.below, cards.iteration > 0 && [themes(coding, acts), changes(coding, acts), held(coding, cards.unfollowed), this.next(coding), found !== null && comparison(found, host.live ? () => void this.ask("hide_comparison") : null)]);
  }

  private next(coding: Coding): Child {
    const { host, cards } = this;
    if (!host.live) return null;
    const work = host.get("work") !== null;
    const open = coding.changes.filter((one) => one.status === "proposed").length;
    const approved = coding.changes.some((one) => one.status === "approved");
    const five = button({ text: "Write the next five", test: "next-samples", first: approved && open === 0 && coding.waiting === 0, act: () => void this.ask("next_samples") });
    five.disabled = work || cards.waits !== "";
    const compare = cards.iterations > 1 && host.get("comparison") === null && button({ text: "Compare with the round before", test: "compare", act: () => void this.ask("compare", { before: Math.max(1, cards.iteration - 1), after: Math.max(2, cards.iteration) }) });
    const told = cards.waits !== "" ? cards.waits : open > 0 ? `${plural(open, "line")} ${open === 1 ? "is" : "are"} not decided and will not be followed.` : "";
    return h("div", { class: "rft__line rft-cards__next" }, five, compare, told !== "" && h("span", { class: "rft__note", test: "next-note" }, told));
  }

  // -- one card ---------------------------------------------------------------------------------------------------

  private come(id: string): void {
    if (id === this.here) return;
    this.here = id;
    for (const node of this.list.querySelectorAll<HTMLElement>("[data-testid=card]")) {
      const is = node.dataset["id"] === id;
      node.dataset["here"] = is ? "yes" : "no";
      node.tabIndex = is ? 0 : -1;
    }
  }

  private focus(): void {
    byKey(this.list, `card ${this.here}`)?.focus({ preventScroll: true });
  }

  private move(by: number): void {
    const all = this.cards.cards;
    const at = Math.max(0, Math.min(all.length - 1, all.findIndex((one) => one.id === this.here) + by));
    this.come(all[at]?.id ?? "");
    const node = byKey(this.list, `card ${this.here}`);
    node?.focus({ preventScroll: true });
    node?.scrollIntoView?.({ block: "nearest" });
  }

  private async decide(one: Card, decision: "keep" | "discard"): Promise<void> {
    await this.ask("decide", { id: one.id, decision: one.decision === decision ? "" : decision });
  }

  private async edit(one: Card): Promise<void> {
    let [input, answer] = [one.input, one.answer ?? ""];
    if (!one.whole) {
      const texts = (await this.host.ask("whole", { id: one.id })) as { input: string; answer: string | null };
      [input, answer] = [texts.input, texts.answer ?? ""];
    }
    this.enter({ kind: "edit", card: one.id, input, answer }, "edit-input");
  }

  private compose(one: Card): void {
    const words = this.chosen?.card === one.id ? this.chosen : null;
    this.enter({ kind: "note", card: one.id, part: words?.part ?? "whole", passage: words?.passage ?? "", draft: "" }, "note-text");
  }

  private enter(mode: Mode, key: string): void {
    if (mode !== null) this.here = mode.card;
    this.mode = mode;
    this.drawCards();
    (byKey(this.list, key) ?? byKey(this.list, `card ${this.here}`))?.focus({ preventScroll: true });
  }

  private leave(): void {
    this.mode = this.chosen = null;
    this.drawCards();
    this.focus();
  }

  private unfold(id: string): void {
    if (!this.open.delete(id)) this.open.add(id);
    this.drawCards();
  }

  private choose(id: string, part: "input" | "answer", passage: string | null): void {
    const before = this.chosen;
    this.chosen = passage === null ? null : { card: id, part, passage };
    if (before === null && passage === null) return;
    // the button beside the card changes; the text stays as it is drawn, and with it the selection
    const one = this.cards.cards.find((found) => found.id === id);
    const old = byKey(this.list, `card ${id}`)?.querySelector("aside");
    if (one === undefined || old === null || old === undefined || this.mode !== null) return;
    const fresh = card(one, this.acts(one)).querySelector("aside");
    if (fresh !== null) old.replaceWith(fresh);
  }

  private async save(): Promise<void> {
    const mode = this.mode;
    if (mode === null || mode.kind === "mark") return;
    const options = mode.kind === "edit" ? { id: mode.card, input: mode.input, answer: mode.answer } : { card: mode.card, note: mode.draft, passage: mode.passage, ...(mode.passage === "" ? {} : { part: mode.part }) };
    const done = await this.ask(mode.kind === "edit" ? "edit_card" : "annotate", options);
    if (done && this.mode === mode) this.leave();
  }

  private write(id: string, text: string): void {
    this.draft = { id, text };
    this.drawBelow();
    byKey(this.below, id.startsWith("theme") ? "theme-name" : "change-line")?.focus({ preventScroll: true });
  }

  private stopWriting(): void {
    const was = this.draft;
    this.draft = null;
    this.drawBelow();
    if (was === null || this.below.contains(this.below.ownerDocument.activeElement)) return;
    const id = was.id.replace(/^\w+ /, "");
    (byKey(this.below, was.id.startsWith("theme") ? `rename ${id}` : `edit-change ${id}`) ?? byKey(this.below, "next-samples"))?.focus({ preventScroll: true });
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || !this.host.live || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const target = event.target as Element;
    if (target.closest("dialog") !== null) return;
    const inside = this.list.contains(target);
    if (!(inside && this.marking(event)) && !this.letter(event, inside)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private letter(event: KeyboardEvent, inside: boolean): boolean {
    const { key } = event;
    const one = this.now;
    if (key === "u" && this.host.get("done")?.undo === true) void this.ask("undo");
    else if (key === "?") help(this.top, KEYS);
    else if (!inside || one === undefined) return false;
    else if (key === "j" || key === "ArrowDown") this.move(1);
    else if (key === "k" || key === "ArrowUp") this.move(-1);
    else if (key === "a") void this.decide(one, "keep");
    else if (key === "x") void this.decide(one, "discard");
    else if (key === "e") void this.edit(one);
    else if (key === "n") this.compose(one);
    else if (key === "m") this.enter({ kind: "mark", card: one.id, part: "input", from: 0, to: 0 }, `card ${one.id}`);
    else if (key === "Enter" && event.target === byKey(this.list, `card ${one.id}`)) this.unfold(one.id);
    else if (key === "Escape") this.leave();
    else return false;
    return true;
  }

  /** Words are marked by arrows; what is marked is noted with Enter. */
  private marking(event: KeyboardEvent): boolean {
    const [mode, one] = [this.mode, this.now];
    if (mode?.kind !== "mark" || one === undefined) return false;
    const text = one[mode.part] ?? "";
    const places = words(text);
    const step = { ArrowRight: 1, l: 1, ArrowLeft: -1, h: -1 }[event.key];
    const far = (at: number): number => Math.max(0, Math.min(places.length - 1, at));
    if (step !== undefined) {
      const to = far(mode.to + step);
      this.enter({ ...mode, to, from: event.shiftKey ? mode.from : to }, `card ${one.id}`);
    } else if (event.key === "Tab" && one.answer !== null) this.enter({ ...mode, part: mode.part === "input" ? "answer" : "input", from: 0, to: 0 }, `card ${one.id}`);
    else if (event.key === "Enter" || event.key === "n") {
      const [first, last] = [places[Math.min(mode.from, mode.to)], places[Math.max(mode.from, mode.to)]];
      if (first === undefined || last === undefined) return true;
      this.enter({ kind: "note", card: one.id, part: mode.part, passage: text.slice(first.start, last.end), draft: "" }, "note-text");
    } else if (event.key === "Escape") this.leave();
    else return event.key !== "?" && event.key.length === 1;
    return true;
  }
}

export default widget("cards", (body, host: View) => void new Panel(body, host));
