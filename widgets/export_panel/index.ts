// Records into files for a trainer: whether they are ready, how they are divided, what each file would hold.
import { h, redraw } from "../shared/dom.ts";
import { download, keepBlob } from "../shared/download.ts";
import { empty, IMPORT } from "../shared/empty.ts";
import { redrawForm } from "../shared/fields.ts";
import { plural } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { heading, python, status, undoKey, type Done, type Work } from "../shared/panel.ts";
import { run, widget } from "../shared/widget.ts";
import { division } from "./division.ts";
import { draft, form, written, type FileActs } from "./files.ts";
import type { Choices, ExportFields, File_, Readiness, SplitView, Written } from "./model.ts";
import { ready } from "./ready.ts";
import "./index.css";

export interface ExportPanelModel extends Shared {
  work: Work;
  done: Done;
  /** Whether every rule passes; null while it is worked out. */
  readiness: Readiness | null;
  /** The split there is, and what the options would make of it. */
  split: SplitView;
  choices: Choices;
  /** The files as they would be; null while it is worked out. */
  draft: ExportFields["draft"];
  known: ExportFields["known"];
  /** What the last export from here wrote. */
  written: Written[];
  python: { split: string; export: string };
}

type View = Host<ExportPanelModel>;

class Panel {
  private readonly top = h("div", { class: "rft__panel" });
  private readonly ready = h("section", { class: "rft-export__section", "aria-label": "Readiness" });
  private readonly split = h("section", { class: "rft-export__section", "aria-label": "Split" });
  private readonly file = h("section", { class: "rft-export__section", "aria-label": "Files" });
  private readonly form = h("div", { class: "rft-export__section" });
  private readonly draft = h("div", { class: "rft-export__section", "aria-live": "polite" });
  private readonly done = h("section", { class: "rft-export__section", "aria-label": "Written" });
  private open = false;
  private replace = false;

  constructor(body: HTMLElement, private readonly host: View) {
    const panel = h("div", { class: "rft__panel" }, this.top, this.ready, this.split, this.file, this.done);
    this.file.append(h("h3", { class: "rft__head" }, "Files"), this.form, this.draft);
    body.append(panel);
    undoKey(panel, host);
    host.onChange(["work", "done", "known", "readiness"], () => this.drawTop());
    host.onChange(["readiness", "split", "work", "python"], () => this.drawSplit());
    host.onChange(["choices", "known", "draft", "work", "split", "python"], () => this.drawFile());
    host.onChange(["written"], () => this.drawDone());
    this.drawTop();
    this.drawSplit();
    this.drawFile();
    this.drawDone();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, () => this.host.ask(act, options));
  }

  private get empty(): boolean {
    return this.host.get("known").records === 0;
  }

  private drawTop(): void {
    const { name, records } = this.host.get("known");
    const nothing = this.empty && empty("No records yet: import some, then they can be divided and written to files.", { python: IMPORT, refresh: this.host.live && (() => this.ask("refresh")) });
    redraw(this.top, heading("Export", `${name}, ${plural(records, "record")}`), status(this.host, "records"), nothing);
  }

  private drawSplit(): void {
    const readiness = this.host.get("readiness");
    this.ready.hidden = this.split.hidden = this.empty;
    if (this.empty) return;
    redraw(this.ready, readiness === null ? h("p", { class: "rft__note", role: "status" }, "Working out whether the records are ready…") : ready(readiness));
    const acts = {
      live: this.host.live,
      busy: this.host.get("work") !== null,
      choose: (options: object) => this.ask("choose_split", { ...options }),
      make: () => this.ask("make_split"),
      open: this.open,
      opened: (open: boolean) => (this.open = open),
    };
    const shown = readiness === null ? [] : division(this.host.get("split"), acts);
    redrawForm(this.split, h("h3", { class: "rft__head" }, "Train and validation"), shown, python(this.host.get("python").split));
  }

  private drawFile(): void {
    this.file.hidden = this.empty;
    if (this.empty) return;
    const known = this.host.get("known");
    const found = this.host.get("draft");
    if (found !== null && found.parts.every((part) => part.exists.length === 0)) this.replace = false;
    const acts: FileActs = {
      live: this.host.live,
      busy: this.host.get("work") !== null,
      replace: this.replace,
      mayReplace: (replace) => {
        this.replace = replace;
        this.drawFile();
      },
      choose: (options) => {
        this.replace = false;
        this.ask("choose", { ...options });
      },
      write: () => this.ask("export", { replace: this.replace }),
    };
    const divided = (this.host.get("split").state ?? null) !== null;
    this.form.hidden = !this.host.live;
    if (this.host.live) redrawForm(this.form, form(known, this.host.get("choices"), divided, acts));
    redraw(this.draft, draft(found, known.folder, acts), python(this.host.get("python").export));
  }

  private drawDone(): void {
    const reports = this.host.get("written");
    this.done.hidden = reports.length === 0;
    const load = (file: File_): void => void run(null, async () => keepBlob(file.name, await download(file.path, (act, options) => this.host.ask(act, options))));
    redraw(this.done, written(reports, this.host.live, load));
  }
}

export default widget("export", (body, host: View) => void new Panel(body, host));
