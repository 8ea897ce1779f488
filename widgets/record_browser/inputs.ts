// Two fields that one types in: the search, and the topic that the selected records get.
import { h } from "../shared/dom.ts";
import { button } from "../shared/pieces.ts";

const TYPED = 250;

/** A search that asks a moment after the last letter. */
export function searchField(now: string, search: (text: string) => void, leave: () => void): HTMLElement {
  const field = h("input", { class: "rft__input rft-records__search", type: "search", test: "search", key: "search", placeholder: "Search all messages  (/)", "aria-label": "Search all messages", dir: "auto" });
  field.value = now;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const tell = (): void => {
    clearTimeout(timer);
    if (field.value !== now) search(field.value);
  };
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(tell, TYPED);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === "ArrowDown") {
      tell();
      leave();
    } else if (event.key === "Escape" && field.value !== "") {
      field.value = "";
      tell();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return field;
}

type Assigning = { names: readonly string[]; list: string; before: string; back: () => void; assign: (topic: string) => void };

/** A select would be long with 150 topics: one types, and the list narrows. */
export function assignField({ names, list: id, before, back, assign }: Assigning): HTMLElement {
  const list = h("datalist", { id }, names.map((name) => h("option", { value: name })));
  const field = h("input", { class: "rft__input", test: "assign-topic", key: "assign-topic", placeholder: "topic", "aria-label": "Topic to assign", title: "Topic to assign (t); empty: no topic", dir: "auto" });
  field.setAttribute("list", list.id);
  field.value = before;
  const tell = (): void => {
    const topic = field.value.trim();
    field.value = "";
    assign(topic);
    back();
  };
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape") back();
    else if (event.key === "Enter") tell();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return h("span", { class: "rft-records__assign" }, field, list, " ", button({ text: "Assign", test: "assign", act: tell }));
}
