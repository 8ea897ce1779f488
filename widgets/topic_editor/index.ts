// The topics of a dataset: three ways to start, a tree that is changed by mouse or keys, one topic open beside it.
import { h, redraw, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, widget } from "../shared/widget.ts";
import { askParts, cannot, naming } from "./asking.ts";
import { Details, type Deed } from "./details.ts";
import { lost, Saving, suggested } from "./extras.ts";
import { Forest, whole } from "./forest.ts";
import type { Central, Details as Shown, Orphans, Part, Proposal, Suggestion, View } from "./model.ts";
import { pick } from "./pick.ts";
import { Proposed } from "./proposal.ts";
import { Start } from "./start.ts";
import { Tree } from "./tree.ts";
import "./index.css";

export interface TopicEditorModel extends Shared {
  work: Work;
  done: Done;
  tree: Part;
  /** A tree that waits for Adopt or Discard. */
  proposal: Proposal | null;
  suggestions: Suggestion[] | null;
  orphans: Orphans;
  central: Central;
  /** Topics of records that are selected elsewhere, by id and how many. */
  pointed?: { total: number; topics: Record<string, number> };
  /** Whether a map can show the records of a topic. */
  linked?: boolean;
  known: { templates: string[]; embedders: string[]; depth: number; records: number; limit: number; name: string };
}

const KEYS = [
  ["↑ ↓ j k", "up and down; Home and End, Page up and Page down"],
  ["→ ←", "open and close, to the topic below or above; * opens all beside it"],
  ["letters", "go to the next topic whose name begins so"],
  ["Enter", "to the details of the topic"],
  ["F2", "rename in place"],
  ["Space", "mark, to merge several"],
  ["Alt ↑ Alt ↓", "move up or down among its siblings"],
  ["N M C S L", "new topic below, move to…, combine with…, split, lock or unlock"],
  ["Delete", "delete, and say where its records go"],
  ["u", "take the last change back"],
  ["/", "look for a name"],
] as const;

class Editor {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly main = h("div", { class: "rft-topics__main" });
  private readonly bar = h("div", { class: "rft__line rft-topics__tools" });
  private readonly adding = h("div", { class: "rft-topics__adding" });
  private readonly sides = h("div", { class: "rft-topics__sides" });
  private readonly below = h("div", { class: "rft-topics__below" });
  private readonly saving = h("div", {});
  private readonly end = h("div", {});
  private readonly filter = h("input", { class: "rft__input rft-topics__filter", type: "search", placeholder: "look for a name  (/)", test: "filter", key: "filter", dir: "auto", "aria-label": "Look for a name" });
  private readonly found = h("span", { class: "rft__note", role: "status", test: "found" });
  private readonly tree: Tree;
  private readonly details: Details;
  private readonly proposed: Proposed;
  private readonly start: Start;
  private forest = new Forest([]);
  private starting = false;
  private saved = false;
  private resting: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly body: HTMLElement, private readonly host: View) {
    this.start = new Start(host, (name) => this.add(name, ""), () => this.drawEnd());
    this.proposed = new Proposed(host);
    this.tree = this.newTree();
    this.details = new Details({ live: host.live, deeds: (shown) => this.deeds(shown), open: (id) => this.tree.reveal(id), describe: (id, change) => void this.ask("describe_topic", { topic: id, ...change }) });
    this.details.show(null);
    this.sides.append(this.tree.node, this.details.node);
    this.main.append(this.bar, this.adding, this.sides, this.below, this.saving);
    const panel = h("div", { class: "rft__panel" }, this.top, this.start.node, this.proposed.node, this.main, this.end);
    body.append(panel);
    undoKey(panel, host);
    this.filter.addEventListener("input", () => this.look());
    this.filter.addEventListener("keydown", (event) => this.filterKey(event));
    this.details.node.addEventListener("keydown", (event) => this.leave(event));
    panel.addEventListener("keydown", (event) => this.key(event));
    host.onChange(["tree"], () => void this.fill());
    host.onChange(["work", "done", "tree", "known", "proposal"], () => this.draw());
    host.onChange(["pointed"], () => this.tree.point(host.get("pointed")?.topics ?? {}));
    host.onChange(["linked"], () => this.open(this.tree.active));
    host.onChange(["central"], () => this.details.showCentral(host.get("central")));
    host.onChange(["suggestions", "orphans", "tree", "work", "proposal"], () => this.drawBelow());
    this.tree.point(host.get("pointed")?.topics ?? {});
    this.draw();
    this.drawBelow();
    void this.fill();
  }

  private newTree(): Tree {
    return new Tree({
      name: "Topics",
      test: "tree",
      edit: this.host.live,
      chosen: (id) => this.rest(id),
      enter: (id) => this.open(id, true),
      rename: (id, name) => void this.ask("rename_topic", { topic: id, name }),
      place: (id, parent, before, last) => void this.ask("move_topic", { topic: id, parent, before, last }),
      marked: () => this.drawBar(),
      key: (key, id) => this.host.live && this.deed(key, id),
    });
  }

  private ask(act: string, options: Record<string, unknown> = {}): Promise<void> {
    return run(null, () => this.host.ask(act, options));
  }

  // -- the tree ---------------------------------------------------------------------------------------------------

  /** Shows the tree that Python has now; the rest of a large one comes in pages. */
  private async fill(): Promise<void> {
    const part = this.host.get("tree");
    if (!this.host.live || part.nodes.length === part.topics) return this.take(part.nodes);
    if (this.forest.nodes.length === 0) this.take(part.nodes);
    const stamp = part.stamp;
    const nodes = await whole(part, async (offset) => (await this.host.ask("nodes", { offset })) as never);
    if (nodes !== null && this.host.get("tree").stamp === stamp) this.take(nodes);
  }

  private take(nodes: readonly Shown[] | Forest["nodes"]): void {
    this.forest = new Forest(nodes as Forest["nodes"]);
    this.tree.show(this.forest, this.host.get("tree").records);
    this.told();
    this.drawBar();
    if (nodes.length === 0) this.details.show(null);
    else if (this.host.live) this.open(this.tree.active);
  }

  /** Opens a topic when the keys rest on it: who runs through the tree waits for nothing. */
  private rest(id: string): void {
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.tree.active === id && this.open(id), 80);
  }

  private open(id: string, enter = false): void {
    clearTimeout(this.resting);
    if (id === "" || !this.host.live || this.host.get("proposal") !== null) return;
    void run(null, async () => {
      const shown = (await this.host.ask("details", { topic: id })) as Shown;
      if (this.tree.active !== id) return;
      this.details.show(shown);
      this.details.showCentral(this.host.get("central"));
      if (enter) this.details.node.focus();
    });
  }

  private look(): void {
    this.tree.filter(this.filter.value);
    this.told();
  }

  private told(): void {
    const text = this.filter.value.trim().toLocaleLowerCase();
    const found = text === "" ? 0 : this.forest.nodes.filter((node) => node.name.toLocaleLowerCase().includes(text)).length;
    this.found.textContent = text === "" ? "" : found === 0 ? "no topic has this in its name" : `${plural(found, "topic")}`;
  }

  private filterKey(event: KeyboardEvent): void {
    if (event.key === "Escape") this.filter.value = "";
    else if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.look();
    this.tree.focus();
  }

  private leave(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    this.tree.focus();
  }

  private key(event: KeyboardEvent): void {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.key === "/" && !this.main.hidden) this.filter.focus();
    else if (event.key === "?") help(this.body, KEYS);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // -- deeds ------------------------------------------------------------------------------------------------------

  private deeds(shown: Shown): Deed[] {
    const { id, locked } = shown;
    const marks = [...this.tree.marks].filter((one) => one !== id).length;
    return [
      { name: "Rename", test: "rename-open", key: "F2", why: "Give it another name", act: () => void this.tree.rename(id), off: locked },
      { name: "Add below", test: "add-below", key: "N", why: "Add a topic below it", act: () => this.askName(id) },
      { name: "Move…", test: "move", key: "M", why: "Put it under another topic", act: () => this.move(id), off: locked },
      { name: marks > 0 ? `Merge ${marks + 1}…` : "Merge…", test: "merge", key: "C", why: "Combine it, and those that are marked, with another topic", act: () => this.merge(id), off: locked },
      { name: "Split…", test: "split", key: "S", why: "Divide its records into topics below it", act: () => this.split(shown), off: locked || shown.children.length > 0 || shown.own < 2 || this.host.get("work") !== null },
      { name: locked ? "Unlock" : "Lock", test: "lock", key: "L", why: "A locked topic stays as it is, whatever is found or done above it", act: () => void this.ask("lock_topic", { topic: id, locked: !locked }) },
      ...(this.host.get("linked") === true ? [{ name: "On the map", test: "show-records", key: "R", why: "Select its records on the map", act: () => void this.ask("show_records", { topic: id }) }] : []),
      { name: "Delete…", test: "delete", key: "Delete", why: "Delete it, and say where its records go", act: () => this.remove(id), off: locked },
    ];
  }

  private deed(key: string, id: string): boolean {
    const node = this.forest.nodes[this.forest.place(id)];
    if (node === undefined) return false;
    if (key === "Delete" || key === "Backspace") this.remove(id);
    else if (key === "N") this.askName(id);
    else if (key === "M") this.move(id);
    else if (key === "C") this.merge(id);
    else if (key === "L") void this.ask("lock_topic", { topic: id, locked: !node.locked });
    else if (key === "R" && this.host.get("linked") === true) void this.ask("show_records", { topic: id });
    else if (key === "S") void run(null, async () => this.split((await this.host.ask("details", { topic: id })) as Shown));
    else return false;
    return true;
  }

  private pathOf(id: string): string {
    return this.forest.path(this.forest.place(id));
  }

  private move(id: string): void {
    const at = this.forest.place(id);
    const up = this.forest.nodes[at]?.up ?? -1;
    const without = (other: number): boolean => this.forest.within(other, at) || other === up;
    const first = up < 0 ? {} : { first: { text: "The first level", note: "below no topic" } };
    pick(this.body, { title: `Move ${this.forest.nodes[at]?.name ?? ""} to…`, note: "Its records and everything below it come along.", forest: this.forest, without, ...first, act: "Move", done: (parent) => void this.then("move_topic", { topic: id, parent }, id) });
  }

  private merge(id: string): void {
    const ids = [...new Set([...this.tree.marks, id])];
    const places = ids.map((one) => this.forest.place(one));
    const names = ids.map((one) => this.pathOf(one));
    const several = ids.length > 1;
    const records = ids.reduce((sum, one) => sum + (this.forest.total[this.forest.place(one)] ?? 0), 0);
    const note = h("span", {}, h("span", { dir: "auto" }, names.slice(0, 4).join(", "), names.length > 4 ? ` and ${names.length - 4} more` : ""), `: ${plural(records, "record")}. Keywords and topics below come along.`);
    // several may become one of themselves; a single one needs another
    const without = (at: number): boolean => places.some((place) => at !== place && this.forest.within(at, place)) || (!several && at === places[0]);
    pick(this.body, {
      title: several ? `Make one topic of ${ids.length}` : `Merge ${this.forest.nodes[places[0] ?? 0]?.name ?? ""} into…`,
      note,
      forest: this.forest,
      without,
      fresh: true,
      act: "Merge",
      done: (into, fresh) =>
        void run(null, async () => {
          const made = await this.host.ask("merge_topics", { topics: ids, into: fresh !== "" ? fresh : into });
          this.tree.marks.clear();
          await this.showing(String(made));
        }),
    });
  }

  private remove(id: string): void {
    const at = this.forest.place(id);
    const records = this.forest.total[at] ?? 0;
    if (this.forest.nodes[at]?.locked !== true && records === 0 && (this.forest.below[at] ?? []).length === 0) return void this.ask("delete_topic", { topic: id });
    const below = this.forest.nodes.filter((_, other) => other !== at && this.forest.within(other, at)).length;
    const note = `It has ${plural(records, "record")}${below > 0 ? ` and ${plural(below, "topic")} below it, which go with it` : ""}. Where should its records go? Undo brings everything back.`;
    pick(this.body, { title: `Delete ${this.forest.nodes[at]?.name ?? ""}`, note, forest: this.forest, without: (other) => this.forest.within(other, at), first: { text: "Nowhere: they become unassigned", note: "and are listed with a suggestion" }, act: "Delete", danger: true, done: (into) => void this.then("delete_topic", { topic: id, into }, "") });
  }

  private split(shown: Shown): void {
    if (shown.children.length > 0 || shown.own < 2 || shown.locked) {
      const why = shown.locked ? "It is locked; unlock it first." : shown.children.length > 0 ? "It has topics below it already; split one of these." : "It has fewer than two records of its own.";
        return cannot(this.body, shown, why);
    }
    askParts(this.body, shown, (count) => void this.ask("split_topic", { topic: shown.id, count }));
  }

  /** Asks for the name of a new topic above the tree. */
  private askName(parent: string): void {
    const above = parent === "" ? "" : this.pathOf(parent);
    const away = (): void => {
      redraw(this.adding);
      this.tree.focus();
    };
    const add = (name: string): void => {
      redraw(this.adding);
      this.add(name, parent);
    };
    redraw(this.adding, naming(above, add, away));
    this.adding.querySelector("input")?.focus();
  }

  private add(name: string, parent: string): void {
    void run(null, async () => {
      this.starting = false;
      await this.showing(String(await this.host.ask("add_topic", { name, parent })));
    });
  }

  private then(act: string, options: Record<string, unknown>, id: string): Promise<void> {
    return run(null, async () => {
      await this.host.ask(act, options);
      if (id !== "") await this.showing(id);
    });
  }

  /** Brings a topic into sight once the tree that has it is here. */
  private async showing(id: string): Promise<void> {
    for (let tries = 0; tries < 40 && this.forest.place(id) < 0; tries++) await new Promise((done) => setTimeout(done, 25));
    this.tree.reveal(id);
    this.tree.focus();
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private draw(): void {
    const { topics, depth, records } = this.host.get("tree");
    const live = this.host.live;
    const proposal = this.host.get("proposal");
    const empty = topics === 0;
    const note = empty ? "none yet" : `${plural(topics, "topic")} on ${plural(depth, "level")}, ${plural(records, "record")}`;
    const other = live && !empty && proposal === null && button({ text: this.starting ? "Back to the tree" : "New tree…", test: "start-open", act: () => this.toggle() });
    const what = this.host.get("work")?.note === "embedding" ? "prompts" : "";
    const inside = this.focused() !== null;
    redraw(this.top, heading("Topics", note, other), status(this.host, what));
    const start = live && proposal === null && (empty || this.starting);
    this.start.node.hidden = !start;
    if (start) this.start.draw();
    const waiting = this.proposed.node.hidden;
    this.proposed.draw();
    this.main.hidden = empty || proposal !== null || start;
    if (waiting !== (proposal === null)) this.starting = false;
    if (!waiting && proposal === null && !this.main.hidden) this.open(this.tree.active);
    if (live && !this.saved && !empty) {
      this.saved = true;
      redraw(this.saving, new Saving(this.host).draw());
    }
    this.drawEnd();
    if (inside) this.keepFocus(waiting && proposal !== null);
  }

  /** What has the focus in here and can be seen. */
  private focused(): Element | null {
    const active = this.body.ownerDocument.activeElement;
    return active !== null && this.body.contains(active) && active.closest("[hidden]") === null ? active : null;
  }

  /** What had the focus went away with what it did: the focus goes to the decision, to Stop, or to the tree. */
  private keepFocus(decide: boolean): void {
    if (!decide && this.focused() !== null) return;
    const stop = this.top.querySelector<HTMLElement>("[data-testid=stop]:not([disabled])");
    if (this.host.get("proposal") !== null && this.host.get("work") === null) this.proposed.focus();
    else if (stop !== null) stop.focus({ preventScroll: true });
    else if (!this.main.hidden) this.tree.focus();
    else this.start.focus();
  }

  private toggle(): void {
    this.starting = !this.starting;
    this.draw();
    if (this.starting) this.start.focus();
    else this.tree.focus();
  }

  private drawBar(): void {
    const marks = this.tree.marks.size;
    const left = this.host.get("tree").topics - this.forest.nodes.length;
    const more = left > 0 && !this.host.live && h("span", { class: "rft__note" }, `${plural(left, "more topic")} in the notebook`);
    const marked = marks > 0 && h("span", { class: "rft__line", test: "marked" }, h("span", {}, `${count(marks)} marked`), button({ text: "Merge them…", test: "merge-marked", act: () => this.merge([...this.tree.marks][0] ?? "") }), h("button", { class: "rft__link", type: "button", test: "unmark", key: "unmark", on: { click: () => this.unmark() } }, "unmark"));
    const all = (open: boolean, name: string): HTMLElement => h("button", { class: "rft__link", type: "button", test: open ? "open-all" : "close-all", key: name, on: { click: () => this.tree.openAll(open) } }, name);
    const deep = this.forest.nodes.some((node) => node.up >= 0) && [all(true, "open all"), all(false, "close all")];
    const keys = this.host.live && keysLink(() => help(this.body, KEYS));
    const add = this.host.live && button({ text: "Add a topic", test: "add", act: () => this.askName("") });
    redraw(this.bar, this.filter, this.found, deep, keys, more, h("span", { class: "rft__push rft__line" }, marked, add));
  }

  private unmark(): void {
    this.tree.marks.clear();
    this.tree.show(this.forest, this.host.get("tree").records);
    this.drawBar();
    this.tree.focus();
  }

  private drawBelow(): void {
    const { unassigned } = this.host.get("tree");
    const orphans = lost(this.host, this.host.get("orphans"), (topic) => this.chooseFor(topic));
    redraw(this.below, orphans, suggested(this.host, this.host.get("suggestions"), unassigned ?? 0));
  }

  private chooseFor(topic: string): void {
    pick(this.body, { title: `Records of ${topic}`, note: "They lost this topic. Where do they belong?", forest: this.forest, without: () => false, act: "Put them there", done: (to) => void this.ask("assign_orphans", { topic, to }) });
  }

  private drawEnd(): void {
    const proposal = this.host.get("proposal");
    const line: Child = proposal !== null ? python(proposal.python) : !this.start.node.hidden ? python(this.start.python()) : python("ds.topics");
    redraw(this.end, line);
  }
}

export default widget("topics", (body, host: View) => void new Editor(body, host));
