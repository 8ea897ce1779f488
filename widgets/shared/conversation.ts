// A conversation: who said what, a tool call on one line, long texts clamped, one text at a time to edit.
import { h, type Child } from "./dom.ts";
import { button } from "./pieces.ts";
import { text } from "./text.ts";
import "./conversation.css";

export type Turn = { role: string; name: string; text: string; parts: string[]; calls: { name: string; arguments: string }[]; editable: boolean };

export type Edit = { place: number; text: string; save: (text: string) => void; cancel: () => void };
export type Talk = {
  odd?: boolean;
  /** Marks the last turn, the one that a model has to answer. */
  last?: boolean;
  /** Where texts can be edited: asked to begin with one. */
  edit?: ((place: number) => void) | undefined;
  editing?: Edit | null;
  lines?: number;
};

/** The roles that are longer than what one wants to read first. */
const SHORT: Record<string, number> = { system: 3, developer: 3, tool: 3 };

export function conversation(turns: readonly Turn[], options: Talk = {}): HTMLElement {
  const items = turns.map((turn, place) => item(turn, place, turns.length, options));
  return h("ol", { class: "rft__talk", test: "conversation", "aria-label": "Conversation" }, items);
}

function item(turn: Turn, place: number, count: number, options: Talk): HTMLElement {
  const last = options.last === true && place === count - 1;
  const kind = `rft__turn rft__turn--${/^[a-z]+$/.test(turn.role) ? turn.role : "other"}${last ? " rft__turn--last" : ""}`;
  const role = h("div", { class: "rft__turn-role" }, turn.role, turn.name !== "" && h("span", {}, ` ${turn.name}`));
  const body = options.editing?.place === place ? editor(options.editing) : content(turn, place, options);
  return h("li", { class: kind, test: "turn", "data-role": turn.role }, role, h("div", { class: "rft__turn-body" }, body));
}

function content(turn: Turn, place: number, { odd = false, edit, lines = 12 }: Talk): Child[] {
  const shown = turn.text !== "" && text(turn.text, { odd, lines: SHORT[turn.role] ?? lines, key: `more ${place}` });
  const parts = turn.parts.map((kind) => h("div", { class: "rft__note" }, `[${kind}]`));
  const begin = edit !== undefined && turn.editable && turn.calls.length === 0;
  const change = begin && h("button", { class: "rft__link rft__more", type: "button", test: "edit-turn", key: `edit ${place}`, on: { click: () => edit(place) } }, "edit");
  return [shown, ...parts, ...turn.calls.map(call), change];
}

/** A call on one line, its arguments as they are when it is opened. */
function call({ name, arguments: given }: { name: string; arguments: string }): HTMLElement {
  const line = h("summary", { title: "Show the arguments" }, h("b", {}, name), `(${given.replace(/\s+/g, " ").slice(0, 300)})`);
  return h("details", { class: "rft__call", test: "call" }, line, h("pre", { class: "rft__code" }, pretty(given)));
}

function pretty(given: string): string {
  try {
    return JSON.stringify(JSON.parse(given), null, 2);
  } catch {
    return given; // no JSON: shown as it is
  }
}

/** A field for a text: Ctrl+Enter saves, Escape leaves it as it was. */
export function editor({ text: value, save, cancel }: Edit): HTMLElement {
  const field = h("textarea", { class: "rft__input", test: "edit-text", key: "edit-text", dir: "auto", "aria-label": "Text", rows: Math.min(14, Math.max(3, Math.ceil(value.length / 70))) });
  field.value = value;
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) save(field.value);
    else if (event.key === "Escape") cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  const acts = h(
    "div",
    { class: "rft__line" },
    button({ text: "Save", test: "save-text", first: true, title: "Ctrl+Enter", act: () => save(field.value) }),
    button({ text: "Cancel", test: "cancel-text", title: "Escape", act: cancel }),
  );
  return h("div", { class: "rft__turn-edit" }, field, acts);
}
