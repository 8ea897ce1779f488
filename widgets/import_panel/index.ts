// Files into a dataset: look what they are, overrule it, import, see what became of every line.
import { conversation, type Turn } from "../shared/conversation.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm, select, text, tick } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { button, choices, facts } from "../shared/pieces.ts";
import { size, upload } from "../shared/upload.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import { Refused } from "../shared/host.ts";
import "./index.css";

type File_ = { name: string; path: string; size: string; format: string; container: string; why: string; confidence: number | null; mapping: Record<string, string>; error: string; prompt: Turn[] };
type Found = { count: number; size: string; looked: number; most: number; readable: number; columns: string[]; files: File_[] };
type Options = { source: string; format: string | null; mapping: Record<string, string>; mixed: boolean; fold: boolean; replace: boolean };
type Lost = { total: number; offset: number; rows: { file: string; line: number; reason: string; text: string }[] };
type Account = { read: number; added: number; duplicates_skipped: number; blank: number; folded: number; unreadable: number; when: string; sentences: string[]; lost: Lost | null };

export interface ImportPanelModel extends Shared {
  work: Work;
  done: Done;
  /** What the source would be read as; null before anything was looked at. */
  found: Found | null;
  options: Options;
  known: { formats: { name: string; text: string }[]; fields: string[]; limit: number; records: number; name: string };
  /** What the last import did with every line. */
  account: Account | null;
  python: string;
}

type View = Host<ImportPanelModel>;

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly source = h("section", { class: "rft-import__source", "aria-label": "Source" });
  private readonly found = h("section", { class: "rft-import__found", "aria-label": "What was found" });
  private readonly last = h("section", { "aria-label": "The last import" });
  private readonly end = h("div", {});
  private lost: Lost | null = null;
  private sending: { name: string; done: number; size: number } | null = null;
  private refused = "";
  private open = false;

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.source, this.found, this.last, this.end);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["work", "done", "known"], () => this.drawTop());
    host.onChange(["options", "found", "work", "known"], () => this.drawForm());
    host.onChange(["account"], () => this.drawLast());
    host.onChange(["python"], () => this.drawEnd());
    this.drawTop();
    this.drawForm();
    this.drawLast();
    this.drawEnd();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private choose(options: Partial<Options>): void {
    this.ask("choose", options);
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  private drawTop(): void {
    const { name, records } = this.host.get("known");
    redraw(this.top, heading("Import", `into ${name}, ${records === 0 ? "no records yet" : `${plural(records, "record")} there`}`), status(this.host, "records read"));
  }

  private drawEnd(): void {
    redraw(this.end, python(this.host.get("python")));
  }

  private drawForm(): void {
    this.source.hidden = !this.host.live;
    redrawForm(this.source, this.path(), this.drop());
    redrawForm(this.found, ...this.detected());
  }

  private path(): HTMLElement {
    const { source } = this.host.get("options");
    const look = (value: string): void => this.ask("look", { source: value });
    const field = text({ name: "file, folder or pattern", test: "source", value: source, placeholder: "traces.jsonl, logs/, or logs/*.jsonl.gz", note: "as the kernel sees it; .gz, .zst, .bz2 and .xz are unpacked", change: look });
    return h("div", { class: "rft-import__path" }, field, button({ text: "Look", test: "look", act: () => look((field.querySelector("input") as HTMLInputElement).value) }));
  }

  private drop(): HTMLElement {
    const { limit } = this.host.get("known");
    const input = h("input", { type: "file", test: "file", key: "file", "aria-label": "Choose a file of this computer" });
    input.addEventListener("change", () => void this.send(input.files?.[0]));
    const told = this.sending === null ? `or drop a file here (up to ${size(limit)})` : `${this.sending.name}: ${size(this.sending.done)} of ${size(this.sending.size)}`;
    const zone = h("div", { class: "rft-import__drop", test: "drop" }, h("span", { role: "status", test: "sending" }, told), this.sending === null && input, this.refused !== "" && h("p", { class: "rft__error", role: "alert", test: "refused" }, this.refused));
    zone.addEventListener("dragover", (event) => {
      event.preventDefault();
      zone.classList.add("rft-import__drop--over");
    });
    zone.addEventListener("dragleave", () => zone.classList.remove("rft-import__drop--over"));
    zone.addEventListener("drop", (event) => {
      event.preventDefault();
      event.stopPropagation(); // JupyterLab would take the file into its own browser
      void this.send(event.dataTransfer?.files[0]);
    });
    return zone;
  }

  private async send(file: File | undefined): Promise<void> {
    if (file === undefined || this.sending !== null) return;
    this.refused = "";
    this.sending = { name: file.name, done: 0, size: file.size };
    this.drawForm();
    try {
      await upload(file, (act, options) => this.host.ask(act, options), (done) => {
        this.sending = { name: file.name, done, size: file.size };
        this.drawForm();
      });
    } catch (why) {
      if (!(why instanceof Refused)) this.refused = `The file could not be read here: ${sentence(why)}`;
    }
    this.sending = null;
    this.drawForm();
  }

  // -- what was found ---------------------------------------------------------------------------------------------

  private detected(): Child[] {
    const found = this.host.get("found");
    if (found === null) return [this.host.live && h("p", { class: "rft__empty", test: "empty" }, "Name a file, a folder or a pattern, and look what is in it; nothing is imported before you say so.")];
    const more = found.count > found.looked && `; the first ${count(found.looked)} were looked into`;
    const rest = found.looked > found.files.length && h("p", { class: "rft__note" }, `… and ${plural(found.looked - found.files.length, "more file")}`);
    return [
      h("h3", { class: "rft__head", test: "found" }, `${plural(found.count, "file")}, ${found.size}`, h("span", { class: "rft__note" }, more)),
      h("ul", { class: "rft-import__files" }, found.files.map((file) => this.file(file))),
      rest,
      this.host.live && this.overrule(found),
      this.host.live && this.how(found),
    ];
  }

  private file(file: File_): HTMLElement {
    const kind = file.error !== "" ? h("span", { class: "rft__status rft__status--far" }, "✗ not read") : h("b", { test: "format" }, file.format);
    const sure = file.confidence !== null && file.confidence < 0.8 && h("span", { class: "rft__status rft__status--near" }, `▿ ${share(file.confidence)} sure`);
    const mapping = Object.entries(file.mapping).map(([field, column]) => h("li", {}, h("b", {}, field), " ← ", h("span", { dir: "auto" }, column)));
    const prompt = file.prompt.length > 0 && h("details", { test: "prompt" }, h("summary", { class: "rft__note" }, "the first prompt"), conversation(file.prompt, { last: true, lines: 4 }));
    return h(
      "li",
      { test: "file-row", "data-file": file.name },
      h("div", { class: "rft__line" }, h("span", { class: "rft-import__name", title: file.path, dir: "auto" }, file.name), kind, sure, h("span", { class: "rft__note" }, [file.container, file.size].filter((one) => one !== "").join(", "))),
      h("p", { class: "rft__note", test: "why" }, file.error !== "" ? file.error : file.why),
      mapping.length > 0 && h("ul", { class: "rft-import__mapping", test: "mapping" }, mapping),
      prompt,
    );
  }

  private overrule(found: Found): HTMLElement {
    const { formats, fields } = this.host.get("known");
    const { format, mapping } = this.host.get("options");
    const names = [{ value: "", text: "as detected" }, ...formats.map((one) => ({ value: one.name, text: one.name }))];
    const about = formats.find((one) => one.name === format)?.text;
    const columns = (field: string): { value: string; text: string }[] => [{ value: "", text: "as detected" }, ...[...new Set([...found.columns, mapping[field] ?? ""])].filter((one) => one !== "").map((one) => ({ value: one, text: one }))];
    const rows = fields.map((field) => select({ name: field, test: `map-${field}`, value: mapping[field] ?? "", options: columns(field), change: (column) => this.choose({ mapping: { ...mapping, [field]: column } }) }));
    const lost = found.readable === 0;
    const shown = this.open || lost || format !== null || Object.keys(mapping).length > 0;
    // only what a person opens stays open: a file that needed it does not open it for the next one
    const name = h("summary", { test: "overrule-name", on: { click: () => (this.open = !fold.open) } }, "Overrule format and fields");
    const fold: HTMLDetailsElement = h("details", { test: "overrule", open: shown }, name, h("div", { class: "rft__fields rft-import__overrule" }, select({ name: "format", test: "choose-format", value: format ?? "", options: names, note: about, change: (value) => this.choose({ format: value === "" ? null : value }) }), rows));
    return fold;
  }

  private how(found: Found): HTMLElement {
    const options = this.host.get("options");
    const { records } = this.host.get("known");
    const busy = this.host.get("work") !== null;
    const start = button({ text: found.count === 1 ? "Import the file" : `Import ${plural(found.count - (found.looked - found.readable), "file")}`, test: "start", first: true, act: () => this.ask("start") });
    start.disabled = busy || found.readable === 0;
    const keepOrNot = records > 0 && choices("where to", [{ text: "Append", value: false, chosen: !options.replace }, { text: "Replace", value: true, chosen: options.replace }], (replace) => this.choose({ replace }));
    const warned = options.replace && records > 0 && h("span", { class: "rft__note", test: "replace-note" }, `The ${plural(records, "record")} there will be taken out; Undo brings them back.`);
    return h(
      "div",
      { class: "rft-import__how" },
      tick({ name: "One record for each conversation", test: "fold", checked: options.fold, note: " growing prefixes are folded into the longest", change: (fold) => this.choose({ fold }) }),
      tick({ name: "Also read rows of another shape", test: "mixed", checked: options.mixed, note: " than the majority of their file", change: (mixed) => this.choose({ mixed }) }),
      h("div", { class: "rft__line rft-import__go" }, start, keepOrNot, warned),
    );
  }

  // -- afterwards -------------------------------------------------------------------------------------------------

  private drawLast(): void {
    const account = this.host.get("account");
    this.last.hidden = account === null;
    if (account === null) return redraw(this.last);
    this.lost = account.lost;
    const parts = [
      { name: "read", value: count(account.read), test: "read", why: "read = added + imported before + blank + folded + unreadable" },
      { name: "added", value: count(account.added), test: "added" },
      { name: "imported before", value: count(account.duplicates_skipped), test: "duplicates-skipped", why: "The same whole row came with an earlier import." },
      { name: "blank", value: count(account.blank), test: "blank" },
      { name: "folded", value: count(account.folded), test: "folded", why: "Prompts that are the beginning of a longer one of the same conversation." },
      { name: "unreadable", value: count(account.unreadable), test: "unreadable", why: "Lines that are no JSON; they are kept with their bytes." },
    ];
    const told = account.sentences.length > 0 && h("ul", { class: "rft__list", test: "sentences" }, account.sentences.map((one) => h("li", {}, one)));
    redraw(this.last, h("h3", { class: "rft__head" }, "The last import ", h("span", { class: "rft__note" }, account.when === "" ? "" : `${account.when} UTC`)), facts(parts), told, this.lost !== null && this.lines(this.lost));
  }

  private lines(lost: Lost): HTMLElement {
    const head = h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "rft__number" }, "line"), ...["file", "reason", "begins with"].map((name) => h("th", { scope: "col" }, name))));
    const rows = lost.rows.map((row) => h("tr", { test: "lost-row" }, h("td", { class: "rft__number" }, count(row.line)), h("td", { dir: "auto" }, row.file), h("td", {}, row.reason), h("td", { class: "rft-import__raw", dir: "auto" }, row.text)));
    const turn = (offset: number): void => void run(null, async () => this.turn((await this.host.ask("unreadable", { offset })) as Lost));
    const page = lost.rows.length;
    const pages = lost.total > page && this.host.live && h("p", { class: "rft__line" }, lost.offset > 0 && h("button", { class: "rft__link", type: "button", key: "before", on: { click: () => turn(Math.max(0, lost.offset - 20)) } }, "‹ before"), h("span", { class: "rft__note" }, `${count(lost.offset + 1)} to ${count(lost.offset + page)} of ${count(lost.total)}`), lost.offset + page < lost.total && h("button", { class: "rft__link", type: "button", test: "lost-next", key: "next", on: { click: () => turn(lost.offset + page) } }, "next ›"));
    return h("div", { class: "rft-import__lost", test: "lost" }, h("p", { class: "rft__note" }, "Lines that could not be read, of all imports: kept with their bytes, in no count of records"), h("table", { class: "rft__table", "aria-label": "Lines that could not be read" }, head, h("tbody", {}, rows)), pages);
  }

  private turn(lost: Lost): void {
    this.lost = lost;
    redraw(this.last.querySelector("[data-testid=lost]")?.parentElement ?? this.last, ...[...this.last.children].map((one) => (one.getAttribute("data-testid") === "lost" ? this.lines(lost) : one)));
  }
}

export default widget("import", (body, host: View) => void new Panel(body, host));
