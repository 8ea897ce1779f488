// Below the tree: topics that unassigned records suggest, records that lost theirs, and the tree as a file.
import { h, type Child } from "../shared/dom.ts";
import { select, text } from "../shared/fields.ts";
import { count, plural } from "../shared/format.ts";
import { keep } from "../shared/panel.ts";
import { button } from "../shared/pieces.ts";
import { run } from "../shared/widget.ts";
import type { Orphans, Suggestion, View } from "./model.ts";

const SHAPES = [
  { value: "rftkit", text: "everything" },
  { value: "map", text: "by name, with subtopics" },
  { value: "nodes", text: "nested lists" },
];

export function suggested(host: View, found: readonly Suggestion[] | null, unassigned: number): Child {
  if (!host.live || (found === null && unassigned === 0)) return null;
  const busy = host.get("work") !== null;
  const ask = button({ text: found === null ? "Look for new topics in them" : "Look again", test: "suggest", act: () => void run(null, () => host.ask("suggest")) });
  ask.disabled = busy || unassigned === 0;
  const away = found !== null && button({ text: "Put away", test: "suggest-away", act: () => void run(null, () => host.ask("dismiss", {})) });
  const none = found !== null && found.length === 0 && h("p", { class: "rft__note", test: "no-suggestion" }, "No group among them is large and alike enough to be a topic of its own.");
  const rows = (found ?? []).map((one) => {
    const take = button({ text: "Add it", test: "accept", title: `Add ${one.name} and put ${plural(one.count, "record")} there`, act: () => void run(null, () => host.ask("accept", { name: one.name })) });
    const not = h("button", { class: "rft__link", type: "button", test: "dismiss", key: `dismiss ${one.name}`, "aria-label": `Put ${one.name} away`, on: { click: () => void run(null, () => host.ask("dismiss", { name: one.name })) } }, "not this one");
    take.setAttribute("data-key", `accept ${one.name}`);
    take.disabled = busy;
    const words = one.keywords.length > 0 && h("p", { class: "rft__note", dir: "auto" }, one.keywords.join(", "));
    return h("li", { test: "suggestion" }, h("div", { class: "rft__line" }, h("b", { dir: "auto" }, one.name), h("span", { class: "rft__note" }, plural(one.count, "record")), h("span", { class: "rft__push rft__line" }, take, not)), words, one.samples.map((sample) => h("p", { class: "rft-topics__sample", dir: "auto" }, sample)));
  });
  return h("section", { "aria-label": "Suggested topics", class: "rft-topics__extra", test: "suggestions" }, h("div", { class: "rft__line" }, h("h3", { class: "rft__head" }, plural(unassigned, "record"), " without a topic"), h("span", { class: "rft__push rft__line" }, ask, away)), none, rows.length > 0 && h("ul", { class: "rft-topics__list" }, rows));
}

export function lost(host: View, { total, more, groups }: Orphans, choose: (topic: string) => void): Child {
  if (total === 0) return null;
  const rows = groups.map(({ topic, suggestion, count: records, sample }) => {
    const take = host.live && suggestion !== null && button({ text: `Put under ${suggestion.split("/").at(-1)}`, title: suggestion, test: "orphans-take", act: () => void run(null, () => host.ask("assign_orphans", { topic, to: suggestion })) });
    if (take) take.setAttribute("data-key", `take ${topic}`);
    const other = host.live && h("button", { class: "rft__link", type: "button", test: "orphans-other", key: `other ${topic}`, on: { click: () => choose(topic) } }, suggestion === null ? "choose a topic" : "another topic");
    return h("li", { test: "orphan" }, h("div", { class: "rft__line" }, h("span", { dir: "auto", class: "rft-topics__wide" }, topic), h("span", { class: "rft__note" }, plural(records, "record")), h("span", { class: "rft__push rft__line" }, take, other)), h("p", { class: "rft-topics__sample", dir: "auto" }, sample));
  });
  const rest = more > 0 && h("p", { class: "rft__note" }, `and of ${plural(more, "more topic")}`);
  return h("section", { "aria-label": "Records that lost their topic", class: "rft-topics__extra", test: "orphans" }, h("h3", { class: "rft__head" }, h("span", { class: "rft__status--near" }, "▿ "), count(total), ` ${total === 1 ? "record" : "records"} lost their topic`), h("ul", { class: "rft-topics__list" }, rows), rest);
}

export class Saving {
  private shape = "rftkit";
  private path = "";

  constructor(private readonly host: View) {}

  draw(): HTMLElement {
    const name = `${this.host.get("known").name}-topics.json`;
    const field = text({ name: "file", test: "save-path", value: this.path, placeholder: name, change: (value) => (this.path = value) });
    const save = (): void => void run(null, () => this.host.ask("save_file", { path: (field.querySelector("input") as HTMLInputElement).value.trim() || name, shape: this.shape }));
    const down = (): void => void run(null, async () => keep(name, String(await this.host.ask("text", { shape: this.shape })), "application/json"));
    const shape = select({ name: "shape", test: "shape", value: this.shape, options: SHAPES, change: (value) => (this.shape = value) });
    return h("details", { class: "rft-topics__extra", test: "saving" }, h("summary", {}, "Save the tree to a file"), h("div", { class: "rft-topics__one" }, shape, field, button({ text: "Save beside the notebook", test: "save", act: save }), button({ text: "Download", test: "download", act: down })));
  }
}
