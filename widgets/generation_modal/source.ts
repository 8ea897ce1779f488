// What goes in: the gaps of the dataset, a topic with a count, or records of one's own; and the words of some of them.
import { h, type Child } from "../shared/dom.ts";
import { number, text } from "../shared/fields.ts";
import { count, plural } from "../shared/format.ts";
import { button, choices } from "../shared/pieces.ts";
import { ask, set, type Mode, type Source, type View } from "./model.ts";

const MODES: { value: Mode; text: string }[] = [
  { value: "gaps", text: "Fill the gaps" },
  { value: "topic", text: "A topic" },
  { value: "records", text: "Selected records" },
];

export function source(host: View): Child[] {
  const { mode, ids } = host.get("choices");
  const named = MODES.map((one) => ({ ...one, text: one.value === "records" && ids.total > 0 ? `${one.text} (${count(ids.total)})` : one.text, chosen: one.value === mode }));
  const pick = choices("what for", named, (value) => set(host, { mode: value }));
  const part = { gaps, topic, records }[mode](host);
  return [h("h3", { class: "rft__head" }, "What goes in"), host.live ? pick : h("p", {}, named.find((one) => one.chosen)?.text), ...part];
}

function lacking(host: View): { path: string; needed: number }[] {
  return host.get("can").topics.filter((topic) => topic.needed > 0);
}

function gaps(host: View): Child[] {
  const short = lacking(host);
  const { grow } = host.get("choices");
  const needed = short.reduce((sum, topic) => sum + topic.needed, 0);
  const said =
    short.length === 0
      ? "Every topic has its share. To let the dataset grow as it is, say by how much."
      : `${plural(short.length, "topic")} ${short.length === 1 ? "lacks" : "lack"} ${plural(needed, "record")}: ${named(short)}.`;
  const field = number({
    name: "let it grow by, %",
    test: "grow",
    value: grow === null ? null : Math.round(1000 * grow) / 10,
    min: 0,
    step: 5,
    placeholder: "0",
    change: (value) => set(host, { grow: value === null ? null : value / 100 }),
  });
  return [h("p", { test: "gaps" }, said), host.live && (short.length === 0 || grow !== null) && field, quotes(host)];
}

function named(short: readonly { path: string; needed: number }[]): string {
  const first = short.slice(0, 4).map(({ path, needed }) => `${path} (${count(needed)})`);
  return first.join(", ") + (short.length > 4 ? ` and ${count(short.length - 4)} more` : "");
}

function topic(host: View): Child[] {
  const { topic: chosen, count: many } = host.get("choices");
  if (!host.live) return [h("p", {}, `${chosen ?? "No topic yet"}${many === null ? "" : `: ${count(many)}`}`), quotes(host)];
  const list = h("datalist", { id: "rft-topics" }, host.get("can").topics.map(({ path }) => h("option", { value: path })));
  const fields = h(
    "div",
    { class: "rft-generate__topic" },
    text({ name: "topic", test: "topic", value: chosen, placeholder: "begin to type", list: "rft-topics", change: (value) => set(host, { topic: value || null, mode: "topic" }) }),
    number({ name: "how many", test: "count", value: many, min: 1, step: 1, placeholder: "20", change: (value) => set(host, { count: value, mode: "topic" }) }),
  );
  const chips = lacking(host)
    .slice(0, 5)
    .map(({ path, needed }) =>
      h("button", { class: "rft__chip", type: "button", test: "gap-chip", key: `gap ${path}`, "aria-pressed": path === chosen, on: { click: () => set(host, { topic: path, count: needed, mode: "topic" }) } }, `${path} +${count(needed)}`),
    );
  return [fields, list, chips.length > 0 && h("div", { class: "rft__chips", "aria-label": "Topics that lack most" }, chips), quotes(host)];
}

function records(host: View): Child[] {
  const { total, records: shown } = host.get("choices").ids;
  const none = h("p", { class: "rft__note", test: "no-records" }, "No record yet. Search for the ones that variations should be made of.");
  const rest = total > shown.length && h("p", { class: "rft__note" }, `and ${count(total - shown.length)} more`);
  const drop = (one: Source): Child => host.live && button({ text: "Remove", test: "remove", act: () => ask(host, "drop_records", { ids: [one.id] }) });
  return [total === 0 ? none : list(shown, drop), rest, host.live && search(host)];
}

/** Add more records: by id, topic or words. */
function search(host: View): HTMLElement {
  const found = host.get("found");
  const field = text({ name: "add records: an id, a topic, or words of a message", test: "find", value: found?.text ?? "", placeholder: "search", change: (value) => ask(host, "find", { text: value }) });
  const add = (one: Source): Child =>
    one.added === true ? h("span", { class: "rft__note" }, "added") : button({ text: "Add", test: "add", act: () => ask(host, "add_records", { ids: [one.id] }) });
  const fresh = (found?.records ?? []).filter((one) => one.added !== true).map((one) => one.id);
  const all = fresh.length > 1 && button({ text: `Add all ${fresh.length}`, test: "add-all", act: () => ask(host, "add_records", { ids: fresh }) });
  const none = found !== null && found.records.length === 0 && h("p", { class: "rft__note", test: "none-found" }, `Nothing has ${JSON.stringify(found.text)} in it.`);
  return h("div", { class: "rft-generate__search" }, field, found !== null && list(found.records, add), none, all);
}

function quotes(host: View): Child {
  const sources = host.get("offer")?.sources;
  if (sources === undefined || sources.records.length === 0) return null;
  return [h("p", { class: "rft__note", test: "source-total" }, `Works from ${plural(sources.total, "record")}, for example:`), list(sources.records, () => null)].reduce((all, one) => (all.append(one), all), h("div", { test: "sources" }));
}

function list(shown: readonly Source[], act: (one: Source) => Child): HTMLElement {
  return h("ul", { class: "rft-generate__records" }, shown.map((one) => item(one, act(one))));
}

function item(one: Source, act: Child): HTMLElement {
  const marks = [one.topic ?? "no topic", one.turns > 1 ? `${count(one.turns)} turns` : "", one.generated ? "generated" : "", one.quality === null ? "" : `${one.quality} stars`];
  const facts = h("span", { class: "rft__note", title: one.id }, marks.filter((mark) => mark !== "").join(" · "));
  return h("li", { test: "source-record", "data-id": one.id }, h("div", { class: "rft__line rft__line--ends" }, facts, act), h("p", { class: "rft-generate__quote", dir: "auto" }, one.text === "" ? "(no text)" : one.text));
}
