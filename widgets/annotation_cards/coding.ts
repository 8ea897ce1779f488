// Themes of the notes with their quotes, the lines that they ask for, and the lines that were approved.
import { h, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import type { Change, Coding, Theme } from "./model.ts";

export type CodingActs = {
  live: boolean;
  model: string;
  offline: boolean;
  /** The theme or line that is being written anew, and its words so far. */
  draft: { id: string; text: string } | null;
  write: (id: string, text: string) => void;
  cancel: () => void;
  ask: (act: string, options?: Record<string, unknown>) => void;
};

export function themes(coding: Coding, acts: CodingActs): Child {
  if (coding.notes === 0) return null;
  const wait = coding.waiting > 0;
  const find = wait && acts.live && button({ text: `Group ${plural(coding.notes, "note")} into themes`, test: "find-themes", first: true, title: acts.offline ? "By rules" : `Asks ${acts.model}`, act: () => acts.ask("find_themes") });
  const told = coding.note !== "" && h("p", { class: "rft__status rft__status--near rft-cards__wrap", test: "themes-note" }, coding.note);
  const head = h("tr", {}, ["theme", "notes", "what was said", ""].map((text, at) => h("th", at === 1 ? { scope: "col", class: "rft__number" } : { scope: "col" }, text === "" ? h("span", { class: "rft__unseen" }, "acts") : text)));
  const table = coding.themes.length > 0 && h("table", { class: "rft__table rft-cards__themes", test: "themes" }, h("thead", {}, head), h("tbody", {}, coding.themes.map((one) => theme(one, coding.themes, acts))));
  return h("section", { class: "rft-cards__section", "aria-label": "Themes" }, h("h3", { class: "rft__head" }, "Themes ", h("span", { class: "rft__note" }, "what the notes have in common")), told, table, find && h("p", {}, find));
}

function theme(one: Theme, all: readonly Theme[], acts: CodingActs): HTMLElement {
  const writing = acts.draft?.id === `theme ${one.id}`;
  const name = writing ? line(acts, "Name of the theme", "theme-name", (text) => acts.ask("rename_theme", { id: one.id, name: text })) : h("span", { dir: "auto" }, one.name);
  const quotes = one.quotes.map((quote) => h("q", { dir: "auto" }, quote));
  const more = one.count > quotes.length && h("span", { class: "rft__note" }, `and ${count(one.count - quotes.length)} more`);
  return h("tr", { test: "theme", "data-id": one.id }, h("th", { scope: "row" }, name), h("td", { class: "rft__number", test: "theme-count" }, count(one.count)), h("td", { class: "rft-cards__quotes" }, quotes, more), h("td", {}, acts.live && !writing && changing(one, all, acts)));
}

function changing(one: Theme, all: readonly Theme[], acts: CodingActs): HTMLElement {
  const rename = h("button", { class: "rft__link", type: "button", test: "rename-theme", key: `rename ${one.id}`, "aria-label": `Rename the theme ${one.name}`, on: { click: () => acts.write(`theme ${one.id}`, one.name) } }, "rename");
  const others = all.filter((other) => other.id !== one.id);
  if (others.length === 0) return h("span", { class: "rft-cards__changing" }, rename);
  const options = [h("option", { value: "" }, "merge into…"), ...others.map((other) => h("option", { value: other.id }, other.name.slice(0, 80)))];
  const merge = h("select", { class: "rft__input rft-cards__merge", test: "merge-theme", key: `merge ${one.id}`, "aria-label": `Merge the theme ${one.name} into` }, options);
  merge.addEventListener("change", () => merge.value !== "" && acts.ask("merge_themes", { into: merge.value, others: [one.id] }));
  return h("span", { class: "rft-cards__changing" }, rename, merge);
}

const STATUS = { proposed: ["", "", ""], approved: ["✓", "approved", "ok"], rejected: ["✗", "rejected", "far"] } as const;

export function changes(coding: Coding, acts: CodingActs): Child {
  if (coding.changes.length === 0) return null;
  const open = coding.changes.filter((one) => one.status === "proposed");
  const all = acts.live && open.length > 1 && button({ text: `Approve all ${count(open.length)}`, test: "approve-all", act: () => acts.ask("approve", { ids: open.map((one) => one.id) }) });
  return h(
    "section",
    { class: "rft-cards__section", "aria-label": "Changes" },
    h("h3", { class: "rft__head" }, "Changes ", h("span", { class: "rft__note" }, "what the next samples will be told, once you approve it")),
    h("ul", { class: "rft-cards__changes", test: "changes" }, coding.changes.map((one) => change(one, coding, acts))),
    all && h("p", {}, all),
  );
}

function change(one: Change, coding: Coding, acts: CodingActs): HTMLElement {
  const [mark, word, hue] = STATUS[one.status];
  const writing = acts.draft?.id === `change ${one.id}`;
  const state = word !== "" && h("span", { class: `rft__status rft__status--${hue}`, test: "change-status" }, `${mark} ${word}`);
  const said = writing ? line(acts, "The line in your words", "change-line", (text) => acts.ask("approve_edited", { id: one.id, line: text })) : h("span", { class: "rft-cards__line", dir: "auto", test: "change-text" }, one.line);
  const how = h("span", { class: "rft__note" }, one.measured ? "checked in every record" : "told to the writer", ` · ${one.because}`);
  const small = (text: string, test: string, act: () => void): HTMLElement => h("button", { class: "rft__link", type: "button", test, key: `${test} ${one.id}`, "aria-label": `${text}: ${one.line.slice(0, 80)}`, on: { click: act } }, text);
  const at = coding.rules.find((rule) => rule.sentence === one.line)?.at;
  const buttons =
    acts.live &&
    !writing &&
    h(
      "span",
      { class: "rft-cards__changing" },
      one.status !== "approved" && small("approve", "approve", () => acts.ask("approve", { ids: [one.id] })),
      small("in my words", "edit-change", () => acts.write(`change ${one.id}`, one.line)),
      one.status === "proposed" && small("reject", "reject", () => acts.ask("reject", { id: one.id })),
      one.status === "approved" && at !== undefined && small("take out", "drop-rule", () => acts.ask("drop_rule", { at })),
    );
  return h("li", { test: "change", "data-id": one.id, "data-status": one.status }, h("div", { class: "rft-cards__change" }, state, said, buttons), how);
}

/** A field for one line: Enter saves, Escape leaves. */
function line(acts: CodingActs, name: string, test: string, save: (text: string) => void): HTMLElement {
  const field = h("input", { class: "rft__input rft-cards__line", type: "text", test, key: test, dir: "auto", "aria-label": name });
  field.value = acts.draft?.text ?? "";
  field.addEventListener("input", () => acts.draft !== null && (acts.draft.text = field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") save(field.value);
    else if (event.key === "Escape") acts.cancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return h("span", { class: "rft-cards__writing" }, field, button({ text: "Save", test: `${test}-save`, title: "Enter", act: () => save(field.value) }));
}

/** What every record is held to, as the writer is told. */
export function held(coding: Coding, unfollowed: readonly string[]): Child {
  if (coding.instructions.length === 0) return null;
  const cannot = unfollowed.length > 0 && h("p", { class: "rft__status rft__status--near rft-cards__wrap", test: "unfollowed" }, `▿ rftkit/offline cannot follow: ${unfollowed.join("; ")}. Choose a model for that.`);
  return h("section", { class: "rft-cards__section", "aria-label": "Held to" }, h("h3", { class: "rft__head" }, "Every record is held to"), h("ul", { class: "rft__list", test: "instructions" }, coding.instructions.map((text) => h("li", { dir: "auto" }, text))), cannot);
}
