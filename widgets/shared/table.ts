// A table of any length: only the rows in sight are drawn, pages of rows are asked for when they come into sight.
import { h, type Child } from "./dom.ts";
import { count } from "./format.ts";
import { Refused } from "./host.ts";
import { place, scrollFor, TALLEST, type Window } from "./window.ts";
import "./table.css";

export type Column<R> = {
  name: string;
  text: string;
  /** Width in em; the column without one takes what is left. */
  width?: number;
  number?: boolean;
  sort?: boolean;
  title?: string;
  cell: (row: R) => Child | Child[];
};
export type Order = { column: string; descending: boolean };
export type Row = { id: string; selected: boolean };
export type Given<R extends Row> = {
  name: string;
  test: string;
  /** Which columns a table of this width (in pixels, 0 where unknown) has room for. */
  columns: (width: number) => readonly Column<R>[];
  /** Rows in sight. */
  height: number;
  order: () => Order;
  opened: () => string;
  fetch: (offset: number, limit: number) => Promise<R[]>;
  open: (row: R, place: number) => void;
  sort: (order: Order) => void;
  /** Selects from one place to another, or takes the selection away. */
  select: (first: number, last: number, mode: "add" | "remove") => void;
  /** Told after a page was drawn, so that more can be asked for the rows in sight. */
  drawn?: (rows: R[]) => void;
  /** Told when the keys went to another row. */
  moved?: (row: R) => void;
};

const PAGE = 100;
const PAGES = 40;
/** Between scrolling and asking: what flies by is not asked for. */
const PAUSE = 25;
/** Narrower than this a row is two lines. */
export const NARROW = 620;

export class Table<R extends Row> {
  readonly node: HTMLElement;
  active = 0;
  private total = 0;
  private anchor = 0;
  private shape = 0;
  private readonly pages = new Map<number, { rows: R[]; stale: boolean }>();
  private readonly asked = new Set<number>();
  private readonly sizer = h("div");
  private readonly head = h("tr", { role: "row" });
  private readonly body = h("tbody", { role: "rowgroup" });
  private readonly grid: HTMLTableElement;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private generation = 0;

  constructor(private readonly given: Given<R>, signal: AbortSignal) {
    this.grid = h("table", { role: "grid", "aria-label": given.name, "aria-multiselectable": true, test: `${given.test}-table` }, h("thead", { role: "rowgroup" }, this.head), this.body);
    this.sizer.append(this.grid);
    this.node = h("div", { class: "rft__grid", test: `${given.test}-list`, tabindex: -1, key: given.test }, this.sizer);
    this.node.addEventListener("scroll", () => this.draw(), { signal, passive: true });
    this.node.addEventListener("keydown", (event) => this.key(event), { signal });
    this.watchSize(signal);
  }

  /** Shows other rows, or the same ones as they are now; `rows` are the first ones where they are known. */
  reset(total: number, rows: readonly R[], keep: boolean): void {
    this.generation++;
    this.asked.clear();
    this.total = total;
    if (keep) for (const page of this.pages.values()) page.stale = true;
    else {
      this.pages.clear();
      this.active = this.anchor = 0;
      this.node.scrollTop = 0;
    }
    if (!keep && rows.length >= Math.min(total, this.rowsInSight)) this.pages.set(0, { rows: [...rows], stale: rows.length < Math.min(total, PAGE) });
    this.active = Math.max(0, Math.min(this.active, total - 1));
    this.draw();
  }

  /** What is known of a row; undefined where its page is not there yet. */
  row(at: number): R | undefined {
    return this.pages.get(Math.floor(at / PAGE))?.rows[at % PAGE];
  }

  /** Changes what is known of rows and draws them again. */
  change(act: (row: R, at: number) => void): void {
    for (const [number, page] of this.pages) page.rows.forEach((row, at) => act(row, number * PAGE + at));
    this.draw();
  }

  /** Goes to a row; with `focus` the keys are there too. */
  go(at: number, focus = true): void {
    if (this.total === 0) return;
    this.active = Math.max(0, Math.min(at, this.total - 1));
    const frame = this.frame;
    const first = place(frame, this.node.scrollTop);
    if (this.active < first || this.active >= first + this.rowsInSight) {
      const top = this.active < first ? this.active : this.active - this.rowsInSight + 1;
      const far = Math.abs(this.active - first) > 2 * this.rowsInSight;
      this.node.scrollTop = scrollFor(frame, far ? this.active - Math.floor(this.rowsInSight / 3) : top);
    }
    this.draw(focus);
  }

  private get narrow(): boolean {
    return this.node.clientWidth > 0 && this.node.clientWidth < NARROW;
  }

  private get rowHeight(): number {
    return this.narrow ? 52 : 32;
  }

  private get rowsInSight(): number {
    return Math.max(1, Math.min(this.given.height, this.total));
  }

  private get frame(): Window {
    return { total: this.total, inSight: this.rowsInSight, row: this.rowHeight };
  }

  private watchSize(signal: AbortSignal): void {
    if (typeof ResizeObserver === "undefined") return;
    const seen = new ResizeObserver(() => {
      if (this.node.clientWidth !== this.shape) this.draw();
      this.shape = this.node.clientWidth;
    });
    seen.observe(this.node);
    signal.addEventListener("abort", () => seen.disconnect(), { once: true });
  }

  private draw(focus = false): void {
    const { narrow, rowHeight, rowsInSight } = this;
    const header = narrow ? 0 : 30;
    this.node.style.setProperty("--row", `${rowHeight}px`);
    this.node.style.height = `${rowsInSight * rowHeight + header + 2}px`;
    this.node.classList.toggle("rft__grid--narrow", narrow);
    const frame = this.frame;
    this.sizer.style.height = `${frame.total <= frame.inSight ? rowsInSight * rowHeight + header : Math.min(frame.total * rowHeight, TALLEST) + header}px`;
    const start = place(frame, this.node.scrollTop);
    const columns = this.given.columns(this.node.clientWidth);
    this.drawHead(columns, narrow);
    this.drawRows(columns, start, focus);
    this.want(start, Math.min(this.total, start + rowsInSight));
  }

  private drawHead(columns: readonly Column<R>[], narrow: boolean): void {
    const order = this.given.order();
    const mark = columns.map((column) => `${column.name}${order.column === column.name ? order.descending : ""}`).join("|");
    if (this.head.dataset["mark"] === mark) return;
    this.head.dataset["mark"] = mark;
    (this.head.parentElement as HTMLElement).hidden = narrow;
    this.head.replaceChildren(...columns.map((column) => this.headCell(column, order)));
    this.grid.setAttribute("aria-colcount", String(columns.length));
  }

  private headCell(column: Column<R>, order: Order): HTMLElement {
    const here = order.column === column.name;
    const sorted = here ? (order.descending ? "descending" : "ascending") : "none";
    const width = column.width === undefined ? {} : { style: { width: `${column.width}em` } };
    const kind = column.number === true ? "rft__number" : "";
    const text = here ? `${column.text} ${order.descending ? "↓" : "↑"}` : column.text;
    if (column.sort !== true) return h("th", { scope: "col", role: "columnheader", class: kind, title: column.title, ...width }, column.text === "" ? h("span", { class: "rft__unseen" }, "selected") : column.text);
    const next = { column: column.name, descending: here && !order.descending };
    const act = h("button", { type: "button", test: `sort-${column.name}`, key: `sort ${column.name}`, title: column.title ?? `Sort by ${column.text}`, on: { click: () => this.given.sort(next) } }, text);
    return h("th", { scope: "col", role: "columnheader", class: kind, "aria-sort": sorted, ...width }, act);
  }

  private drawRows(columns: readonly Column<R>[], start: number, focus: boolean): void {
    const had = this.body.contains(this.node.ownerDocument.activeElement);
    const end = Math.min(this.total, start + this.rowsInSight);
    const rows: HTMLElement[] = [];
    const shown: R[] = [];
    for (let at = start; at < end; at++) {
      const row = this.row(at);
      if (row !== undefined) shown.push(row);
      rows.push(row === undefined ? this.blank(at, columns.length) : this.line(row, at, columns));
    }
    this.grid.setAttribute("aria-rowcount", String(this.total + 1));
    this.body.replaceChildren(...rows);
    if (focus || had) (rows[this.active - start] ?? this.node).focus({ preventScroll: true });
    if (shown.length > 0) this.given.drawn?.(shown);
  }

  private line(row: R, at: number, columns: readonly Column<R>[]): HTMLElement {
    const cells = columns.map((column) => h("td", { role: "gridcell", class: column.number === true ? "rft__number" : `rft__cell-${column.name}` }, column.cell(row)));
    return h(
      "tr",
      {
        role: "row",
        test: `${this.given.test}-row`,
        key: `row ${row.id}`,
        "data-id": row.id,
        "data-place": at,
        "data-open": row.id === this.given.opened() ? "yes" : "no",
        "aria-rowindex": at + 2,
        "aria-selected": row.selected,
        tabindex: at === this.active ? 0 : -1,
        on: { click: (event) => this.click(event, row, at) },
      },
      cells,
    );
  }

  private blank(at: number, width: number): HTMLElement {
    const cell = h("td", { colspan: width, role: "gridcell", class: "rft__note" }, `row ${count(at + 1)}`);
    return h("tr", { role: "row", "aria-rowindex": at + 2, "aria-busy": true, "data-place": at, tabindex: at === this.active ? 0 : -1 }, cell);
  }

  private click(event: MouseEvent, row: R, at: number): void {
    const box = (event.target as HTMLElement).closest("input[type=checkbox]");
    const range = event.shiftKey;
    this.active = at;
    if (box === null && !range) {
      this.anchor = at;
      return this.given.open(row, at);
    }
    this.mark(range ? this.anchor : at, at, range || !row.selected ? "add" : "remove");
    if (!range) this.anchor = at;
  }

  /** Marks rows at once and tells who keeps the selection. */
  private mark(from: number, to: number, mode: "add" | "remove"): void {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    this.change((row, at) => {
      if (at >= low && at <= high) row.selected = mode === "add";
    });
    this.draw(true);
    this.given.select(low, high, mode);
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || (event.target as HTMLElement).closest("thead") !== null) return;
    const row = this.row(this.active);
    const next = this.target(event.key);
    if (next !== null) {
      const before = this.active;
      this.go(next);
      if (event.shiftKey) this.mark(this.anchor, this.active, "add");
      else if (this.active !== before) this.step();
    } else if (event.key === " " && row !== undefined) {
      this.mark(event.shiftKey ? this.anchor : this.active, this.active, event.shiftKey || !row.selected ? "add" : "remove");
      if (!event.shiftKey) this.anchor = this.active;
    } else if (event.key === "Enter" && row !== undefined) this.given.open(row, this.active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  private step(): void {
    this.anchor = this.active;
    const row = this.row(this.active);
    if (row !== undefined) this.given.moved?.(row);
  }

  private target(key: string): number | null {
    const page = Math.max(1, this.rowsInSight - 1);
    const steps: Record<string, number> = { ArrowDown: 1, j: 1, J: 1, ArrowUp: -1, k: -1, K: -1, PageDown: page, PageUp: -page };
    if (key === "Home") return 0;
    if (key === "End") return this.total - 1;
    const step = steps[key];
    return step === undefined ? null : Math.max(0, Math.min(this.active + step, this.total - 1));
  }

  private want(start: number, end: number): void {
    clearTimeout(this.timer);
    const numbers: number[] = [];
    for (let number = Math.floor(start / PAGE); number * PAGE < end; number++) {
      const page = this.pages.get(number);
      if ((page === undefined || page.stale) && !this.asked.has(number)) numbers.push(number);
    }
    if (numbers.length === 0) return;
    this.timer = setTimeout(() => numbers.forEach((number) => void this.ask(number)), PAUSE);
  }

  private async ask(number: number): Promise<void> {
    const generation = this.generation;
    this.asked.add(number);
    try {
      const rows = await this.given.fetch(number * PAGE, PAGE);
      if (generation !== this.generation) return; // of a list that is shown no more
      this.pages.set(number, { rows, stale: false });
      if (this.pages.size > PAGES) this.forget(number);
      this.draw();
    } catch (why) {
      if (!(why instanceof Refused)) throw why; // a refusal is in the error line; the rows stay empty
    } finally {
      if (generation === this.generation) this.asked.delete(number);
    }
  }

  private forget(besides: number): void {
    const far = [...this.pages.keys()].sort((a, b) => Math.abs(b - besides) - Math.abs(a - besides));
    for (const number of far.slice(0, this.pages.size - PAGES)) this.pages.delete(number);
  }
}
