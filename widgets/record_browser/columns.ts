// What of a record is in its row: columns where there is room, two lines where there is not.
import { h, type Child } from "../shared/dom.ts";
import { score } from "../shared/format.ts";
import { stars, words } from "../shared/stars.ts";
import { NARROW, type Column } from "../shared/table.ts";
import { verdict, type Found } from "./model.ts";

const WIDE = 1200;

type Given = { live: boolean; stars: (row: Found) => number | null | undefined };

/** The columns for a width; one that is not known yet is taken for a wide one. */
export function columns(width: number, given: Given): Column<Found>[] {
  return width > 0 && width < NARROW ? lines(given) : table(width > 0 ? width : WIDE, given);
}

function box({ live }: Given): Column<Found> {
  const cell = (row: Found): Child => live && h("input", { type: "checkbox", checked: row.selected, tabindex: -1, test: "select-row", "aria-label": `Select ${row.id}` });
  return { name: "box", text: "", width: 2.4, cell };
}

/** `room` is the width from which on a column is shown. */
function table(width: number, given: Given): Column<Found>[] {
  const all: (Column<Found> & { room?: number })[] = [
    box(given),
    { name: "id", text: "id", width: width < 900 ? 8 : 12, sort: true, room: 760, cell: (row) => h("span", { title: row.id }, row.id) },
    { name: "text", text: "last user turn", sort: true, cell: (row) => text(row) },
    { name: "topic", text: "topic", width: width < 1000 ? 11 : 16, sort: true, cell: (row) => h("span", { title: row.topic }, row.topic === "" ? "unassigned" : row.topic) },
    { name: "confidence", text: "confidence", width: 11.5, sort: true, room: 1000, title: "How sure the topic is, and how it was assigned", cell: confidence },
    { name: "valid", text: "check", width: 11, sort: true, cell: check },
    { name: "generated", text: "origin", width: 7, sort: true, room: 1150, cell: (row) => (row.generated ? "generated" : "original") },
    { name: "stars", text: "stars", width: 9.5, sort: true, title: "1 to 5: specific, natural, new, on topic", cell: (row) => stars(given.stars(row)) },
    { name: "turns", text: "turns", width: 5, number: true, sort: true, room: 1150, cell: (row) => String(row.turns) },
    { name: "split", text: "split", width: 6.5, sort: true, room: 1150, cell: (row) => row.split || "–" },
  ];
  return all.filter((column) => (column.room ?? 0) <= width);
}

function lines(given: Given): Column<Found>[] {
  const second = (row: Found): Child[] => [`${row.topic === "" ? "unassigned" : row.topic} · `, check(row), " · ", stars(given.stars(row)), row.generated && " · generated"];
  return [box(given), { name: "both", text: "record", cell: (row) => h("div", { class: "rft-records__lines" }, h("div", {}, text(row)), h("div", { class: "rft__note" }, second(row))) }];
}

function text(row: Found): Child {
  if (row.text === null || row.text.trim() === "") return h("span", { class: "rft__note" }, row.text === null ? "no user turn" : "blank");
  return h("span", { dir: "auto", title: row.text }, row.text.replace(/\s+/g, " "));
}

function confidence(row: Found): Child | Child[] {
  if (row.confidence === null) return "–";
  return [score(row.confidence), h("span", { class: "rft__note" }, ` ${words(row.method)}`)];
}

function check(row: Found): Child {
  const kind = row.valid === null ? "" : row.valid ? "ok" : "far";
  const codes = [...row.errors, ...row.warnings].map(words);
  const first = row.valid === false ? `✗ ${codes[0] ?? "invalid"}` : row.warnings.length > 0 ? `▿ ${words(row.warnings[0] ?? "")}` : verdict(row.valid);
  const more = codes.length > 1 ? ` +${codes.length - 1}` : "";
  const shade = row.valid !== false && row.warnings.length > 0 ? "near" : kind;
  return h("span", { class: shade === "" ? "rft__note" : `rft__status rft__status--${shade}`, title: codes.join(", ") || verdict(row.valid) }, first, more);
}
