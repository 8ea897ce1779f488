// What is asked before a topic is added or split.
import { dialog } from "../shared/dialog.ts";
import { h } from "../shared/dom.ts";
import { number } from "../shared/fields.ts";
import { plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import type { Details } from "./model.ts";

function box(body: HTMLElement, shown: Details): { content: HTMLElement; close: () => void } {
  const asked = dialog(body, `Split ${shown.name}`, () => {});
  asked.box.classList.add("rft-topics__box");
  return asked;
}

/** Says why a topic cannot be split. */
export function cannot(body: HTMLElement, shown: Details, why: string): void {
  box(body, shown).content.append(h("h3", { class: "rft__title", dir: "auto" }, `Split ${shown.name}`), h("p", {}, why));
}

/** Asks into how many parts; null where they are to be found. */
export function askParts(body: HTMLElement, shown: Details, done: (parts: number | null) => void): void {
  let parts: number | null = null;
  const asked = box(body, shown);
  const go = (): void => {
    const typed = (field.querySelector("input") as HTMLInputElement).valueAsNumber;
    asked.close();
    done(Number.isNaN(typed) ? parts : typed);
  };
  const field = number({ name: "number of parts", test: "split-count", value: null, min: 2, step: 1, placeholder: "auto", why: "Found by itself where it is left open.", change: (value) => (parts = value) });
  field.addEventListener("keydown", (event) => event.key === "Enter" && go());
  const note = `Its ${plural(shown.own, "record")} are compared with each other; the rest of the tree stays. The parts are shown before anything changes.`;
  const acts = h("p", { class: "rft__line" }, button({ text: "Look for parts", test: "split-ok", first: true, act: go }), button({ text: "Cancel", test: "split-cancel", act: () => asked.close() }));
  asked.content.append(h("div", { class: "rft-topics__pick" }, h("h3", { class: "rft__title", dir: "auto" }, `Split ${shown.name}`), h("p", {}, note), field, acts));
  field.querySelector("input")?.focus();
}

/** A line that asks for the name of a new topic; an empty one goes away. */
export function naming(above: string, add: (name: string) => void, away: () => void): HTMLElement {
  const field = h("input", { class: "rft__input", type: "text", test: "new-name", dir: "auto", "aria-label": above === "" ? "Name of the new topic" : `Name of the new topic below ${above}`, placeholder: above === "" ? "name, or Cards/Lost" : "name" });
  const take = (): void => {
    const name = field.value.trim();
    if (name === "") away();
    else add(name);
  };
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Enter") take();
    else away();
  });
  const where = h("span", { class: "rft__note", dir: "auto" }, above === "" ? "on the first level" : `below ${above}`);
  return h("div", { class: "rft__line" }, h("span", {}, "New topic "), field, where, button({ text: "Add", test: "new-ok", first: true, act: take }), button({ text: "Cancel", test: "new-cancel", act: away }));
}
