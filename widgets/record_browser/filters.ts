// What is shown of all records: a search and one line of choices, each with how many records it would show.
import { h } from "../shared/dom.ts";
import { empty as nothing, IMPORT } from "../shared/empty.ts";
import { count } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import { words } from "../shared/stars.ts";
import type { Counted, Filters, Offers, Shown } from "./model.ts";

type Choice = { value: string; text: string };

const counted = (text: string, number: number | undefined): string => (number === undefined ? text : `${text} (${count(number)})`);
const listed = (values: readonly Counted[] | undefined): Choice[] => (values ?? []).map(({ name, count: number }) => ({ value: name, text: counted(words(name), number) }));

function choice(name: string, test: string, value: string, options: readonly Choice[], change: (value: string) => void): HTMLElement {
  const known = options.some((one) => one.value === value) ? options : [...options, { value, text: words(value) }];
  const control = h("select", { class: "rft__input rft-records__choice", test, key: test, "aria-label": name, title: name }, known.map((one) => h("option", { value: one.value }, one.text)));
  control.value = value;
  control.classList.toggle("rft-records__choice--on", value !== "");
  control.addEventListener("change", () => change(control.value));
  return control;
}

export function filters(view: Shown): Filters {
  const { topic, unassigned, valid, code, band, generated, split, search } = view;
  return { topic, unassigned, valid, code, band, generated, split, search };
}

export function filtered(view: Shown): boolean {
  const { topic, unassigned, valid, code, band, generated, split, search } = view;
  return unassigned || valid !== null || generated !== null || [topic, code, band, split, search].some((one) => one !== "");
}

/** The line of choices; `choose` is given what changes. */
export function filterLine(view: Shown, offers: Offers, choose: (change: Partial<Filters>) => void, clear: () => void): HTMLElement {
  const topics = [
    { value: "", text: "every topic" },
    { value: "\u0000", text: counted("unassigned", offers.unassigned) },
    ...(offers.topics ?? []).map(({ name, count: number }) => ({ value: name, text: `${"\u2003".repeat(name.split("/").length - 1)}${counted(name.split("/").at(-1) ?? name, number)}` })),
  ];
  const checks = [
    { value: "", text: "valid or not" },
    { value: "yes", text: "valid" },
    { value: "no", text: counted("invalid", offers.invalid) },
  ];
  const origins = [
    { value: "", text: "from anywhere" },
    { value: "no", text: "original" },
    { value: "yes", text: counted("generated", offers.generated) },
  ];
  const flag = (value: boolean | null): string => (value === null ? "" : value ? "yes" : "no");
  const back = (value: string): boolean | null => (value === "" ? null : value === "yes");
  return h(
    "div",
    { class: "rft__line rft-records__filters", role: "group", "aria-label": "Filters", test: "filters" },
    choice("Topic", "filter-topic", view.unassigned ? "\u0000" : view.topic, topics, (value) => choose({ topic: value === "\u0000" ? "" : value, unassigned: value === "\u0000" })),
    choice("Check", "filter-valid", flag(view.valid), checks, (value) => choose({ valid: back(value) })),
    choice("Finding", "filter-code", view.code, [{ value: "", text: "any finding" }, ...listed(offers.codes)], (code) => choose({ code })),
    choice("Confidence of the topic", "filter-band", view.band, [{ value: "", text: "any confidence" }, ...listed(offers.bands)], (band) => choose({ band })),
    choice("Origin", "filter-generated", flag(view.generated), origins, (value) => choose({ generated: back(value) })),
    choice("Split", "filter-split", view.split, [{ value: "", text: "any split" }, ...listed(offers.splits), { value: "none", text: "no split" }], (split) => choose({ split })),
    filtered(view) && button({ text: "Clear", test: "clear-filters", title: "Show all records", act: clear }),
  );
}

/** What is said where no row is shown, with what can be done. */
export function empty(none: boolean, live: boolean, ask: (act: string) => void): HTMLElement {
  if (none) return nothing("No records yet: import some, then they are listed here.", { python: IMPORT, refresh: live && (() => ask("refresh")) });
  return h("div", { class: "rft__empty", test: "empty" }, "No record matches; choose less.", live && button({ text: "Show all records", test: "show-all", act: () => ask("choose") }));
}
