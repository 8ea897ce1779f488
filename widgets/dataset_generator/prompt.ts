// A prompt that exists already: its text, a file, or the system message of a record; and what it was found to answer.
import { h, type Child } from "../shared/dom.ts";
import { text } from "../shared/fields.ts";
import { plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import type { Analysis } from "./model.ts";

export type Draft = { prompt: string; file: string; record: string };

export function promptForm(draft: Draft, busy: boolean, read: () => void): HTMLElement {
  const pasted = text({ name: "the prompt", test: "prompt", value: draft.prompt, rows: 5, placeholder: "You are a …", change: (value) => (draft.prompt = value) });
  pasted.querySelector("textarea")?.addEventListener("input", (event) => (draft.prompt = (event.target as HTMLTextAreaElement).value));
  const one = (name: string, test: "file" | "record", placeholder: string): HTMLElement => {
    const made = text({ name, test: `prompt-${test}`, value: draft[test], placeholder, change: (value) => (draft[test] = value) });
    made.querySelector("input")?.addEventListener("input", (event) => (draft[test] = (event.target as HTMLInputElement).value));
    return made;
  };
  const go = button({ text: "Read the prompt", test: "analyze", act: read });
  go.disabled = busy;
  return h("div", { class: "rft-idea__prompt" }, pasted, h("div", { class: "rft__fields" }, one("or its file", "file", "prompt.txt"), one("or a record whose system message it is", "record", "id of a record")), h("p", {}, go));
}

export function analysis(found: NonNullable<Analysis>): HTMLElement {
  const rows = found.derived.map((one) => h("tr", { test: "derived" }, h("th", { scope: "row" }, one.title), h("td", { dir: "auto" }, one.value, one.evidence !== one.value && h("q", { class: "rft__note rft-idea__evidence", dir: "auto" }, one.evidence))));
  const table = rows.length > 0 && h("table", { class: "rft__table" }, h("tbody", {}, rows));
  const facts = [
    `${plural(found.derived.length, "field")} derived, by ${found.by}`,
    found.variables.length > 0 && `to be filled in: ${found.variables.join(", ")}`,
    found.examples > 0 && `${plural(found.examples, "example")} shown in it`,
    found.dropped.length > 0 && `left open, because the model named them without words of the prompt: ${found.dropped.join(", ")}`,
  ];
  const still: Child = found.open.length > 0 && h("p", { class: "rft__note", test: "still-open" }, `It says nothing of: ${found.open.join(", ")}.`);
  return h("div", { class: "rft-idea__analysis", test: "analysis" }, h("p", {}, facts.filter((one) => one !== false).join("; "), "."), found.note !== "" && h("p", { class: "rft__status rft__status--near rft-idea__wrap" }, found.note), table, still);
}
