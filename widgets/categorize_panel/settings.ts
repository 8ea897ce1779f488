// How the next run is done: on which records, by which methods, with which model.
import { h, type Child } from "../shared/dom.ts";
import { select, text as textField, tick } from "../shared/fields.ts";
import { count } from "../shared/format.ts";
import { choices } from "../shared/pieces.ts";
import type { Offers, State } from "./model.ts";

export type Chosen = { all: boolean; method: string[]; model: string; embedder: string };

const METHODS = [
  { name: "keyword", text: "keywords", note: "the words of a topic, clear ones first" },
  { name: "embedding", text: "meaning", note: "what a prompt means, learned from what was decided by hand" },
  { name: "llm", text: "a model", note: "asked about what the others leave open" },
];

export function chosenFrom(state: State): Chosen {
  const { options } = state;
  return { all: false, method: options?.method ?? ["keyword", "embedding"], model: options?.model ?? "", embedder: options?.embedder ?? "auto" };
}

export function settings(state: State, offers: Offers, chosen: Chosen, change: (part: Partial<Chosen>) => void): Child[] {
  const open = state.unassigned;
  const again = state.total - state.by_hand - state.left_unassigned;
  const which = choices(
    "which records",
    [
      { text: `unassigned only (${count(open)})`, value: false, chosen: !chosen.all },
      { text: `all again (${count(again)})`, value: true, chosen: chosen.all },
    ],
    (all) => change({ all }),
  );
  const ticks = METHODS.map(({ name, text, note }) => {
    const toggle = (on: boolean): void => change({ method: METHODS.map((one) => one.name).filter((one) => (one === name ? on : chosen.method.includes(one))) });
    return tick({ name: text, test: `method-${name}`, checked: chosen.method.includes(name), note, change: toggle });
  });
  const list = h("datalist", { id: "rft-categorize-models" }, offers.models.map((one) => h("option", { value: one.name }, one.why_not)));
  const model = chosen.method.includes("llm") && textField({ name: "model", test: "model", value: chosen.model, placeholder: "provider/model", list: list.id, why: "litellm's name. What it would cost is said before anything is sent.", change: (value) => change({ model: value }) });
  const embedder = select({ name: "embedder", test: "embedder", value: chosen.embedder, options: offers.embedders.map((name) => ({ value: name, text: name === "auto" ? "auto: by the number of records" : name })), change: (value) => change({ embedder: value }) });
  return [
    h("div", { class: "rft-categorize__which" }, which),
    h("fieldset", { class: "rft-categorize__methods", "aria-label": "Methods" }, ticks, list),
    h("div", { class: "rft-categorize__fine" }, model, chosen.method.includes("embedding") && embedder),
  ];
}

/** What was chosen, in a few words. */
export function words({ all, method, embedder }: Chosen): string {
  const by = METHODS.filter(({ name }) => method.includes(name)).map(({ text }) => text);
  return [all ? "all again" : "unassigned only", by.join(", then ") || "no method", embedder === "auto" ? "" : embedder].filter((one) => one !== "").join("; ");
}

/** The line that does the same. */
export function line({ all, method, model, embedder }: Chosen): string {
  const given = [
    all && "all=True",
    method.join() !== "keyword,embedding" && `method=[${method.map((one) => `'${one}'`).join(", ")}]`,
    model !== "" && method.includes("llm") && `model=${quoted(model)}`,
    embedder !== "auto" && `embedder=${quoted(embedder)}`,
  ].filter((one) => one !== false);
  return `ds.categorize(${given.join(", ")})`;
}

function quoted(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
