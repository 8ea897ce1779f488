// Every record as a dot: near is alike. Coloured, named, selected, assigned.
import { conversation, type Turn } from "../shared/conversation.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { empty, IMPORT } from "../shared/empty.ts";
import { count, plural, score } from "../shared/format.ts";
import { help, keysLink, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, type Done, type Work } from "../shared/panel.ts";
import { button, choices } from "../shared/pieces.ts";
import { topicSearch } from "../shared/topic_search.ts";
import { run, widget } from "../shared/widget.ts";
import { legend } from "./legend.ts";
import { bytes, KEYS, places, type By, type Dots, type Drawn, type Legend, type Peek, type Selection, type Tones } from "./model.ts";
import { Plot, type Tool } from "./plot.ts";
import "./index.css";

export interface TopicMapModel extends Shared {
  work: Work;
  done: Done;
  drawn: Drawn | null;
  total: number;
  legend: Legend;
  selection: Selection;
  tones: Tones;
}

type View = Host<TopicMapModel>;
type Sent = { buffers: DataView[] };
type Opened = { id: string; topic: string; confidence: number | null; messages: Turn[] };

const EMPTY = "No records yet: import some, then they have a place on the map.";
const PAUSE = 60;

class Map_ {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly tools = h("div", { class: "rft__line rft-map__tools" });
  private readonly tip = h("div", { class: "rft-map__tip", hidden: true, test: "tip", role: "status" });
  private readonly frame = h("div", { class: "rft-map__frame" });
  private readonly side = h("div", { class: "rft-map__side" });
  private readonly chosen = h("div", { class: "rft-map__selection" });
  private readonly record = h("div", {});
  private readonly end = h("div", {});
  private readonly plot: Plot;
  private readonly search = topicSearch((text) => this.find(text), (topic) => this.assign(topic), () => this.plot.canvas.focus(), "assign to topic  t");
  private opened: Opened | null = null;
  private pointed = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly body: HTMLElement, private readonly host: View) {
    this.plot = new Plot({ colours: () => this.colours(), point: (at, x, y) => this.point(at, x, y), open: (at) => void this.open(at), lasso: (polygon, mode) => this.ask("lasso", { polygon, mode }) }, host.signal);
    this.frame.append(this.plot.canvas, this.tip);
    const main = h("div", { class: "rft-map__main" }, this.frame, this.side);
    const panel = h("div", { class: "rft__panel", test: "panel" }, this.top, this.tools, main, this.chosen, this.record, this.end);
    body.append(panel);
    panel.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
    host.onChange(["work", "done", "total"], () => this.draw());
    host.onChange(["drawn", "legend"], () => void this.load());
    host.onChange(["selection"], () => void this.mark());
    this.watch();
    this.draw();
    if (host.live && host.get("drawn") !== null) void this.load();
    else if (host.live && host.get("total") > 0 && host.get("work") === null) this.ask("draw");
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  /** The size of the page and its theme. */
  private watch(): void {
    const page = this.body.ownerDocument.body;
    const sized = new ResizeObserver(() => this.fit());
    sized.observe(this.frame);
    const themed = new MutationObserver(() => this.plot.plan());
    themed.observe(page, { attributes: true, attributeFilter: ["data-jp-theme-light", "data-jp-theme-name", "class"] });
    const light = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
    light?.addEventListener("change", () => this.plot.plan(), { signal: this.host.signal });
    this.host.signal.addEventListener("abort", () => [sized, themed].forEach((one) => one.disconnect()), { once: true });
  }

  private fit(): void {
    const width = this.frame.clientWidth;
    const height = Math.round(Math.max(320, Math.min(width * 0.72, 620)));
    this.plot.canvas.style.height = `${height}px`;
    this.plot.resize(width, height);
  }

  private get dark(): boolean {
    const scheme = getComputedStyle(this.body.closest(".rft") ?? this.body).colorScheme;
    return scheme === "dark" || (scheme !== "light" && typeof matchMedia === "function" && matchMedia("(prefers-color-scheme: dark)").matches);
  }

  private colours(): { groups: string[]; ink: string; ground: string } {
    const tones = this.host.get("tones");
    const at = this.dark ? 1 : 0;
    const style = getComputedStyle(this.body.closest(".rft") ?? this.body);
    return { groups: this.host.get("legend").groups.map(({ tone }) => tones[tone]?.[at] ?? "gray"), ink: style.color, ground: style.backgroundColor };
  }

  // -- what is shown ----------------------------------------------------------------------------------------------

  private async load(): Promise<void> {
    this.draw();
    const drawn = this.host.get("drawn");
    if (drawn === null || !this.host.live) return;
    await run(null, async () => {
      const { buffers } = (await this.host.ask("points")) as Sent;
      const [where, which] = buffers;
      if (where === undefined || which === undefined) return;
      const dots: Dots = { places: places(where), groups: bytes(which) };
      this.fit();
      this.plot.show(dots, this.host.get("drawn")?.names ?? []);
    });
    await this.mark();
  }

  private async mark(): Promise<void> {
    this.drawSelection();
    if (this.host.get("drawn") === null || !this.host.live) return;
    await run(null, async () => {
      const { buffers } = (await this.host.ask("marked")) as Sent;
      if (buffers[0] !== undefined) this.plot.mark(bytes(buffers[0]));
    });
  }

  private draw(): void {
    const { host } = this;
    const drawn = host.get("drawn");
    const idle = host.live && host.get("work") === null && host.get("total") > 0;
    const again = idle && (drawn === null || drawn.stale !== "") && button({ text: drawn === null ? "Draw" : "Draw again", test: "draw", first: true, act: () => this.ask("draw") });
    const title = "UMAP shows groups better. It takes minutes at first, in the background; the map stays usable.";
    const better = idle && drawn !== null && drawn.method === "pca" && drawn.shown >= 10 && button({ text: "Make a better map", test: "improve", title, act: () => this.ask("improve") });
    const note = drawn !== null && [drawn.said, h("span", {}, ` · ${drawn.method === "umap" ? "UMAP" : "PCA"}`)];
    const stale = drawn !== null && drawn.stale !== "" && h("p", { class: "rft__stale", test: "stale" }, drawn.stale);
    redraw(this.top, heading("Map", note === false ? null : h("span", {}, note), again, better), status(host, "records"), stale, this.empty());
    this.tools.hidden = this.frame.hidden = drawn === null || !host.live;
    if (drawn !== null) this.plot.canvas.setAttribute("aria-label", `Map of ${drawn.said}. Select records by the colours beside it.`);
    redraw(this.tools, drawn !== null && host.live && this.toolbar());
    redraw(this.side, drawn !== null && legend(host.get("legend"), host.get("tones"), host.live ? { select: (path, mode) => this.ask("select_group", { path, mode }), light: (group) => this.plot.light(group) } : null));
    redraw(this.end, drawn !== null && python(drawn.python));
    this.drawSelection();
  }

  private empty(): Child {
    if (this.host.get("total") > 0) return this.host.live ? null : h("p", { class: "rft__note" }, "The picture of the map is in the static page.");
    return empty(EMPTY, { python: IMPORT, refresh: this.host.live && (() => this.ask("refresh")) });
  }

  private toolbar(): Child[] {
    const { by, level, levels } = this.host.get("legend");
    const tool = choices<Tool>("tool", (["move", "lasso"] as const).map((value) => ({ text: value, value, chosen: this.plot.tool === value })), (value) => this.use(value));
    const deep = levels > 1 ? Array.from({ length: levels - 1 }, (_, at) => ({ text: at === 0 ? "subtopic" : `level ${at + 2}`, value: { by: "topic" as By, level: at + 2 }, chosen: by === "topic" && level === at + 2 })) : [];
    const rest = (["confidence", "valid", "generated"] as const).map((value) => ({ text: value as string, value: { by: value as By, level: 1 }, chosen: by === value }));
    const colour = choices("colour by", [{ text: "topic", value: { by: "topic" as By, level: 1 }, chosen: by === "topic" && level === 1 }, ...deep, ...rest], (value) => this.ask("colour_by", value));
    const small = (text: string, test: string, name: string, act: () => void): HTMLElement => h("button", { class: "rft__button rft-map__small", type: "button", test, key: test, "aria-label": name, title: name, on: { click: act } }, text);
    const zoom = h("span", { class: "rft-map__zoom" }, small("+", "zoom-in", "Zoom in (+)", () => this.plot.zoom(1.5)), small("−", "zoom-out", "Zoom out (-)", () => this.plot.zoom(1 / 1.5)), small("all", "zoom-all", "Show all of it (0)", () => this.plot.all()), keysLink(() => help(this.top, KEYS)));
    return [tool, h("span", { class: "rft__line" }, h("span", { class: "rft__note" }, "colour by"), colour), h("span", { class: "rft__push" }, zoom)];
  }

  private use(tool: Tool): void {
    this.plot.tool = tool;
    this.plot.canvas.dataset["tool"] = tool;
    this.draw();
  }

  private drawSelection(): void {
    const { count: selected, topics, more } = this.host.get("selection");
    if (!this.host.live || this.host.get("drawn") === null) return redraw(this.chosen);
    if (selected === 0) return redraw(this.chosen, h("p", { class: "rft__note", test: "nothing-selected" }, "Draw a lasso, or choose a colour, to select records. Point at a dot for its text, click it to read it."));
    const of = topics.map(({ topic, count: records }) => `${topic} ${count(records)}`).join(", ");
    const drop = h("button", { class: "rft__link", type: "button", test: "select-none", key: "select-none", title: "Select nothing (Esc)", on: { click: () => this.ask("select_none") } }, "select none");
    const bare = h("button", { class: "rft__link", type: "button", test: "unassign", key: "unassign", title: "Leave them unassigned, by hand", on: { click: () => this.assign(null) } }, "leave unassigned");
    const words = h("span", { test: "selected" }, h("b", {}, `${plural(selected, "record")} selected`), h("span", { class: "rft__note" }, ` ${of}${more > 0 ? ` and ${plural(more, "topic")} more` : ""}`));
    redraw(this.chosen, h("div", { class: "rft__line rft-map__chosen" }, words, this.search.node, bare, drop));
  }

  // -- one record -------------------------------------------------------------------------------------------------

  /** Shows what a dot is, soon: the pointer passes over many. */
  private point(at: number, x: number, y: number): void {
    this.plot.canvas.style.cursor = at >= 0 ? "pointer" : "";
    if (at === this.pointed && at >= 0) return;
    this.pointed = at;
    clearTimeout(this.timer);
    this.tip.hidden = true;
    if (at < 0 || !this.host.live) return;
    this.timer = setTimeout(() => void this.peek(at, x, y), PAUSE);
  }

  private async peek(at: number, x: number, y: number): Promise<void> {
    await run(null, async () => {
      const told = (await this.host.ask("peek", { at })) as Peek;
      if (at !== this.pointed) return;
      const sure = told.confidence === null ? "" : ` ${score(told.confidence)}`;
      const also = [told.valid === false ? "invalid" : "", told.generated ? "generated" : ""].filter((one) => one !== "").join(", ");
      redraw(this.tip, h("div", { dir: "auto" }, told.text === "" ? "no text" : told.text), h("div", { class: "rft__note", dir: "auto" }, (told.topic === "" ? "unassigned" : told.topic) + sure, also !== "" && ` · ${also}`));
      this.tip.hidden = false;
      const room = this.frame.clientWidth;
      this.tip.style.left = `${Math.max(0, Math.min(x + 12, room - this.tip.offsetWidth - 4))}px`;
      this.tip.style.top = `${y + 16}px`;
    });
  }

  private async open(at: number): Promise<void> {
    await run(null, async () => {
      this.opened = (await this.host.ask("open_record", { at })) as Opened;
      this.drawRecord();
    });
  }

  private drawRecord(): void {
    const opened = this.opened;
    if (opened === null) return redraw(this.record);
    const shut = h("button", { class: "rft__link", type: "button", test: "close-record", key: "close-record", "aria-label": "Close the record", title: "Close (Esc)", on: { click: () => this.shut() } }, "×");
    const topic = opened.topic === "" ? "unassigned" : `${opened.topic} ${opened.confidence === null ? "" : score(opened.confidence)}`;
    redraw(this.record, h("section", { class: "rft-map__record", test: "record", "aria-label": `Record ${opened.id}` }, h("div", { class: "rft__line" }, h("h3", { class: "rft-map__id", dir: "auto" }, opened.id), h("span", { class: "rft__note", dir: "auto" }, topic), h("span", { class: "rft__push" }, shut)), conversation(opened.messages, { last: true })));
  }

  private shut(): void {
    this.opened = null;
    this.drawRecord();
    this.plot.canvas.focus();
  }

  /** Assigns the selected; the keys go back to the map, where what was assigned is seen. */
  private assign(topic: string | null): void {
    this.ask("assign", { topic });
    this.plot.canvas.focus({ preventScroll: true });
  }

  private async find(text: string): Promise<string[]> {
    let found: string[] = [];
    await run(null, async () => {
      found = (await this.host.ask("find_topics", { text })) as string[];
    });
    return found;
  }

  // -- keys -------------------------------------------------------------------------------------------------------

  private key(event: KeyboardEvent): void {
    if (event.defaultPrevented || !this.host.live || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    if ((event.target as Element).closest("dialog") !== null || !this.letter(event)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  private letter({ key, target }: KeyboardEvent): boolean {
    const ways: Record<string, [number, number]> = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
    const way = ways[key];
    if (key === "?") help(this.top, KEYS);
    else if (key === "u" && this.host.get("done")?.undo === true) this.ask("undo");
    else if (key === "Escape" && this.opened !== null) this.shut();
    else if (key === "Escape" && this.host.get("selection").count > 0) this.ask("select_none");
    else if (key === "t" && this.host.get("selection").count > 0) this.search.focus();
    else if (this.host.get("drawn") === null) return false;
    else if (key === "l") this.use(this.plot.tool === "lasso" ? "move" : "lasso");
    else if (key === "+" || key === "=") this.plot.zoom(1.4);
    else if (key === "-") this.plot.zoom(1 / 1.4);
    else if (key === "0") this.plot.all();
    else if (way !== undefined && target === this.plot.canvas) this.plot.move(...way);
    else return false;
    return true;
  }
}

export default widget("map", (body, host: View) => void new Map_(body, host));
