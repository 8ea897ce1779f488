// The datasets of a folder: what each holds and needs next; add one, open one under the list.
import { h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm, text } from "../shared/fields.ts";
import { count, plural, score } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { moveAlong } from "../shared/keys.ts";
import { heading, python } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import "./index.css";

type Row = {
  id: string;
  name: string;
  version: number;
  when: string;
  step: string;
  records: number | null;
  valid: number | null;
  generated: number | null;
  topics: number | null;
  balance: number | null;
  target_fit: number | null;
  ready: boolean | null;
  next_act: string;
  /** Its scores are being worked out. */
  waits: boolean;
  /** Why it cannot be read; "" where it can. */
  problem: string;
};

export interface HomeModel extends Shared {
  rows: Row[];
  known: { folder: string; total: number; matching: number; sought: string; waiting: number; generate: boolean };
  opened: { name: string; widget: string; python: string } | null;
}

type View = Host<HomeModel>;

const FEW = 8;

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly add = h("div", { class: "rft-home__add" });
  private readonly list = h("div", { class: "rft-home__list" });
  private readonly place = h("section", { class: "rft-home__page", "aria-label": "Dataset" });
  private readonly bar = h("div", { class: "rft__line rft-home__bar" });
  private rows: Row[] = [];
  private shown = "";
  private end = new AbortController();

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.add, this.list, this.place);
    body.append(panel);
    host.signal.addEventListener("abort", () => this.end.abort(), { once: true });
    host.onChange(["rows", "known", "opened"], () => this.follow());
    host.onChange(["opened"], () => this.drawPage());
    this.follow();
    this.drawPage();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private follow(): void {
    this.rows = this.host.get("rows");
    const { folder, total, waiting } = this.host.get("known");
    const note = waiting > 0 && h("p", { class: "rft__note", role: "status", test: "waiting" }, `Working out the scores of ${plural(waiting, "dataset")}…`);
    redraw(this.top, heading("Datasets", `${plural(total, "dataset")} in ${folder}`), note);
    this.drawAdd();
    this.drawList();
  }

  private drawAdd(): void {
    const { total, sought, generate } = this.host.get("known");
    this.add.hidden = !this.host.live;
    if (!this.host.live) return;
    const field = text({ name: "a new dataset", test: "new-name", value: "", placeholder: "support", change: () => {} });
    const input = field.querySelector("input") as HTMLInputElement;
    const made = (act: string): void =>
      void run(null, async () => {
        await this.host.ask(act, { name: input.value });
        input.value = "";
        this.place.querySelector<HTMLElement>("input, button")?.focus({ preventScroll: true });
      });
    input.addEventListener("keydown", (event) => event.key === "Enter" && made("add"));
    const seek = (total > FEW || sought !== "") && text({ name: "find", test: "find", value: sought, placeholder: "a part of a name", change: (value) => this.ask("find", { text: value }) });
    redrawForm(this.add, field, h("span", { class: "rft-home__go" }, button({ text: "Add and import", test: "add", first: total === 0, act: () => made("add") }), generate && button({ text: "Generate one", test: "generate", title: "From a conversation about what it is for", act: () => made("generate") })), seek);
  }

  // -- the list -----------------------------------------------------------------------------------------------------

  private drawList(): void {
    const { total, matching, sought } = this.host.get("known");
    if (total === 0) return redraw(this.list, h("p", { class: "rft__empty", test: "empty" }, "No dataset here yet: add one, and import traces into it."));
    if (matching === 0) return redraw(this.list, h("p", { class: "rft__empty", test: "nothing" }, `No dataset has ${sought} in its name.`));
    const names: [string, boolean][] = [["dataset", false], ["records", true], ["topics", true], ["balance", true], ["target fit", true], ["last change (UTC)", false], ["next", false]];
    const head = h("thead", {}, h("tr", {}, names.map(([name, number]) => h("th", { scope: "col", class: number ? "rft__number" : "" }, name))));
    const left = matching - this.rows.length;
    const more = left > 0 && this.host.live && h("p", {}, h("button", { class: "rft__link", type: "button", test: "more", key: "more", on: { click: () => this.more() } }, `${plural(left, "more dataset")} …`));
    redraw(this.list, h("div", { class: "rft-home__scroll" }, h("table", { class: "rft__table rft-home__table", test: "datasets" }, head, h("tbody", {}, this.rows.map((row) => this.row(row))))), more);
    moveAlong(this.list, "[data-testid=open]", { open: (item) => item.click() });
  }

  private more(): void {
    void run(null, async () => {
      this.rows = [...this.rows, ...((await this.host.ask("more", { offset: this.rows.length })) as Row[])];
      this.drawList();
    });
  }

  private row(row: Row): HTMLElement {
    const here = this.host.get("opened")?.name === row.id;
    const bad = row.problem !== "";
    const name = this.host.live && !bad ? h("button", { class: "rft__link", type: "button", test: "open", key: `open ${row.id}`, "data-id": row.id, "aria-expanded": here, on: { click: () => this.toggle(row.id, here) } }, row.name) : row.name;
    const numbers = bad ? [] : [count(row.records), count(row.topics), score(row.balance), score(row.target_fit)];
    const cells: Child[] = bad
      ? [h("td", { colspan: 6, class: "rft-home__problem", test: "problem" }, h("span", { class: "rft__status rft__status--far" }, "✗ damaged "), row.problem)]
      : [...numbers.map((value, at) => h("td", { class: "rft__number", "data-name": ["records", "topics", "balance", "target fit"][at] ?? "" }, row.version === 0 ? "–" : row.waits ? "…" : value)), h("td", { class: "rft-home__when" }, row.when === "" ? "–" : row.when, row.step !== "" && h("small", { class: "rft__note" }, ` ${row.step}`)), h("td", { class: "rft-home__next" }, next(row))];
    return h("tr", { test: "dataset-row", "data-id": row.id, "data-open": here ? "yes" : "no" }, h("th", { scope: "row", dir: "auto" }, name), cells);
  }

  private toggle(id: string, here: boolean): void {
    void run(null, () => (here ? this.host.ask("close_dataset") : this.host.ask("open_dataset", { name: id })));
  }

  // -- the page of one ----------------------------------------------------------------------------------------------

  private drawPage(): void {
    const opened = this.host.get("opened");
    this.place.hidden = opened === null;
    if ((opened?.widget ?? "") === this.shown) return;
    this.end.abort();
    this.end = new AbortController();
    this.shown = opened?.widget ?? "";
    if (opened === null) return redraw(this.place);
    const inside = h("div", {});
    const close = h("button", { class: "rft__link rft__push", type: "button", test: "close-dataset", on: { click: () => this.leave(opened.name) } }, "close");
    redraw(this.bar, close);
    redraw(this.place, this.bar, inside, python(opened.python));
    this.host.child(opened.widget, inside, this.end.signal).catch((why: unknown) => redraw(inside, h("p", { class: "rft__error" }, sentence(why))));
  }

  private leave(id: string): void {
    void run(null, async () => {
      await this.host.ask("close_dataset");
      [...this.list.querySelectorAll<HTMLElement>("[data-testid=open]")].find((one) => one.dataset["id"] === id)?.focus();
    });
  }
}

function next(row: Row): Child[] {
  if (row.version === 0) return ["Import traces."];
  if (row.waits) return [h("span", { class: "rft__note" }, "…")];
  return [row.ready === true && h("span", { class: "rft__status rft__status--ok" }, "✓ ready "), row.next_act];
}

export default widget("home", (body, host: View) => void new Panel(body, host));
