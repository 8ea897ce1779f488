// A dialog that asks for a topic: a field to look for it, a list to choose from, all by keyboard.
import { dialog } from "../shared/dialog.ts";
import { h, redraw, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import type { Forest } from "./forest.ts";

const SHOWN = 100;

/** What can be chosen; `id` is "" for what is no topic. */
type Choice = { id: string; text: string; note: string };

type Given = {
  title: string;
  note: Child;
  forest: Forest;
  /** Topics that cannot be chosen. */
  without: (at: number) => boolean;
  /** A choice before all topics, such as the first level. */
  first?: { text: string; note: string };
  /** What was typed may be taken as the name of a new topic. */
  fresh?: boolean;
  act: string;
  danger?: boolean;
  done: (id: string, fresh: string) => void;
};

export function pick(parent: HTMLElement, given: Given): void {
  const shown = dialog(parent, given.title, () => {});
  const field = h("input", { class: "rft__input", type: "text", test: "pick-filter", dir: "auto", placeholder: given.fresh === true ? "look for a topic, or name a new one" : "look for a topic", role: "combobox", "aria-label": "Look for a topic", "aria-expanded": true, "aria-controls": "rft-topics-choices", "aria-autocomplete": "list" });
  const list = h("ul", { class: "rft-topics__choices", role: "listbox", id: "rft-topics-choices", test: "pick-list", "aria-label": "Topics" });
  const more = h("p", { class: "rft__note" });
  const ok = button({ text: given.act, test: "pick-ok", first: true, act: () => take() });
  const no = button({ text: "Cancel", test: "pick-cancel", act: () => shown.close() });
  let choices: Choice[] = [];
  let at = 0;

  const take = (): void => {
    const choice = choices[at];
    if (choice === undefined) return;
    shown.close();
    given.done(choice.id, choice.id === "new" ? field.value.trim() : "");
  };
  const draw = (): void => {
    redraw(list, choices.map((one, place) => h("li", { role: "option", id: `rft-topics-choice-${place}`, test: "pick-choice", "data-id": one.id, "aria-selected": place === at, on: { click: () => go(place), dblclick: () => take() } }, h("span", { dir: "auto" }, one.text), h("span", { class: "rft__note" }, one.note))));
    field.setAttribute("aria-activedescendant", `rft-topics-choice-${at}`);
    ok.disabled = choices.length === 0;
  };
  const go = (place: number): void => {
    at = Math.max(0, Math.min(place, choices.length - 1));
    draw();
    list.children[at]?.scrollIntoView?.({ block: "nearest" });
  };
  const look = (): void => {
    const found = matching(given, field.value);
    choices = found.slice(0, SHOWN);
    more.textContent = found.length > SHOWN ? `${plural(found.length - SHOWN, "more topic")}; type more of the name` : "";
    at = 0;
    draw();
  };
  field.addEventListener("input", look);
  field.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) go(at + step);
    else if (event.key === "Enter") take();
    else return;
    event.preventDefault();
  });
  const head = h("h3", { class: "rft__title", dir: "auto" }, given.title);
  shown.box.classList.add("rft-topics__box");
  shown.content.append(h("div", { class: "rft-topics__pick" }, head, h("p", {}, given.note), field, list, more, h("p", { class: "rft__line" }, ok, no)));
  look();
  field.focus();
}

function matching(given: Given, text: string): Choice[] {
  const wanted = text.trim().toLocaleLowerCase();
  const first = given.first !== undefined && (wanted === "" || given.first.text.toLocaleLowerCase().includes(wanted)) ? [{ id: "", ...given.first }] : [];
  const found: Choice[] = [];
  given.forest.nodes.forEach((node, at) => {
    if (given.without(at)) return;
    const path = given.forest.path(at);
    if (wanted === "" || path.toLocaleLowerCase().includes(wanted)) found.push({ id: node.id, text: path, note: count(given.forest.total[at]) });
  });
  const known = found.some((one) => one.text.toLocaleLowerCase() === wanted);
  const fresh = given.fresh === true && wanted !== "" && !known ? [{ id: "new", text: text.trim(), note: "a new topic" }] : [];
  return [...first, ...found, ...fresh];
}
