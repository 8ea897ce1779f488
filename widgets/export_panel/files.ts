// The files: format, sets, path, columns; what each would hold; what was written, and how to take it along.
import { h, type Child } from "../shared/dom.ts";
import { select, text, tick } from "../shared/fields.ts";
import { count, plural } from "../shared/format.ts";
import { button, choices } from "../shared/pieces.ts";
import { size } from "../shared/upload.ts";
import type { Choices, ExportFields, File_, Part, Written } from "./model.ts";

export type FileActs = {
  live: boolean;
  busy: boolean;
  replace: boolean;
  mayReplace: (replace: boolean) => void;
  choose: (options: Partial<Choices>) => void;
  write: () => void;
};

const SETS = [
  { value: "both", text: "train and validation" },
  { value: "train", text: "train" },
  { value: "validation", text: "validation" },
  { value: "all", text: "all records" },
];

export function form(known: ExportFields["known"], chosen: Choices, divided: boolean, acts: FileActs): Child[] {
  const format = known.formats.find((one) => one.name === chosen.format);
  const sets = SETS.filter(({ value }) => divided || value === "all").map(({ value, text: name }) => ({ text: name, value, chosen: value === chosen.split }));
  const usual = chosen.split === "both" ? `{split}${format?.suffix ?? ""}` : `${chosen.split}${format?.suffix ?? ""}`;
  return [
    divided && choices("what to write", sets, (split) => acts.choose({ split })),
    !divided && h("p", { class: "rft__note" }, "All records go into one file; train and validation can be written once the records are divided."),
    select({ name: "format", test: "format", value: chosen.format, options: known.formats.map(({ name, text: about }) => ({ value: name, text: `${name}: ${about}` })), change: (value) => acts.choose({ format: value }) }),
    h(
      "div",
      { class: "rft__fields rft-export__file" },
      text({ name: "file", test: "path", value: chosen.path, placeholder: usual, note: chosen.split === "both" ? "{split} becomes train and validation; .gz and .zst compress" : "as the kernel sees it; .gz and .zst compress", change: (path) => acts.choose({ path }) }),
      chosen.split !== "all" && text({ name: "licence", test: "licence", value: chosen.licence, placeholder: "unknown", note: "for the dataset card beside each set", change: (licence) => acts.choose({ licence }) }),
    ),
    format?.columns === true && columns(known.columns, chosen, acts),
    chosen.format === "csv" && tick({ name: "Safe for spreadsheets", test: "excel-safe", checked: chosen.excel_safe, note: " an apostrophe before cells that would be run as formulas", change: (on) => acts.choose({ excel_safe: on }) }),
  ];
}

function columns(names: readonly string[], { columns: chosen }: Choices, acts: FileActs): HTMLElement {
  const usual = tick({ name: "The usual columns beside the prompt", test: "usual-columns", checked: chosen === null, note: " every key of the source, plain metadata, topic and id", change: (on) => acts.choose({ columns: on ? null : [] }) });
  if (chosen === null) return usual;
  const flip = (name: string): void => acts.choose({ columns: chosen.includes(name) ? chosen.filter((one) => one !== name) : [...chosen, name] });
  const all = [...new Set([...names, ...chosen])];
  const chips = all.map((name) => h("button", { class: "rft__chip", type: "button", key: `column ${name}`, test: "column", "aria-pressed": chosen.includes(name), on: { click: () => flip(name) } }, name));
  return h("div", { class: "rft-export__columns" }, usual, h("div", { class: "rft__chips", role: "group", "aria-label": "columns" }, chips));
}

export function draft(found: ExportFields["draft"], folder: string, acts: FileActs): Child[] {
  if (found === null) return [h("p", { class: "rft__note", role: "status", test: "looking" }, "Looking what the file would hold…")];
  if (found.problem !== "") return [h("p", { class: "rft__stale", test: "draft-problem" }, found.problem)];
  const there = found.parts.flatMap((part) => part.exists);
  const total = found.parts.reduce((sum, part) => sum + part.written, 0);
  const write = button({ text: there.length > 0 && acts.replace ? `Replace and export ${plural(total, "record")}` : `Export ${plural(total, "record")}`, test: "export-run", first: true, act: acts.write });
  write.disabled = acts.busy || total === 0 || (there.length > 0 && !acts.replace);
  const first = found.parts.find((part) => part.first !== "");
  return [
    h("ul", { class: "rft-export__parts" }, found.parts.map((part) => would(part))),
    first !== undefined && h("details", { test: "first", open: true }, h("summary", {}, `The first record of ${first.path}`), h("pre", { class: "rft-export__first", tabindex: 0, test: "first-record", dir: "auto" }, first.first), first.cut > 0 && h("p", { class: "rft__note" }, `… and ${plural(first.cut, "more character")}`)),
    there.length > 0 && acts.live && replacing(there, acts),
    acts.live && h("p", { class: "rft__line rft-export__go" }, write, h("span", { class: "rft__note", test: "folder" }, `in ${folder}`)),
  ];
}

function would({ split, path, whole, written, skipped, sentences }: Part): HTMLElement {
  const said = sentences.length > 0 && h("ul", { class: "rft__list" }, sentences.map((one) => h("li", {}, one)));
  const not = skipped > 0 && h("span", { class: "rft__status rft__status--near" }, `▿ ${count(skipped)} skipped`);
  return h("li", { test: "part", "data-split": split }, h("div", { class: "rft__line" }, h("span", { class: "rft-export__name", title: whole, dir: "auto" }, path), h("span", {}, plural(written, "record")), not), said);
}

function replacing(files: readonly File_[], acts: FileActs): HTMLElement {
  const names = files.map((file) => `${file.name} (${size(file.bytes)}, ${file.when} UTC)`).join(", ");
  return h("div", { class: "rft__stale", test: "exists" }, h("p", {}, `${files.length === 1 ? "This file is" : "These files are"} there already: ${names}. What ${files.length === 1 ? "it holds" : "they hold"} would be gone for good.`), tick({ name: files.length === 1 ? "Replace it" : "Replace them", test: "replace", checked: acts.replace, change: acts.mayReplace }));
}

export function written(reports: readonly Written[], live: boolean, load: (file: File_) => void): Child[] {
  if (reports.length === 0) return [];
  const most = 100_000_000;
  const row = (file: File_): HTMLElement => h("tr", { test: "file-row", "data-file": file.name }, h("th", { scope: "row", class: "rft-export__name", title: file.path, dir: "auto" }, file.name), h("td", { class: "rft__number" }, size(file.bytes)), h("td", {}, live && file.bytes <= most && h("button", { class: "rft__link", type: "button", test: "download", key: `load ${file.path}`, title: "Keep it as a file of the browser", on: { click: () => load(file) } }, "Download")));
  const said = reports.flatMap((report) => report.sentences.map((one) => (reports.length > 1 ? `${report.files[0]?.name ?? ""}: ${one}` : one)));
  const gone = reports.flatMap((report) => report.replaced);
  return [
    h("h3", { class: "rft__head" }, "Written"),
    h("div", { class: "rft-export__scroll" }, h("table", { class: "rft__table", test: "written" }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "file"), h("th", { scope: "col", class: "rft__number" }, "size"), h("th", { scope: "col" }, h("span", { class: "rft__unseen" }, "download")))), h("tbody", {}, reports.flatMap((report) => report.files).map(row)))),
    gone.length > 0 && h("p", { class: "rft__note", test: "replaced" }, `In the place of ${gone.join(", ")}.`),
    said.length > 0 && h("ul", { class: "rft__list", test: "written-sentences" }, said.map((text_) => h("li", {}, text_))),
  ];
}
