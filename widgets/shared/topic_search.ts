// Any topic by its name: type, choose with the arrows, Enter assigns.
import { h } from "./dom.ts";
import "./topic_search.css";

export type Search = { node: HTMLElement; focus: () => void; clear: () => void };

/** `find` gives topics for words, `take` is told the chosen one, `leave` where the keys go back to the record. */
export function topicSearch(find: (text: string) => Promise<string[]>, take: (topic: string) => void, leave: () => void, hint = "any topic  /"): Search {
  const list = h("ul", { class: "rft__found", role: "listbox", id: `found-${Math.random().toString(36).slice(2)}`, "aria-label": "Topics", hidden: true, test: "found" });
  const field = h("input", { class: "rft__input", type: "text", test: "topic-search", key: "topic-search", placeholder: hint, role: "combobox", "aria-label": "Search any topic", "aria-controls": list.id, "aria-expanded": false, "aria-autocomplete": "list", dir: "auto" });
  let found: string[] = [];
  let at = 0;
  let asked = 0;
  const draw = (): void => {
    list.hidden = found.length === 0;
    field.setAttribute("aria-expanded", String(found.length > 0));
    list.replaceChildren(...found.map((topic, place) => option(topic, place)));
    field.setAttribute("aria-activedescendant", found.length > 0 ? `${list.id}-${at}` : "");
  };
  const option = (topic: string, place: number): HTMLElement => {
    const pick = (event: Event): void => {
      event.preventDefault(); // the field keeps the focus until the topic is taken
      choose(topic);
    };
    return h("li", { role: "option", id: `${list.id}-${place}`, "aria-selected": place === at, test: "found-topic", dir: "auto", on: { mousedown: pick } }, topic);
  };
  const choose = (topic: string | undefined): void => {
    if (topic === undefined) return;
    clear();
    take(topic);
  };
  const clear = (): void => {
    asked++;
    field.value = "";
    found = [];
    draw();
  };
  const look = async (): Promise<void> => {
    const number = ++asked;
    const topics = field.value.trim() === "" ? [] : await find(field.value);
    if (number !== asked) return; // a newer word was typed meanwhile
    found = topics;
    at = 0;
    draw();
  };
  const move = (by: number): void => {
    at = Math.max(0, Math.min(at + by, found.length - 1));
    draw();
  };
  field.addEventListener("input", () => void look());
  field.addEventListener("blur", () => setTimeout(() => field.ownerDocument.activeElement !== field && ((found = []), draw()), 100));
  field.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") move(event.key === "ArrowDown" ? 1 : -1);
    else if (event.key === "Enter") choose(found[at]);
    else if (event.key === "Escape") {
      clear();
      leave();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return { node: h("div", { class: "rft__topic-search" }, field, list), focus: () => field.focus(), clear };
}
