// The parts that several screens share: facts with a definition, statuses, bars, crumbs, buttons.
import { h, type Child } from "./dom.ts";

export type Status = "ok" | "slightly_under" | "under" | "over";

const STATUS: Record<Status, { kind: string; mark: string; word: string }> = {
  ok: { kind: "ok", mark: "✓", word: "ok" },
  slightly_under: { kind: "near", mark: "▿", word: "slightly under" },
  under: { kind: "far", mark: "▼", word: "under" },
  over: { kind: "far", mark: "▲", word: "over" },
};

/** The word of a status with its mark and colour. */
export function status(name: Status): HTMLElement {
  const { kind, mark, word } = STATUS[name] ?? { kind: "near", mark: "•", word: String(name) };
  return h("span", { class: `rft__status rft__status--${kind}` }, `${mark} ${word}`);
}

export function statusWord(name: Status): string {
  return STATUS[name]?.word ?? String(name);
}

export type Fact = { name: string; value: Child; note?: string | undefined; why?: string; test?: string };

/** Named values in one line; `why` is the definition, shown where the name is pointed at and read aloud. */
export function facts(values: readonly Fact[]): HTMLElement {
  return h("dl", { class: "rft__facts" }, values.map(fact));
}

function fact({ name, value, note, why, test }: Fact): HTMLElement {
  const mark = why !== undefined && h("abbr", { class: "rft__why", title: why, "aria-label": why, tabindex: 0 }, "?");
  const small = note !== undefined && h("small", {}, ` ${note}`);
  const shown = h("dd", test === undefined ? {} : { test }, value, small);
  return h("div", { title: why }, h("dt", {}, name, mark), shown);
}

type Bar = { value: number; full: number; target?: number | null; added?: number; text: string; tick?: HTMLElement | undefined };

/** One horizontal bar; the tick is the target (a control where `tick` is given), what will be added is hatched. */
export function bar({ value, full, target, added = 0, text, tick }: Bar): HTMLElement {
  const at = (part: number): string => `${Math.min(100, full > 0 ? (100 * part) / full : 0).toFixed(2)}%`;
  const extra = { left: at(value), width: at(Math.min(added, full - value)) };
  const mark = target === null || target === undefined ? null : (tick ?? h("div", { class: "rft__tick" }));
  if (mark !== null) mark.style.left = at(target ?? 0);
  return h(
    "div",
    { class: "rft__bar" },
    h("div", { class: "rft__fill", role: "img", "aria-label": text, style: { width: at(value) } }),
    added > 0 && h("div", { class: "rft__fill rft__fill--added", style: extra }),
    mark,
  );
}

export type Crumb = { text: string; open?: () => void };

/** Where one is in the tree; the last crumb is here. */
export function crumbs(name: string, steps: readonly Crumb[]): HTMLElement {
  const items = steps.map(({ text, open }, place) => {
    const here = place === steps.length - 1;
    if (here || open === undefined) return h("li", here ? { "aria-current": "page" } : {}, text);
    return h("li", {}, h("button", { class: "rft__link", type: "button", key: `crumb ${place}`, on: { click: open } }, text));
  });
  return h("nav", { "aria-label": name }, h("ol", { class: "rft__crumbs" }, items));
}

type Button = { text: string; act: () => void; test: string; first?: boolean; title?: string };

export function button({ text, act, test, first = false, title }: Button): HTMLButtonElement {
  const kind = first ? "rft__button rft__button--first" : "rft__button";
  return h("button", { class: kind, type: "button", test, key: test, title, on: { click: act } }, text);
}

/** One of a few, side by side. */
export function choices<T>(name: string, values: readonly { text: string; value: T; chosen: boolean }[], choose: (value: T) => void): HTMLElement {
  const buttons = values.map(({ text, value, chosen }) =>
    h("button", { type: "button", key: `${name} ${text}`, "aria-pressed": chosen, on: { click: () => choose(value) } }, text),
  );
  return h("div", { class: "rft__choices", role: "group", "aria-label": name, test: name.replaceAll(" ", "-") }, buttons);
}

/** What a step advises: a sentence, and the line of Python that does it ("" where there is none). */
export type Advice = { sentence: string; python: string };

export function advice({ sentence, python }: Advice): Child[] {
  return [sentence, python !== "" && h("code", { class: "rft__python", title: "The same as Python" }, python)];
}

/** So many pieces of advice are in view; the rest unfolds. */
const FIRST = 4;

/** Pieces of advice as a list; nothing for none. */
export function bullets(lines: readonly Advice[], test: string): HTMLElement | null {
  if (lines.length === 0) return null;
  const list = (some: readonly Advice[]): HTMLElement => h("ul", { class: "rft__list" }, some.map((line) => h("li", {}, advice(line))));
  const rest = lines.slice(FIRST);
  const folded = rest.length > 0 && h("details", {}, h("summary", { class: "rft__note" }, `${rest.length} more`), list(rest));
  return h("div", { test }, list(lines.slice(0, FIRST)), folded);
}

/** The one act that makes most sense now. */
export function nextAct(act: Advice): HTMLElement {
  return h("p", { class: "rft__next", test: "next-act" }, h("b", {}, "Next: "), advice(act));
}
