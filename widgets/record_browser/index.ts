// All records: a search, filters, a table of any length, one record open beside it.
import type { Edit } from "../shared/conversation.ts";
import { append, byKey, h, redraw, type Child } from "../shared/dom.ts";
import { keepingFocus } from "../shared/focus.ts";
import { count, plural } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { python } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { Table } from "../shared/table.ts";
import { run, widget } from "../shared/widget.ts";
import { columns } from "./columns.ts";
import { assignField, searchField } from "./inputs.ts";
import { empty, filterLine, filters, filtered } from "./filters.ts";
import { KEYS, lastUser, type Filters, type Found, type Offers, type Opened, type Shown } from "./model.ts";
import { record } from "./record.ts";
import "./index.css";

export interface RecordBrowserModel extends Shared {
  view: Shown;
  /** What there is to filter by; empty until it was counted. */
  offers: Offers;
  selection: { count: number; matching: number };
  /** Id of the record that is open. */
  opened: string;
  done: { sentence: string; python: string; undo: boolean } | null;
  /** Records that variations are wanted of; for who shows a generation beside the browser. */
  generation: { ids: string[]; count: number; number: number } | null;
}

type View = Host<RecordBrowserModel>;

type Rated = { stars: number; parts: Record<string, number>; sample: number };

const HEIGHT = 16;

class Browser {
  private readonly table: Table<Found>;
  private readonly top = h("header", { class: "rft-records__top" });
  private readonly bar = h("div", { class: "rft__line rft-records__bar", test: "bar" });
  private readonly list = h("div", { class: "rft-records__list" });
  private readonly side = h("div", { class: "rft-records__side" });
  private readonly split = h("div", { class: "rft-records__split" });
  private readonly end = h("div", { class: "rft__line rft-records__end" });
  /** Stars that were worked out for what was in sight; null where there is nothing to rate, or not yet. */
  private readonly rated = new Map<string, Rated | null>();
  private opened: Opened | null = null;
  private editing: number | null = null;
  private odd = false;
  private shown = "";
  private busy = "";

  constructor(private readonly body: HTMLElement, private readonly host: View) {
    this.table = new Table<Found>(
      {
        name: "Records",
        test: "records",
        columns: (width) => columns(width, { live: host.live, stars: (row) => row.stars ?? this.rated.get(row.id)?.stars }),
        height: HEIGHT,
        order: () => ({ column: this.view.sort, descending: this.view.descending }),
        opened: () => this.host.get("opened"),
        fetch: async (offset, limit) => ((await this.host.ask("rows", { offset, limit })) as { rows: Found[] }).rows,
        open: (row) => void this.open(row.id),
        sort: ({ column, descending }) => this.wait("Sorting…", this.host.ask("sort_by", { column, descending })),
        select: (first, last, mode) => this.ask("select", { first, last, mode }),
        drawn: (rows) => this.rate(rows),
        moved: (row) => this.opened !== null && void this.open(row.id, false),
      },
      host.signal,
    );
    append(this.list, this.table.node);
    append(this.split, this.list, this.side);
    append(body, this.top, this.bar, this.split, this.end);
    body.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    host.onChange(["view"], () => this.show());
    host.onChange(["offers"], () => this.drawTop());
    host.onChange(["selection", "done"], () => this.drawBar());
    host.onChange(["opened"], () => this.follow());
    this.show();
    if (host.live && this.view.total > 0 && host.get("offers").topics === undefined) this.ask("count_offers");
    this.follow();
  }

  private get view() {
    return this.host.get("view");
  }

  // -- asking -----------------------------------------------------------------------------------------------------

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  /** What may take a second at a million records says so meanwhile. */
  private wait(text: string, answer: Promise<unknown>): void {
    const timer = setTimeout(() => this.say(text), 150);
    void run(null, async () => {
      try {
        await answer;
      } finally {
        clearTimeout(timer);
        this.say("");
      }
    });
  }

  private say(text: string): void {
    this.busy = text;
    this.drawBar();
  }

  private choose(change: Partial<Filters>): void {
    const wanted = { ...filters(this.view), ...change };
    const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== "" && value !== null));
    this.wait("Searching…", this.host.ask("choose", given));
  }

  private rate(rows: readonly Found[]): void {
    const ids = rows.filter((row) => row.stars === null && !this.rated.has(row.id)).map((row) => row.id);
    if (!this.host.live || ids.length === 0) return;
    ids.forEach((id) => this.rated.set(id, null));
    void run(null, async () => {
      const found = (await this.host.ask("stars", { ids })) as Record<string, Rated>;
      for (const [id, told] of Object.entries(found ?? {})) this.rated.set(id, told);
      this.table.change(() => {});
      if (this.opened !== null && ids.includes(this.opened.id)) this.drawSide();
    });
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private show(): void {
    const view = this.view;
    const same = JSON.stringify([filters(view), view.sort, view.descending]);
    const keep = this.shown === same;
    if (this.shown !== "" && keep) this.rated.clear(); // another version
    this.shown = same;
    this.table.node.hidden = view.matching === 0;
    const nothing = view.matching === 0 && empty(view.total === 0, this.host.live, (act) => this.ask(act));
    redraw(this.list, nothing, this.table.node);
    this.table.reset(this.host.live ? view.matching : view.rows.length, view.rows, keep);
    this.drawTop();
    this.drawBar();
    this.drawEnd();
    if (this.opened !== null) void this.open(this.opened.id, false);
  }

  private drawTop(): void {
    const view = this.view;
    const title = h("h2", { class: "rft__title" }, "Records ");
    const shown = filtered(view) ? `${count(view.matching)} of ${plural(view.total, "record")}` : plural(view.total, "record");
    const counted = h("span", { class: "rft__note", test: "count", role: "status" }, shown);
    const line = h("div", { class: "rft__line rft__line--ends" }, h("span", { class: "rft__line" }, title, counted, this.only()), this.host.live && searchField(this.view.search, (search) => this.choose({ search }), () => this.table.go(this.table.active)));
    const typed = this.top.querySelector<HTMLInputElement>("[data-key=search]");
    const caret = typed !== null && typed === typed.ownerDocument.activeElement ? typed.selectionStart : null;
    redraw(this.top, line, this.host.live && view.total > 0 && filterLine(view, this.host.get("offers"), (change) => this.choose(change), () => this.ask("choose")));
    const now = this.top.querySelector<HTMLInputElement>("[data-key=search]");
    if (caret !== null && now !== null && typed !== null) {
      now.value = typed.value; // what was typed meanwhile
      now.setSelectionRange(caret, caret);
    }
  }

  /** A selection that was made elsewhere narrows the list until it is given up. */
  private only(): HTMLElement | null {
    const { only } = this.view;
    if (only === null || only === undefined || !this.host.live) return null;
    return h("button", { class: "rft__link", type: "button", test: "show-all-again", key: "show-all-again", title: "Show all records again", on: { click: () => this.ask("show_all") } }, `${plural(only, "record")} selected elsewhere ×`);
  }

  private drawBar(): void {
    keepingFocus(this.bar, () => this.fillBar(), () => this.focusRecord(false));
  }

  private fillBar(): void {
    const { count: chosen } = this.host.get("selection");
    const done = this.host.get("done");
    const busy = this.busy !== "" && h("span", { class: "rft__note", role: "status", test: "busy" }, this.busy);
    if (!this.host.live || this.view.total === 0) return redraw(this.bar, busy);
    const acts = chosen === 0 ? this.nothingSelected() : this.selected(chosen);
    const told = done !== null && h("span", { class: "rft__line rft__push", role: "status", test: "told" }, h("span", { title: done.python }, done.sentence), done.undo ? button({ text: "Undo", test: "undo", title: "Undo (u)", act: () => this.ask("undo") }) : h("code", { class: "rft__python" }, done.python));
    redraw(this.bar, acts, busy, told);
  }

  private nothingSelected(): Child[] {
    const keys = keysLink(() => this.help(), "help");
    return [
      h("span", { class: "rft__note" }, "Select records with the boxes or Space. "),
      this.view.matching > 0 && h("button", { class: "rft__link", type: "button", test: "select-all", key: "select-all", on: { click: () => this.selectAll() } }, `Select all ${count(this.view.matching)}`),
      keys,
    ];
  }

  private selected(chosen: number): Child[] {
    const { matching } = this.view;
    const inside = this.host.get("selection").matching;
    return [
      h("b", { test: "selected", role: "status" }, `${count(chosen)} selected`),
      inside < chosen && h("span", { class: "rft__note" }, `${count(chosen - inside)} of them not in this list`),
      button({ text: "Generate from selected", test: "generate-selected", title: "Generate variations of the selected records (v)", act: () => this.ask("generate_from") }),
      this.assigning(),
      button({ text: "Delete", test: "delete", title: "Delete the selected records (x); it can be undone", act: () => this.ask("delete") }),
      inside < matching && h("button", { class: "rft__link", type: "button", test: "select-all", key: "select-all", on: { click: () => this.selectAll() } }, `Select all ${count(matching)}`),
      h("button", { class: "rft__link", type: "button", test: "select-none", key: "select-none", on: { click: () => this.selectNone() } }, "Select none"),
    ];
  }

  private assigning(): HTMLElement {
    const before = this.bar.querySelector<HTMLInputElement>("[data-key=assign-topic]")?.value ?? "";
    const names = (this.host.get("offers").topics ?? []).map(({ name }) => name);
    const back = (): void => this.table.go(this.table.active);
    return assignField({ names, list: `topics-${this.host.get("view").version}-${serial}`, before, back, assign: (topic) => this.ask("assign", { topic }) });
  }

  private drawEnd(): void {
    const field = h("input", { class: "rft__input rft-records__goto", type: "number", min: 1, max: this.view.matching, test: "goto", key: "goto", placeholder: "go to row", "aria-label": "Go to row" });
    field.addEventListener("change", () => {
      const at = field.valueAsNumber;
      if (!Number.isNaN(at)) this.table.go(at - 1);
      field.value = "";
    });
    redraw(this.end, python(this.view.python), this.host.live && this.view.matching > HEIGHT && field);
  }

  // -- one record -------------------------------------------------------------------------------------------------

  private follow(): void {
    const id = this.host.get("opened");
    if (id === "") {
      this.opened = null;
      this.editing = null;
      this.drawSide();
    } else if (this.host.live && this.opened?.id !== id) void this.open(id, false);
  }

  private async open(id: string, focus = true, edit = false): Promise<void> {
    await run(null, async () => {
      const found = (await this.host.ask("open_record", { id })) as Opened;
      if (this.opened?.id !== found.id) this.editing = null;
      this.opened = found;
      if (edit) this.editing = lastUser(found);
      if (found.place >= 0 && focus) this.table.go(found.place, false);
      if (found.stars === null && !this.rated.has(id)) this.rate([{ id, stars: null } as Found]);
      this.drawSide();
      this.table.change(() => {});
      if (focus) this.focusRecord(edit);
    });
  }

  private focusRecord(edit: boolean): void {
    // narrow, the record stands in the place of the list; and an edited record may match no more
    const listed = this.view.matching > 0 && (this.list.offsetParent !== null || this.list.clientWidth > 0 || this.opened === null);
    if (edit) byKey(this.side, "edit-text")?.focus();
    else if (listed) this.table.go(this.table.active);
    else byKey(this.side, "record")?.focus({ preventScroll: true });
  }

  private drawSide(): void {
    this.split.classList.toggle("rft-records__split--open", this.opened !== null);
    if (this.opened === null) {
      redraw(this.side);
      return this.table.change(() => {});
    }
    const opened = this.opened;
    const told = this.rated.get(opened.id);
    const shown = opened.stars === null && told ? { ...opened, stars: told.stars, parts: told.parts } : opened;
    redraw(
      this.side,
      record(shown, {
        live: this.host.live,
        odd: this.odd,
        matching: this.view.matching,
        editing: this.editor(opened),
        edit: (place) => this.edit(place),
        show: (odd) => this.showOdd(odd),
        step: (by) => void this.step(by),
        close: () => this.close(),
        remove: () => void this.remove([opened.id]),
        generate: () => this.ask("generate_from", { ids: [opened.id] }),
      }),
    );
  }

  private editor(opened: Opened): Edit | null {
    const place = this.editing;
    if (place === null) return null;
    const leave = (): void => {
      this.editing = null;
      this.drawSide();
      this.focusRecord(false);
    };
    const save = (text: string): void => {
      if (text === opened.messages[place]?.text) return leave();
      void run(null, async () => {
        this.opened = (await this.host.ask("edit_text", { id: opened.id, place, text })) as Opened;
        leave();
      });
    };
    return { place, text: opened.messages[place]?.text ?? "", save, cancel: leave };
  }

  private edit(place: number): void {
    this.editing = place;
    this.drawSide();
    byKey(this.side, "edit-text")?.focus();
  }

  private showOdd(odd: boolean): void {
    this.odd = odd;
    this.drawSide();
  }

  private close(): void {
    this.opened = null;
    this.editing = null;
    this.drawSide();
    this.ask("close_record");
    this.table.go(this.table.active);
  }

  private async step(by: number): Promise<void> {
    const at = Math.max(0, Math.min((this.opened?.place ?? this.table.active) + by, this.view.matching - 1));
    const { rows } = (await this.host.ask("rows", { offset: at, limit: 1 })) as { rows: Found[] };
    if (rows[0] !== undefined) await this.open(rows[0].id);
  }

  /** Deletes, and goes on with the record that takes the place. */
  private async remove(ids: readonly string[]): Promise<void> {
    const at = this.opened !== null && ids.includes(this.opened.id) ? this.opened.place : -1;
    await run(null, async () => {
      await this.host.ask("delete", { ids });
      if (at < 0) return;
      this.opened = null;
      this.drawSide();
      this.table.go(at);
    });
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  private selectAll(): void {
    this.table.change((row) => (row.selected = true));
    this.wait("Selecting…", this.host.ask("select_all"));
  }

  private selectNone(): void {
    this.table.change((row) => (row.selected = false));
    this.ask("select_none");
  }

  private help(): void {
    help(this.body, KEYS);
  }

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || typing(event.target) || !this.host.live) return;
    if ((event.ctrlKey || event.metaKey) && event.key === "a") this.selectAll();
    else if (event.ctrlKey || event.metaKey || event.altKey || !this.letter(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private letter(key: string): boolean {
    const { count: chosen } = this.host.get("selection");
    const row = this.table.row(this.table.active);
    const here = this.opened?.id ?? row?.id;
    const several = chosen > 0 ? {} : { ids: here === undefined ? [] : [here] };
    if (key === "/") byKey(this.top, "search")?.focus();
    else if (key === "?") this.help();
    else if (key === "u") this.ask("undo");
    else if (key === "w" && this.opened !== null) this.showOdd(!this.odd);
    else if (key === "e" && here !== undefined) void (this.opened === null ? this.open(here, true, true) : this.edit(lastUser(this.opened)));
    else if (key === "v" && here !== undefined) this.ask("generate_from", several);
    else if (key === "x" && here !== undefined) chosen > 0 ? this.ask("delete") : void this.remove([here]);
    else if (key === "t" && here !== undefined) this.beginAssign(chosen);
    else if ((key === "j" || key === "k") && this.opened !== null) void this.step(key === "j" ? 1 : -1);
    else if (key === "Escape") this.opened !== null ? this.close() : this.selectNone();
    else return false;
    return true;
  }

  private beginAssign(chosen: number): void {
    const focus = (): void => byKey(this.bar, "assign-topic")?.focus();
    if (chosen > 0) return focus();
    void run(null, async () => {
      this.table.change((row, at) => (row.selected = row.selected || at === this.table.active));
      await this.host.ask("select", { first: this.table.active, mode: "only" });
      this.drawBar();
      focus();
    });
  }
}

let serial = 0;

export default widget("records", (body: HTMLElement, host: View) => {
  serial++;
  new Browser(body, host);
});
