// A tree of any size: only the rows in sight are drawn, the keys work as in every tree of a desktop.
import { h, redraw } from "../shared/dom.ts";
import { count, share } from "../shared/format.ts";
import { drags } from "./drags.ts";
import type { Forest } from "./forest.ts";
import { ROW, type Node } from "./model.ts";

const MOST = 17;
const PATIENCE = 800;

type Given = {
  name: string;
  test: string;
  /** Whether it can be changed: renamed, dragged, marked. */
  edit: boolean;
  /** Another topic is the current one. */
  chosen: (id: string) => void;
  /** Enter or a double click. */
  enter: (id: string) => void;
  rename: (id: string, name: string) => void;
  /** Dropped, or moved among its siblings by keys. */
  place: (id: string, parent: string, before: string, last: boolean) => void;
  /** A key that the tree does not know; true where it was used. */
  key: (key: string, id: string) => boolean;
  marked: () => void;
};

let made = 0;

export class Tree {
  readonly node: HTMLElement;
  readonly open = new Set<string>();
  readonly marks = new Set<string>();
  private readonly sheet = h("div", { class: "rft-topics__sheet", role: "presentation" });
  private readonly own = `rft-topics-${++made}`;
  private forest: Forest | null = null;
  private rows: number[] = [];
  private records = 0;
  private counted = true;
  private text = "";
  private current = "";
  private typed = "";
  private last = 0;
  private editing = false;
  /** Whether all is to be open, also what comes later. */
  private all = false;
  private pointed: Readonly<Record<string, number>> = {};
  private pressed = "";
  private drawn = "";

  constructor(private readonly given: Given) {
    const { name, test, edit } = given;
    this.node = h("div", { class: "rft-topics__tree", role: "tree", tabindex: 0, test, key: test, "aria-label": name, "aria-multiselectable": edit ? true : undefined }, this.sheet);
    this.node.addEventListener("scroll", () => this.drawn !== this.inSight().join() && this.draw());
    this.node.addEventListener("keydown", (event) => this.key(event));
    this.node.addEventListener("mousedown", (event) => (this.pressed = this.idUnder(event)));
    this.node.addEventListener("mouseup", (event) => event.button === 0 && this.idUnder(event) === this.pressed && this.click(event));
    this.node.addEventListener("click", (event) => event.detail === 0 && this.click(event)); // by a screen reader
    this.sheet.addEventListener("dblclick", (event) => this.twice(event));
    if (edit) drags({ node: this.node, sheet: this.sheet, forest: () => this.forest, idUnder: (event) => this.idUnder(event), rowOf: (id) => this.rowOf(id), place: given.place });
  }

  get active(): string {
    return this.current;
  }

  /** Shows a tree; what was open stays open, the current topic stays the current one or its neighbour becomes it. */
  show(forest: Forest, records: number, counted = true): void {
    const was = this.rows.findIndex((at) => this.forest?.nodes[at]?.id === this.current);
    const fresh = (this.forest?.nodes.length ?? 0) === 0;
    this.forest = forest;
    this.records = records;
    this.counted = counted;
    if (this.all || (fresh && forest.nodes.length <= 60)) forest.nodes.forEach(({ id }) => this.open.add(id));
    for (const id of [...this.marks]) if (forest.place(id) < 0) this.marks.delete(id);
    this.rows = forest.visible(this.open, this.text);
    if (forest.place(this.current) < 0) this.current = this.idOf(Math.max(0, Math.min(was, this.rows.length - 1)));
    this.resize();
    this.draw();
  }

  /** Marks the topics of records that are selected elsewhere, by id and how many. */
  point(topics: Readonly<Record<string, number>>): void {
    this.pointed = topics;
    this.draw();
  }

  filter(text: string): number {
    this.text = text;
    this.renew();
    this.node.scrollTop = 0;
    const wanted = text.trim().toLocaleLowerCase();
    const has = (id: string): boolean => this.forest?.nodes[this.forest.place(id)]?.name.toLocaleLowerCase().includes(wanted) ?? false;
    const first = this.rows.findIndex((_, row) => has(this.idOf(row)));
    if (wanted !== "" && first >= 0 && !has(this.current)) this.choose(this.idOf(first));
    this.draw();
    return this.rows.length;
  }

  focus(): void {
    this.node.focus({ preventScroll: true });
  }

  /** Makes a topic the current one, opens what is above it and brings it into sight. */
  reveal(id: string): void {
    const forest = this.forest;
    if (forest === null || forest.place(id) < 0) return;
    for (let at = (forest.nodes[forest.place(id)] as Node).up; at >= 0; at = (forest.nodes[at] as Node).up) this.open.add((forest.nodes[at] as Node).id);
    this.renew();
    this.choose(id);
  }

  openAll(open: boolean): void {
    this.all = open;
    this.open.clear();
    if (open) this.forest?.nodes.forEach(({ id }) => this.open.add(id));
    this.renew();
    this.intoSight();
  }

  private idOf(row: number): string {
    const at = this.rows[row];
    return at === undefined ? "" : (this.forest?.nodes[at]?.id ?? "");
  }

  private row(id: string): number {
    const at = this.forest?.place(id) ?? -1;
    return this.rows.indexOf(at);
  }

  private renew(): void {
    if (this.forest === null) return;
    this.rows = this.forest.visible(this.open, this.text);
    this.resize();
    this.draw();
  }

  private resize(): void {
    this.sheet.style.height = `${this.rows.length * ROW}px`;
    this.node.style.height = `${Math.max(1, Math.min(MOST, this.rows.length)) * ROW + 2}px`;
  }

  private choose(id: string, tell = true): void {
    if (id === "") return;
    const other = id !== this.current;
    this.current = id;
    this.intoSight();
    if (other && tell) this.given.chosen(id);
  }

  private intoSight(): void {
    const row = this.row(this.current);
    const height = this.node.clientHeight || MOST * ROW;
    if (row >= 0) {
      if (row * ROW < this.node.scrollTop) this.node.scrollTop = row * ROW;
      else if ((row + 1) * ROW > this.node.scrollTop + height) this.node.scrollTop = (row + 1) * ROW - height + 2;
    }
    if (this.drawn === this.inSight().join()) this.markCurrent();
    else this.draw();
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private draw(): void {
    if (this.editing || this.forest === null) return;
    const [first, until] = this.inSight();
    this.drawn = `${first},${until}`;
    redraw(this.sheet, this.rows.slice(first, until).map((at, more) => this.line(at, first + more)));
    this.markCurrent();
  }

  /** The rows that are drawn: those in sight and a few around them. */
  private inSight(): [number, number] {
    const first = Math.max(0, Math.floor(this.node.scrollTop / ROW) - 4);
    const from = first - (first % 4);
    return [from, Math.min(this.rows.length, from + MOST + 12)];
  }

  private markCurrent(): void {
    for (const row of this.sheet.querySelectorAll("[data-current]")) row.removeAttribute("data-current");
    const row = this.current === "" ? null : this.rowOf(this.current);
    row?.setAttribute("data-current", "yes");
    if (!this.given.edit) for (const one of this.sheet.children) one.setAttribute("aria-selected", String(one === row));
    if (row === null) this.node.removeAttribute("aria-activedescendant");
    else this.node.setAttribute("aria-activedescendant", row.id);
  }

  private idAt(row: number): string {
    return `${this.own}-${row}`;
  }

  private line(at: number, row: number): HTMLElement {
    const forest = this.forest as Forest;
    const node = forest.nodes[at] as Node;
    const level = forest.level[at] as number;
    const inner = (forest.below[at] as number[]).length > 0;
    const open = inner ? this.text !== "" || this.open.has(node.id) : undefined;
    const siblings = forest.siblings(at);
    const total = forest.total[at] as number;
    const twist = h("span", { class: "rft-topics__twist", "aria-hidden": true, "data-twist": inner ? "yes" : "no" }, inner ? (open === true ? "▾" : "▸") : "");
    const mark = this.given.edit && this.marks.has(node.id) && h("span", { class: "rft-topics__mark", title: "Marked (Space)" }, "✓");
    const name = h("span", { class: "rft-topics__name", dir: "auto", title: node.name }, node.name);
    const told = [node.locked ? "locked" : "", node.new === true ? "new" : ""].filter((one) => one !== "");
    const selected = this.selectedIn(at);
    const here = selected > 0 && h("span", { class: "rft-topics__tag rft-topics__tag--selected", test: "selected-here", title: "Records that are selected on the map" }, `${count(selected)} selected`);
    const part = this.records > 0 ? total / this.records : 0;
    const numbers = this.counted && [
      h("span", { class: "rft-topics__bar", "aria-hidden": true }, h("span", { style: { width: `${(100 * part).toFixed(1)}%` } })),
      h("span", { class: "rft-topics__number", title: "records" }, count(total)),
      h("span", { class: "rft-topics__number rft-topics__share" }, share(part)),
    ];
    const attributes = {
      class: "rft-topics__row",
      role: "treeitem",
      id: this.idAt(row),
      test: "topic",
      "data-id": node.id,
      "data-name": node.name,
      "aria-level": level,
      "aria-posinset": siblings.indexOf(at) + 1,
      "aria-setsize": siblings.length,
      "aria-expanded": open,
      "aria-selected": this.given.edit && this.marks.has(node.id),
      style: { top: `${row * ROW}px`, "--level": String(level - 1) },
    };
    const line = h("div", attributes, twist, mark, name, told.map((one) => h("span", { class: `rft-topics__tag rft-topics__tag--${one}` }, one)), here, numbers);
    if (this.given.edit && !node.locked) line.draggable = true;
    return line;
  }

  /** Records selected elsewhere that are under a topic, those of the topics below it too where these are not shown. */
  private selectedIn(at: number): number {
    const forest = this.forest as Forest;
    const node = forest.nodes[at] as Node;
    const own = this.pointed[node.id] ?? 0;
    if (this.text !== "" || this.open.has(node.id)) return own;
    return (forest.below[at] ?? []).reduce((sum, below) => sum + this.selectedIn(below), own);
  }

  // -- the mouse --------------------------------------------------------------------------------------------------

  private idUnder(event: Event): string {
    return (event.target as Element).closest<HTMLElement>("[data-id]")?.dataset["id"] ?? "";
  }

  private click(event: MouseEvent): void {
    if (this.editing) return;
    // not a click: a field that is left by it is saved, and the row under the pointer drawn anew between down and up
    const id = this.idUnder(event);
    if (id === "") return;
    const twist = (event.target as HTMLElement).dataset["twist"] === "yes";
    this.focus();
    if (this.given.edit && (event.ctrlKey || event.metaKey)) this.mark(id);
    if (twist) this.turn(id);
    this.choose(id);
  }

  private twice(event: MouseEvent): void {
    const id = this.idUnder(event);
    if (id !== "" && !this.editing && (event.target as HTMLElement).dataset["twist"] !== "yes") this.given.enter(id);
  }

  private rowOf(id: string): HTMLElement | null {
    return [...this.sheet.querySelectorAll<HTMLElement>("[data-id]")].find((row) => row.dataset["id"] === id) ?? null;
  }

  // -- the keys ---------------------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (this.editing || event.ctrlKey || event.metaKey || this.forest === null) return;
    const used = event.altKey ? this.shift(event.key) : this.walk(event.key) || this.special(event.key) || this.type(event.key);
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private walk(key: string): boolean {
    const row = this.row(this.current);
    const typing = this.typed !== "" && performance.now() - this.last < PATIENCE;
    const page = Math.max(1, Math.floor((this.node.clientHeight || MOST * ROW) / ROW) - 1);
    const steps: Record<string, number> = { ArrowDown: row + 1, ArrowUp: row - 1, Home: 0, End: this.rows.length - 1, PageDown: row + page, PageUp: row - page };
    if (!typing) Object.assign(steps, { j: row + 1, k: row - 1 });
    const to = steps[key];
    if (to === undefined) return key === "ArrowRight" ? this.deeper() : key === "ArrowLeft" ? this.higher() : false;
    this.choose(this.idOf(Math.max(0, Math.min(to, this.rows.length - 1))));
    return true;
  }

  private deeper(): boolean {
    const [forest, at] = [this.forest as Forest, (this.forest as Forest).place(this.current)];
    const first = forest.below[at]?.[0];
    if (first === undefined) return true;
    if (this.text === "" && !this.open.has(this.current)) this.turn(this.current);
    else this.choose((forest.nodes[first] as Node).id);
    return true;
  }

  private higher(): boolean {
    const [forest, at] = [this.forest as Forest, (this.forest as Forest).place(this.current)];
    const up = forest.nodes[at]?.up ?? -1;
    if (this.text === "" && this.open.has(this.current) && (forest.below[at] ?? []).length > 0) this.turn(this.current);
    else if (up >= 0) this.choose((forest.nodes[up] as Node).id);
    return true;
  }

  private turn(id: string): void {
    this.all = false;
    if (!this.open.delete(id)) this.open.add(id);
    this.renew();
  }

  private special(key: string): boolean {
    if (this.current === "") return false;
    if (key === "*") {
      const forest = this.forest as Forest;
      for (const at of forest.siblings(forest.place(this.current))) this.open.add((forest.nodes[at] as Node).id);
      this.renew();
      return true;
    }
    if (key === " " && this.given.edit) return this.mark(this.current);
    if (key === "F2" && this.given.edit) return this.rename(this.current);
    if (key === "Enter") {
      this.given.enter(this.current);
      return true;
    }
    return this.given.key(key, this.current);
  }

  private mark(id: string): boolean {
    if (!this.marks.delete(id)) this.marks.add(id);
    this.draw();
    this.given.marked();
    return true;
  }

  /** Letters that follow each other quickly look for a name that begins with them; u, g, j and k mean the same as everywhere. */
  private type(key: string): boolean {
    const going = this.typed !== "" && performance.now() - this.last < PATIENCE;
    if (key.length !== 1 || (!going && /[jkug/? ]/.test(key)) || key === "/" || key === "?") return false;
    this.typed = going ? this.typed + key : key;
    this.last = performance.now();
    const wanted = this.typed.toLocaleLowerCase();
    const from = this.row(this.current) + (this.typed.length === 1 ? 1 : 0);
    const forest = this.forest as Forest;
    const order = [...this.rows.slice(from), ...this.rows.slice(0, from)];
    const found = order.find((at) => (forest.nodes[at] as Node).name.toLocaleLowerCase().startsWith(wanted));
    if (found !== undefined) this.choose((forest.nodes[found] as Node).id);
    return true;
  }

  /** Alt and an arrow move a topic up or down among its siblings. */
  private shift(key: string): boolean {
    const forest = this.forest as Forest;
    const at = forest.place(this.current);
    if (at < 0 || !this.given.edit || (key !== "ArrowUp" && key !== "ArrowDown")) return false;
    const siblings = forest.siblings(at);
    const to = siblings.indexOf(at) + (key === "ArrowUp" ? -1 : 2);
    if (to < 0 || to > siblings.length) return true;
    const up = (forest.nodes[at] as Node).up;
    const next = siblings[to];
    this.given.place(this.current, up < 0 ? "" : (forest.nodes[up] as Node).id, next === undefined ? "" : (forest.nodes[next] as Node).id, next === undefined);
    return true;
  }

  /** A field in place of the name; Enter keeps it, Escape does not. */
  rename(id: string): boolean {
    this.reveal(id);
    const name = this.rowOf(id)?.querySelector<HTMLElement>(".rft-topics__name");
    const node = this.forest?.nodes[this.forest.place(id)];
    if (name === null || name === undefined || node === undefined || this.editing) return true;
    const field = h("input", { class: "rft__input rft-topics__field", type: "text", test: "rename", dir: "auto", "aria-label": `New name of ${node.name}` });
    field.value = node.name;
    const end = (keep: boolean): void => {
      if (!this.editing) return;
      this.editing = false;
      const said = field.value.trim();
      this.draw();
      this.focus();
      if (keep && said !== "" && said !== node.name) this.given.rename(id, said);
    };
    this.editing = true;
    (name.closest("[data-id]") as HTMLElement).draggable = false;
    name.replaceChildren(field);
    field.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      end(event.key === "Enter");
    });
    field.addEventListener("blur", () => end(true));
    field.focus();
    field.select();
    return true;
  }
}
