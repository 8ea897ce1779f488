// The records behind a code: a list of any length, one record open below it.
import { conversation, type Turn } from "../shared/conversation.ts";
import { h, redraw } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import type { Host } from "../shared/host.ts";
import { python } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { NARROW, Table, type Column } from "../shared/table.ts";
import { run } from "../shared/widget.ts";
import type { SanitizePanelModel } from "./index.ts";

type Found = { id: string; text: string; why: string; selected: boolean };
export type Listed = { code: string; matching: number; rows: Found[]; python: string };
type Opened = { id: string; findings: { code: string; error: boolean; sentence: string }[]; messages: Turn[]; facts: Record<string, string> };

const HEIGHT = 10;

export class Records {
  private readonly table: Table<Found>;
  private readonly head = h("div", {});
  private readonly side = h("div", {});
  private readonly foot = h("div", {});
  private readonly node = h("section", { class: "rft-sanitize__records", test: "listed" });
  private opened: Opened | null = null;
  private shown = "";

  constructor(private readonly host: Host<SanitizePanelModel>, private readonly leave: () => void) {
    this.table = new Table<Found>(
      {
        name: "Records with this code",
        test: "records",
        columns: (width) => (width > 0 && width < NARROW ? [narrow] : columns),
        height: HEIGHT,
        order: () => ({ column: "", descending: false }),
        opened: () => this.opened?.id ?? "",
        fetch: async (offset, limit) => ((await host.ask("rows", { offset, limit })) as { rows: Found[] }).rows,
        open: (row) => void this.open(row.id),
        sort: () => {},
        select: () => {},
        moved: (row) => this.opened !== null && void this.open(row.id),
      },
      host.signal,
    );
    this.node.append(this.head, this.table.node, this.side, this.foot);
    this.node.addEventListener("keydown", (event) => this.key(event), { signal: host.signal });
  }

  show(place: HTMLElement, listed: Listed | null, meaning: string): void {
    if (listed === null) {
      this.opened = null;
      this.shown = "";
      return redraw(place);
    }
    const fresh = this.shown !== listed.code;
    this.shown = listed.code;
    redraw(this.head, ...this.heading(listed, meaning));
    redraw(this.foot, python(listed.python));
    if (!place.contains(this.node)) redraw(place, this.node);
    this.table.node.hidden = listed.matching === 0;
    if (fresh) this.opened = null;
    this.table.reset(this.host.live ? listed.matching : listed.rows.length, listed.rows, !fresh);
    this.drawSide();
    if (fresh && this.host.live) this.table.go(0);
  }

  private heading(listed: Listed, meaning: string): HTMLElement[] {
    const live = this.host.live;
    const back = h("button", { class: "rft__link", type: "button", test: "back", key: "back", title: "Back to all codes (Esc)", on: { click: this.leave } }, "‹ all codes");
    const repaired = live && listed.code === "repaired" && listed.matching > 0;
    const undo = repaired && button({ text: `Undo the repairs of all ${count(listed.matching)}`, test: "undo-repairs", act: () => void run(null, () => this.host.ask("undo_repairs", {})) });
    const title = h("h3", { class: "rft__head", test: "listed-code" }, `${listed.code.replaceAll("_", " ")}: ${plural(listed.matching, "record")}`);
    return [h("div", { class: "rft__line rft__line--ends" }, h("span", { class: "rft__line" }, live && back, title), undo), h("p", { class: "rft__note" }, meaning)];
  }

  private async open(id: string): Promise<void> {
    await run(null, async () => {
      this.opened = (await this.host.ask("open_record", { id })) as Opened;
      this.drawSide();
      this.table.change(() => {});
    });
  }

  private drawSide(): void {
    const opened = this.opened;
    if (opened === null) return redraw(this.side);
    const again = (): void => void run(null, () => this.host.ask("undo_repairs", { ids: [opened.id] }));
    const undo = this.host.live && this.shown === "repaired" && button({ text: "Undo this repair", test: "undo-repair", act: again });
    const found = opened.findings.map((one) => h("li", {}, h("span", { class: `rft__status rft__status--${one.error ? "far" : "near"}` }, `${one.error ? "✗" : "▿"} ${one.code.replaceAll("_", " ")}`), ` ${one.sentence}`));
    const from = opened.facts["from"]?.replace(/^, /, ""); // rows that came from no file have a line alone
    redraw(
      this.side,
      h("section", { class: "rft-sanitize__record", test: "record", "aria-label": `Record ${opened.id}` }, h("div", { class: "rft__line rft__line--ends" }, h("h4", { class: "rft-sanitize__id", dir: "auto" }, opened.id), h("span", { class: "rft__line" }, from !== undefined && h("span", { class: "rft__note" }, from), undo)), h("ul", { class: "rft-sanitize__findings" }, found), conversation(opened.messages, { last: true })),
    );
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    if (this.opened === null) return this.leave();
    this.opened = null;
    this.drawSide();
    this.table.go(this.table.active);
  }
}

const columns: readonly Column<Found>[] = [
  { name: "id", text: "id", width: 12, cell: (row) => h("span", { title: row.id, dir: "auto" }, row.id) },
  { name: "text", text: "last user turn", cell: (row) => h("span", { dir: "auto", title: row.text }, row.text === "" ? "–" : row.text) },
  { name: "why", text: "why", cell: (row) => h("span", { title: row.why, dir: "auto" }, row.why) },
];

const narrow: Column<Found> = {
  name: "lines",
  text: "record",
  cell: (row) => h("div", { class: "rft-sanitize__lines" }, h("div", { dir: "auto" }, row.text === "" ? row.id : row.text), h("div", { class: "rft__note", dir: "auto" }, row.why)),
};
