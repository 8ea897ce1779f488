// The twelve fields: what each says, where it came from, edited in place.
import { h, type Child } from "../shared/dom.ts";
import { editor } from "../shared/conversation.ts";
import type { Field, Talk } from "./model.ts";
import { SOURCES } from "./talk.ts";

export type ListActs = {
  live: boolean;
  editing: { name: string; text: string } | null;
  edit: (field: Field) => void;
  save: (name: string, text: string) => void;
  cancel: () => void;
  clear: (name: string) => void;
};

export function checklist(fields: readonly Field[], talk: Talk, acts: ListActs): Child[] {
  const { required, required_total: of, filled, total } = talk.progress;
  const head = h("h3", { class: "rft__head rft-idea__head" }, "Checklist ", h("span", { class: "rft__note", test: "progress" }, `${required} of ${of} required · ${filled} of ${total}`));
  return [head, h("ul", { class: "rft-idea__list", test: "checklist" }, fields.map((one) => row(one, acts)))];
}

function row(one: Field, acts: ListActs): HTMLElement {
  const open = one.value === "";
  const mark = h("span", { class: open ? (one.required ? "rft__status rft__status--near" : "rft__note") : "rft__status rft__status--ok", "aria-hidden": true }, open ? "○" : "✓");
  const words = open ? (one.required ? "open, required" : "open") : one.by_hand ? "written by you" : SOURCES[one.source];
  const source = h("span", { class: "rft__note rft-idea__source", test: "source", "data-source": one.by_hand ? "hand" : one.source || "open", ...(one.evidence === "" ? {} : { title: `stands on: “${one.evidence}”` }) }, words);
  const title = h("span", { class: "rft-idea__name" }, mark, h("span", {}, one.title));
  const editing = acts.editing?.name === one.name;
  return h(
    "li",
    { class: "rft-idea__field", test: "field", key: `field ${one.name}`, "data-name": one.name, "data-open": open ? "yes" : "no", ...(acts.live && !editing ? { tabindex: -1 } : {}), "aria-label": `${one.title}: ${open ? words : `${one.value}, ${words}`}` },
    h("div", { class: "rft-idea__top" }, title, source),
    editing && acts.editing !== null ? writing(one, acts.editing.text, acts) : value(one, acts),
  );
}

function value(one: Field, acts: ListActs): HTMLElement {
  const shown = one.value === "" ? h("span", { class: "rft__note" }, one.question) : h("span", { class: "rft-idea__value", dir: "auto", test: "value" }, one.value);
  if (!acts.live) return h("div", {}, shown);
  const change = h("button", { class: "rft__link rft-idea__edit", type: "button", test: "edit-field", key: `edit ${one.name}`, "aria-label": `Edit ${one.title}`, title: "Edit (e)", on: { click: () => acts.edit(one) } }, one.value === "" ? "write" : "edit");
  return h("div", { class: "rft-idea__cell" }, shown, change);
}

function writing(one: Field, text: string, acts: ListActs): HTMLElement {
  const node = editor({ place: 0, text, save: (said) => acts.save(one.name, said), cancel: acts.cancel });
  const field = node.querySelector("textarea") as HTMLTextAreaElement;
  field.setAttribute("aria-label", one.title);
  field.placeholder = one.example;
  field.addEventListener("input", () => acts.editing !== null && (acts.editing.text = field.value));
  return node;
}

/** What a writer gets beside the fields: examples, names to fill in, what is checked. */
export function beside(talk: Talk): Child[] {
  const pairs = talk.examples.map((pair) => h("li", { dir: "auto" }, pair.input, h("span", { class: "rft__note" }, " → "), h("b", {}, pair.answer ?? "no answer")));
  const examples = talk.example_count > 0 && fold(`${talk.example_count} ${talk.example_count === 1 ? "example" : "examples"}`, "examples", [...pairs, talk.example_count > pairs.length && h("li", { class: "rft__note" }, `and ${talk.example_count - pairs.length} more`)]);
  const held = talk.instructions.length > 0 && fold("what every record is held to", "held", talk.instructions.map((line) => h("li", { dir: "auto" }, line)));
  const names = talk.variables.length > 0 && h("p", { class: "rft__note", test: "variables" }, `The prompt leaves to be filled in: ${talk.variables.join(", ")}`);
  return [examples, held, names];
}

function fold(name: string, test: string, items: Child[]): HTMLElement {
  return h("details", { test }, h("summary", { class: "rft__note", key: `fold ${test}` }, name), h("ul", { class: "rft__list rft-idea__folded" }, items));
}
