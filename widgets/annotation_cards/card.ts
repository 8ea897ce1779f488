// One index card: the input, a rule, the answer, and in its margin what was said about it.
import { h, type Child } from "../shared/dom.ts";
import { difference } from "../shared/diff.ts";
import { count } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import { text as shownText } from "../shared/text.ts";
import type { Card, Mode, Note } from "./model.ts";
import { marked, selected, spansOf, words } from "./passage.ts";

export type CardActs = {
  live: boolean;
  here: boolean;
  open: boolean;
  mode: Mode;
  /** Words that are selected by the mouse. */
  chosen: { part: "input" | "answer"; passage: string } | null;
  come: () => void;
  decide: (decision: "keep" | "discard") => void;
  edit: () => void;
  note: () => void;
  unfold: () => void;
  choose: (part: "input" | "answer", passage: string | null) => void;
  save: () => void;
  cancel: () => void;
  drop: (note: Note) => void;
};

const LINES = 9;
const WORDS = { "": ["", "", ""], keep: ["✓", "kept", "ok"], discard: ["✗", "thrown away", "far"] } as const;

export function card(one: Card, acts: CardActs): HTMLElement {
  const [mark, word, hue] = WORDS[one.decision];
  const state = word !== "" && h("span", { class: `rft__status rft__status--${hue}`, test: "decision" }, `${mark} ${word}`);
  const edited = one.edited && h("span", { class: "rft__note", test: "edited" }, "edited");
  const head = h(
    "header",
    { class: "rft-cards__head" },
    h("b", { class: "rft-cards__number" }, one.id),
    state,
    edited,
    kept(one),
    h("span", { class: "rft__note rft-cards__facets", dir: "auto" }, one.facets.join(" · ")),
    acts.live && buttons(one, acts),
  );
  const mode = acts.mode;
  const body = mode?.kind === "edit" ? editor(mode, acts) : [part(one, "input", acts), part(one, "answer", acts), whole(one, acts)];
  const said = h("div", { class: "rft-cards__body" }, head, body);
  return h(
    "article",
    {
      class: "rft-cards__card",
      test: "card",
      key: `card ${one.id}`,
      "data-id": one.id,
      "data-decision": one.decision,
      "data-here": acts.here ? "yes" : "no",
      "aria-label": `Card ${one.id}${word === "" ? "" : `, ${word}`}`,
      tabindex: acts.here ? 0 : -1,
      on: { focusin: acts.come },
    },
    said,
    margin(one, acts),
  );
}

function kept(one: Card): Child {
  if (one.kept.length === 0) return null;
  const broken = one.kept.filter((line) => line.ok === false);
  const title = one.kept.map((line) => `${line.ok === true ? "✓" : line.ok === false ? "✗" : "?"} ${line.line}`).join("\n");
  if (broken.length > 0) return h("span", { class: "rft__status rft__status--far rft-cards__kept", test: "kept", title }, `▼ not followed: ${broken.map((line) => line.line).join(" ")}`);
  const known = one.kept.filter((line) => line.ok === true).length;
  return known > 0 && h("span", { class: "rft__status rft__status--ok", test: "kept", title }, `✓ follows ${known === 1 ? "the approved line" : `${count(known)} approved lines`}`);
}

function buttons(one: Card, acts: CardActs): HTMLElement {
  const small = (text: string, test: string, title: string, act: () => void, pressed?: boolean): HTMLElement =>
    h("button", { class: "rft__link", type: "button", test, key: `${test} ${one.id}`, title, "aria-pressed": pressed, on: { click: act } }, text);
  return h(
    "span",
    { class: "rft-cards__acts" },
    small(one.decision === "keep" ? "undecide" : "keep", "keep", "Keep it (a)", () => acts.decide("keep"), one.decision === "keep"),
    small(one.decision === "discard" ? "undecide" : "throw away", "discard", "Throw it away (x)", () => acts.decide("discard"), one.decision === "discard"),
    small("edit", "edit", "Edit (e)", acts.edit),
    small("note", "note", "Write a note (n); m marks words", acts.note),
  );
}

function part(one: Card, name: "input" | "answer", acts: CardActs): HTMLElement {
  const text = one[name];
  const before = name === "input" ? one.first_input : one.first_answer;
  const label = h("div", { class: "rft-cards__label" }, name);
  if (text === null) return h("div", { class: `rft-cards__part rft-cards__part--${name}` }, label, h("p", { class: "rft__note" }, "no answer yet: edit the card to write one"));
  const shown = h("div", { class: `rft__text rft-cards__text${name === "answer" ? ` rft-cards__text--${form(text)}` : ""}`, dir: "auto", test: name, "data-part": name }, inside(one, name, text, acts));
  if (long(one) && !acts.open) {
    shown.classList.add("rft__text--clamped");
    shown.style.setProperty("--lines", String(LINES));
  }
  shown.addEventListener("mouseup", () => acts.live && acts.choose(name, selected(shown, text)));
  const was = before !== null && before !== text && h("details", {}, h("summary", { class: "rft__note" }, "as it was written first"), difference(before, text));
  return h("div", { class: `rft-cards__part rft-cards__part--${name}` }, label, shown, was);
}

/** A label stands out, JSON and code are set as such, a long answer is text like any other. */
function form(text: string): "code" | "label" | "text" {
  if (/^\s*[[{]/.test(text)) return "code";
  return text.length <= 40 && !text.includes("\n") ? "label" : "text";
}

function inside(one: Card, name: "input" | "answer", text: string, acts: CardActs): Child[] {
  const mode = acts.mode;
  const places = mode?.kind === "mark" && mode.part === name ? words(text) : [];
  if (mode?.kind === "mark" && mode.part === name) {
    const [from, to] = [places[Math.min(mode.from, mode.to)], places[Math.max(mode.from, mode.to)]];
    if (from === undefined || to === undefined) return [text];
    return [text.slice(0, from.start), h("mark", { class: "rft-cards__mark rft-cards__mark--now", test: "marking" }, text.slice(from.start, to.end)), text.slice(to.end)];
  }
  const pending = mode?.kind === "note" && mode.part === name ? [{ passage: mode.passage, mark: "" }] : [];
  const noted = one.notes.map((note, at) => ({ passage: note.part === "whole" || note.part === name ? note.passage : "", mark: String(at + 1) }));
  return marked(text, spansOf(text, [...pending, ...noted]));
}

function long(one: Card): boolean {
  return [one.input, one.answer ?? ""].some((text) => text.length > LINES * 90 || text.split("\n", LINES + 1).length > LINES);
}

function whole(one: Card, acts: CardActs): Child {
  if (!long(one)) return null;
  const cut = !one.whole && h("span", { class: "rft__note" }, " the rest is cut here; edit shows all of it");
  return h("p", {}, h("button", { class: "rft__link rft__more", type: "button", test: "more", key: `more ${one.id}`, "aria-expanded": acts.open, on: { click: acts.unfold } }, acts.open ? "less" : "more"), acts.open && cut);
}

// -- the margin -----------------------------------------------------------------------------------------------------

function margin(one: Card, acts: CardActs): HTMLElement {
  const notes = one.notes.map((note, at) => line(note, at + 1, one, acts));
  const ask = acts.chosen !== null && acts.mode === null && h("p", {}, noteOn(acts.chosen.passage, acts));
  const hint = acts.mode?.kind === "mark" && h("p", { class: "rft__note", role: "status", test: "marking-help" }, `Marking the ${acts.mode.part}: arrows move, Shift+arrows widen, Tab changes the part, Enter notes, Esc leaves.`);
  return h("aside", { class: "rft-cards__margin", "aria-label": `Notes on card ${one.id}` }, notes.length > 0 && h("ol", { class: "rft-cards__notes" }, notes), acts.mode?.kind === "note" && composer(acts.mode, acts), ask, hint);
}

function noteOn(passage: string, acts: CardActs): HTMLElement {
  const made = button({ text: `Note on “${passage.length > 40 ? `${passage.slice(0, 39)}…` : passage}”`, test: "note-on", title: "n", act: acts.note });
  made.addEventListener("mousedown", (event) => event.preventDefault()); // the selection stays
  return made;
}

function line(note: Note, number: number, one: Card, acts: CardActs): HTMLElement {
  const quote = note.passage !== "" && h("q", { class: "rft__note", dir: "auto" }, note.passage.length > 120 ? `${note.passage.slice(0, 119)}…` : note.passage);
  const drop = acts.live && h("button", { class: "rft__link rft-cards__drop", type: "button", test: "delete-note", key: `drop ${note.id}`, "aria-label": `Delete note ${number} on card ${one.id}`, title: "Delete the note; undo takes it back", on: { click: () => acts.drop(note) } }, "×");
  return h("li", { test: "noted", "data-id": note.id }, quote, quote !== false && " ", note.text.length > 400 ? shownText(note.text, { lines: 6, key: `more ${note.id}` }) : h("span", { dir: "auto" }, note.text), drop);
}

function composer(mode: Extract<Mode, { kind: "note" }>, acts: CardActs): HTMLElement {
  const field = h("textarea", { class: "rft__input", test: "note-text", key: "note-text", rows: 2, dir: "auto", "aria-label": mode.passage === "" ? `Note on card ${mode.card}` : "Note on the marked words", placeholder: "what is wrong, or what is missing?" });
  field.value = mode.draft;
  field.addEventListener("input", () => (mode.draft = field.value));
  field.addEventListener("keydown", (event) => leaveOrSave(event, acts, event.key === "Enter" && !event.shiftKey));
  const about = mode.passage === "" ? null : h("q", { class: "rft__note", dir: "auto", test: "note-about" }, mode.passage.length > 160 ? `${mode.passage.slice(0, 159)}…` : mode.passage);
  return h("div", { class: "rft-cards__compose", test: "compose" }, about, field, saving("Save note", "save-note", "Enter", acts));
}

function editor(mode: Extract<Mode, { kind: "edit" }>, acts: CardActs): HTMLElement {
  const field = (name: "input" | "answer"): HTMLElement => {
    const control = h("textarea", { class: "rft__input", test: `edit-${name}`, key: `edit-${name}`, dir: "auto", "aria-label": name, rows: Math.min(12, Math.max(2, Math.ceil(mode[name].length / 70))) });
    control.value = mode[name];
    control.addEventListener("input", () => (mode[name] = control.value));
    control.addEventListener("keydown", (event) => leaveOrSave(event, acts, event.key === "Enter" && (event.ctrlKey || event.metaKey)));
    return h("label", { class: "rft-cards__part" }, h("span", { class: "rft-cards__label" }, name), control);
  };
  return h("div", { class: "rft-cards__edit" }, field("input"), field("answer"), saving("Save", "save-card", "Ctrl+Enter", acts));
}

function saving(text: string, test: string, title: string, acts: CardActs): HTMLElement {
  return h("div", { class: "rft__line" }, button({ text, test, first: true, title, act: acts.save }), button({ text: "Cancel", test: "cancel", title: "Esc", act: acts.cancel }));
}

function leaveOrSave(event: KeyboardEvent, acts: CardActs, save: boolean): void {
  if (event.isComposing || (!save && event.key !== "Escape")) return;
  if (save) acts.save();
  else acts.cancel();
  event.preventDefault();
  event.stopPropagation();
}
