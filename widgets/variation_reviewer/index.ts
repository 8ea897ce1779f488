// The review of candidates: one after the other, the next one already in view, fully by keyboard.
import { append, byKey, h, redraw } from "../shared/dom.ts";
import { empty as nothing } from "../shared/empty.ts";
import { keepingFocus } from "../shared/focus.ts";
import { help, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { python } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { card, groupHead } from "./card.ts";
import { chosen, KEYS, type Card, type Choices, type Chosen, type Deck, type Far, type Group, type Impact, type Page, type Run } from "./model.ts";
import { actLine, far, filterLine, impact } from "./top.ts";
import "./index.css";

export interface VariationReviewerModel extends Shared {
  deck: Deck;
  progress: Far;
  impact: Impact;
  choices: Choices;
  run: Run | null;
  approval: { model: string; count: number; sentence: string } | null;
  done: { sentence: string; python: string; undo: boolean } | null;
}

type View = Host<VariationReviewerModel>;

const CHUNK = 60;
/** So many cards before the end of what is there, more are asked for. */
const AHEAD = 15;
/** About the height of the source that stays in sight above the cards. */
const SOURCE = 48;

class Review {
  private readonly far = h("div");
  private readonly impact = h("div");
  private readonly filters = h("div");
  private readonly acts = h("div");
  private readonly list = h("div", { class: "rft-review__list", test: "cards", role: "group", "aria-label": "Candidates" });
  private readonly end = h("div", { class: "rft-review__end" });
  private readonly cards = new Map<number, Card>();
  private groups: Record<string, Group> = {};
  private start = 0;
  private stop = 0;
  private at = 0;
  private going: Promise<void> | null = null;
  private number = -1;
  private editing: string | null = null;
  private odd = false;
  private loading: Promise<void> | null = null;

  constructor(private readonly body: HTMLElement, private readonly host: View) {
    const title = h("h2", { class: "rft__title" }, "Review");
    const top = h("header", { class: "rft-review__top" }, title, this.far, this.impact, this.filters, this.acts);
    append(body, top, this.list, this.end);
    body.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    this.list.addEventListener("scroll", () => this.scrolled(), { signal: host.signal, passive: true });
    host.onChange(["progress", "done", "run", "approval"], () => this.drawTop());
    host.onChange(["impact"], () => this.drawImpact());
    host.onChange(["choices"], () => this.drawFilters());
    host.onChange(["deck"], () => this.show());
    this.drawTop();
    this.drawImpact();
    this.drawFilters();
    this.show();
  }

  private get deck(): Deck {
    return this.host.get("deck");
  }

  private get current(): Card | undefined {
    return this.cards.get(this.at);
  }

  // -- what is there ----------------------------------------------------------------------------------------------

  /** Shows the deck as it is now: where the reader was, or at the first that waits. */
  private show(): void {
    const deck = this.deck;
    if (deck.number === this.number) return;
    const before = this.current?.id;
    this.number = deck.number;
    this.cards.clear();
    this.editing = null;
    this.groups = { ...deck.groups };
    for (const one of deck.cards) this.cards.set(one.place, one);
    this.start = 0;
    this.stop = deck.cards.length;
    const kept = deck.cards.find((one) => one.id === before);
    this.at = kept?.place ?? 0;
    this.drawList();
    if (this.host.live && deck.matching > 0) void this.fill(before === undefined || this.at > 0 ? deck.undecided : Math.min(this.wasAt, deck.matching - 1), before);
  }

  private wasAt = 0;

  /** Reads the cards around a place whole (the first look is clipped) and goes there. */
  private async fill(place: number, id?: string): Promise<void> {
    const from = Math.max(0, Math.min(place, this.deck.matching - 1) - AHEAD);
    const page = await this.page(from, CHUNK);
    if (page === null) return;
    this.cards.clear();
    this.start = this.stop = from;
    this.take(page);
    const same = page.cards.find((one) => one.id === id);
    const focused = this.body.contains(this.body.ownerDocument.activeElement);
    this.at = same?.place ?? place;
    this.drawList();
    this.come(this.at, focused);
  }

  private async page(offset: number, limit: number): Promise<Page | null> {
    let page: Page | null = null;
    await run(null, async () => {
      page = (await this.host.ask("cards", { offset, limit })) as Page;
    });
    const found = page as Page | null;
    return found !== null && found.number === this.number ? found : null;
  }

  private take(page: Page): void {
    this.groups = { ...this.groups, ...page.groups };
    for (const one of page.cards) this.cards.set(one.place, one);
    this.start = Math.min(this.start, page.offset);
    this.stop = Math.max(this.stop, page.offset + page.cards.length);
  }

  /** Reads more cards; where some are being read already, it ends with those. */
  private more(up: boolean): Promise<void> {
    const from = up ? Math.max(0, this.start - CHUNK) : this.stop;
    const length = up ? this.start - from : Math.min(CHUNK, this.deck.matching - this.stop);
    if (this.loading !== null) return this.loading;
    if (length <= 0 || !this.host.live) return Promise.resolve();
    const loading = this.read(up, from, length).finally(() => {
      this.loading = null;
    });
    this.loading = loading;
    return loading;
  }

  private async read(up: boolean, from: number, length: number): Promise<void> {
    const page = await this.page(from, length);
    if (page === null) return;
    const anchor = this.element(this.at);
    const before = anchor?.offsetTop ?? 0;
    this.take(page);
    this.drawList();
    if (up) this.list.scrollTop += (this.element(this.at)?.offsetTop ?? 0) - before;
  }

  private scrolled(): void {
    const { scrollTop, clientHeight, scrollHeight } = this.list;
    if (clientHeight === 0) return;
    if (scrollTop + clientHeight > scrollHeight - 600) void this.more(false);
    else if (scrollTop < 300) void this.more(true);
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private drawTop(): void {
    keepingFocus(this.acts, () => this.fillTop(), () => this.element(this.at)?.focus({ preventScroll: true }));
  }

  private fillTop(): void {
    const told = this.host.get("progress");
    redraw(this.far, told.candidates > 0 && far(told));
    if (!this.host.live || told.candidates === 0) return redraw(this.acts);
    const state = { done: this.host.get("done"), run: this.host.get("run"), approval: this.host.get("approval") };
    redraw(
      this.acts,
      actLine(told, state, {
        add: () => this.ask("add"),
        regenerate: () => this.ask("regenerate"),
        discard: () => void this.decideMany("discard_all", {}),
        undo: () => void this.undo(),
        help: () => help(this.body, KEYS),
        stop: () => this.ask("stop"),
        approve: () => this.ask("regenerate", { model: state.approval?.model }),
        refuse: () => this.ask("refuse"),
      }),
    );
  }

  private drawImpact(): void {
    redraw(this.impact, this.host.get("progress").candidates > 0 && impact(this.host.get("impact")));
  }

  private drawFilters(): void {
    const choices = this.host.get("choices");
    const shown = this.host.live && this.host.get("progress").candidates > 0;
    redraw(this.filters, shown && filterLine(choices, this.deck.matching, (change) => this.choose(change), () => this.ask("choose")));
    redraw(this.end, python(choices.python));
  }

  private drawList(): void {
    const had = this.list.contains(this.body.ownerDocument.activeElement);
    if (this.deck.matching === 0) return redraw(this.list, this.empty());
    const nodes: HTMLElement[] = [];
    let group = "";
    for (let place = this.start; place < this.stop; place++) {
      const one = this.cards.get(place);
      if (one === undefined) continue;
      const its = this.groups[one.group] as Group;
      if (one.group !== group) nodes.push(...groupHead(its, this.odd));
      group = one.group;
      nodes.push(this.draw(one));
    }
    this.list.replaceChildren(...nodes);
    if (had) this.element(this.at)?.focus({ preventScroll: true });
  }

  private empty(): HTMLElement {
    const none = this.host.get("progress").candidates === 0;
    if (none) return nothing("No candidates wait: generate some, then they are reviewed here.", { python: "ds.generate(ds.plan(fill_gaps=True))", refresh: this.host.live && (() => this.ask("refresh")) });
    return h("div", { class: "rft__empty", test: "empty" }, "No candidate matches; choose less.", this.host.live && button({ text: "Show all candidates", test: "show-all", act: () => this.ask("choose") }));
  }

  private draw(one: Card): HTMLElement {
    const editing = this.editing === one.id ? { place: 0, text: one.text, save: (text: string) => void this.save(one, text), cancel: () => this.leave() } : null;
    const node = card(one, this.groups[one.group] as Group, {
      live: this.host.live,
      here: one.place === this.at,
      odd: this.odd,
      editing,
      accept: () => void this.decide("accept"),
      reject: () => void this.decide("reject"),
      edit: () => this.edit(),
      come: () => one.place !== this.at && this.come(one.place, false, false),
    });
    node.setAttribute("role", "article");
    return node;
  }

  private element(place: number): HTMLElement | null {
    return this.list.querySelector<HTMLElement>(`[data-place="${place}"]`);
  }

  private redrawCard(place: number): void {
    const one = this.cards.get(place);
    const old = this.element(place);
    if (one === undefined || old === null) return;
    const had = old.contains(this.body.ownerDocument.activeElement);
    const node = this.draw(one);
    old.replaceWith(node);
    if (had) node.focus({ preventScroll: true }); // else the notebook would take the next letter for a shortcut
  }

  // -- moving -----------------------------------------------------------------------------------------------------

  private come(place: number, focus = true, scroll = true): void {
    const before = this.at;
    this.at = Math.max(0, Math.min(place, this.deck.matching - 1));
    this.wasAt = this.at;
    this.redrawCard(before);
    this.redrawCard(this.at);
    const here = this.element(this.at);
    if (here === null) return;
    if (focus) here.focus({ preventScroll: true });
    if (scroll) this.scrollTo(here);
    if (this.at + AHEAD > this.stop) void this.more(false);
    else if (this.at - AHEAD < this.start) void this.more(true);
  }

  /** Keeps the card in the upper half, so that the next one is in view already. */
  private scrollTo(here: HTMLElement): void {
    const room = this.list.clientHeight;
    const top = here.offsetTop - this.list.scrollTop;
    let group = 0; // the head of its group above it
    for (let above = here.previousElementSibling; above !== null && above.getAttribute("data-testid") !== "card"; above = above.previousElementSibling) group += (above as HTMLElement).offsetHeight;
    if (top - Math.max(group, SOURCE) < 0 || top + here.offsetHeight > room * 0.6) this.list.scrollTop = here.offsetTop - Math.min(room * 0.45, Math.max(group, room * 0.15) + 8);
  }

  private async step(by: number): Promise<void> {
    const place = Math.max(0, Math.min(this.at + by, this.deck.matching - 1));
    if (this.cards.has(place)) return this.come(place);
    await this.fill(place);
    this.come(place);
  }

  /** The next card that waits: below, or the first one above. */
  private async next(): Promise<void> {
    for (let place = this.at + 1; place < this.deck.matching; place++) {
      if (!this.cards.has(place)) {
        await this.loading;
        if (!this.cards.has(place)) await this.more(false);
      }
      if (this.cards.get(place)?.decision === "") return this.come(place);
      if (!this.cards.has(place)) break;
    }
    const above = [...this.cards.values()].filter((one) => one.decision === "" && one.place < this.at).sort((a, b) => a.place - b.place)[0];
    this.come(above?.place ?? this.at);
  }

  // -- deciding ---------------------------------------------------------------------------------------------------

  private async decide(decision: "accept" | "reject"): Promise<void> {
    while (this.going !== null) await this.going; // the next card is being fetched: this decision is meant for it
    const one = this.current;
    if (one === undefined) return;
    const before = one.decision;
    one.decision = decision;
    this.redrawCard(one.place);
    const answer = this.asked(decision, { ids: [one.id] });
    const going = this.next();
    this.going = going;
    await going;
    if (this.going === going) this.going = null;
    if (await answer) return;
    one.decision = before; // refused: the reason is in the error line
    this.redrawCard(one.place);
  }

  private async asked(act: string, options: Record<string, unknown>): Promise<boolean> {
    let ok = false;
    await run(null, async () => {
      await this.host.ask(act, options);
      ok = true;
    });
    return ok;
  }

  private async decideMany(act: string, options: Record<string, unknown>): Promise<number | null> {
    let first: number | null = null;
    await run(null, async () => {
      const told = ((await this.host.ask(act, options)) ?? {}) as { cards?: { id: string; decision: Card["decision"] }[] };
      const said = new Map((told.cards ?? []).map((one) => [one.id, one.decision]));
      for (const one of this.cards.values()) {
        const decision = said.get(one.id);
        if (decision === undefined || decision === one.decision) continue;
        one.decision = decision;
        first = first === null ? one.place : Math.min(first, one.place);
        this.redrawCard(one.place);
      }
    });
    return first;
  }

  private async undo(): Promise<void> {
    const number = this.number;
    const first = await this.decideMany("undo", {});
    if (this.number === number && first !== null) this.come(first);
    else if (this.number === number) await this.fill(this.at, this.current?.id);
  }

  private edit(): void {
    this.editing = this.current?.id ?? null;
    this.redrawCard(this.at);
    byKey(this.list, "edit-text")?.focus();
  }

  private leave(): void {
    this.editing = null;
    this.come(this.at);
  }

  private async save(one: Card, text: string): Promise<void> {
    if (text === one.text) return this.leave();
    await run(null, async () => {
      const page = (await this.host.ask("edit_text", { id: one.id, text })) as Page | undefined;
      for (const changed of page?.cards ?? []) this.cards.set(changed.place, changed);
      this.leave();
      if (page?.cards?.[0]?.valid === true) await this.next(); // what a check found is shown first
    });
  }

  private choose(change: Partial<Chosen>): void {
    this.ask("choose", { ...chosen(this.host.get("choices")), ...change });
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || !this.host.live || event.ctrlKey || event.metaKey || event.altKey) return;
    if (typing(event.target)) {
      if (event.key === "Escape" || (event.key === "Enter" && (event.target as HTMLElement).tagName === "INPUT")) this.element(this.at)?.focus();
      return;
    }
    if (!this.letter(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private letter(key: string): boolean {
    const one = this.current;
    const moves: Record<string, number> = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
    const by = moves[key];
    if (by !== undefined) void this.step(by);
    else if (key === "/") byKey(this.filters, "search")?.focus();
    else if (key === "?") help(this.body, KEYS);
    else if (key === "u") void this.undo();
    else if (key === "w") this.showOdd();
    else if (one === undefined) return false;
    else if (key === "a") void this.decide("accept");
    else if (key === "r") void this.decide("reject");
    else if (key === "e") this.edit();
    else if (key === "n") void this.next();
    else if (key === "x") void this.decideMany("discard_rest", { id: one.id }).then(() => this.next());
    else return false;
    return true;
  }

  private showOdd(): void {
    this.odd = !this.odd;
    this.drawList();
  }
}

export default widget("review", (body: HTMLElement, host: View) => {
  new Review(body, host);
});
