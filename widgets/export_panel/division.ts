// Train and validation: how they are divided now, what the options would make of it, whether anything leaks.
import { h, type Child } from "../shared/dom.ts";
import { number, tick } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import type { Division, SplitOptions, SplitView, State } from "./model.ts";

type Acts = { live: boolean; busy: boolean; choose: (options: Partial<SplitOptions>) => void; make: () => void; open: boolean; opened: (open: boolean) => void };

const TIES = "A record, what was generated from it, near duplicates (from a similarity of 0.7) and prompts of one conversation are one group; a group is never on both sides.";
const OUT = "Valid records that are in neither set.";
const FEW = 12;

export function division(view: SplitView, acts: Acts): Child[] {
  const { state = null, preview = null, problem = "", changed } = view;
  const stale = state !== null && (state.new > 0 || state.straddling > 0);
  const would = state === null || changed || stale;
  const make = acts.live && button({ text: state === null ? "Split" : "Split again", test: "split-run", first: would && preview !== null, act: acts.make });
  if (make) make.disabled = acts.busy || preview === null;
  return [
    ...(state === null ? [] : standing(state)),
    acts.live && options(view, acts),
    problem !== "" && h("p", { class: "rft__stale", test: "split-problem" }, problem),
    would && preview !== null && h("div", { class: "rft-export__preview", test: "split-preview" }, h("p", { class: "rft__note" }, state === null ? "So it would be divided:" : "Split again, and it would be:"), figures(preview, state, acts)),
    make && h("p", { class: "rft__line" }, make, make.disabled || !changed ? null : h("span", { class: "rft__note" }, "Undo takes it back")),
    ...(would || state === null ? [] : figures(state, null, acts)),
  ];
}

function standing(state: State): Child[] {
  const leak = state.straddling === 0 ? h("p", { class: "rft__status--ok", test: "leaks" }, "✓ Leak check: no group is on both sides") : h("p", { class: "rft__status--far", test: "leaks" }, `✗ Leak check: ${plural(state.straddling, "group")} on both sides, such as `, state.leaks.slice(0, 3).map(({ train_id, validation_id }) => h("code", { class: "rft-export__pair" }, `${train_id} / ${validation_id}`)), ". Split again.");
  const fresh = state.new > 0 && h("p", { class: "rft__stale", test: "fresh" }, `${plural(state.new, "valid record")} came after the split and ${state.new === 1 ? "is" : "are"} in neither set. Split again: validation stays as it is, and grows.`);
  return [h("p", { test: "state" }, h("b", {}, `${count(state.train)} in train, ${count(state.validation)} in validation`), h("span", { class: "rft__note" }, ` divided ${state.when} UTC`)), leak, fresh];
}

function options({ options: now, state = null, preview = null }: SplitView, { choose }: Acts): HTMLElement {
  const kept = preview !== null && preview.kept !== null;
  return h(
    "div",
    { class: "rft-export__options" },
    h(
      "div",
      { class: "rft__fields" },
      number({ name: "share of train (%)", test: "train", value: Number((now.train * 100).toFixed(2)), min: 1, max: 99, step: 1, change: (value) => value !== null && value > 0 && value < 100 && choose({ train: value / 100 }) }),
      number({ name: "least records in validation", test: "min-validation", value: now.min_validation, min: 0, step: 1, placeholder: "by the share", change: (value) => choose({ min_validation: value }) }),
      number({ name: "seed", test: "seed", value: now.seed, step: 1, why: "The same seed gives the same split.", change: (value) => choose({ seed: value ?? 0 }) }),
    ),
    tick({ name: "The same shares in every topic", test: "stratify", checked: now.stratify === "topic", change: (on) => choose({ stratify: on ? "topic" : "none" }) }),
    tick({ name: "Generated records may be in validation", test: "generated", checked: now.generated_in_validation, note: " by default it is made of traces alone", change: (on) => choose({ generated_in_validation: on }) }),
    state !== null && tick({ name: `The ${plural(state.validation, "record")} of validation stay there`, test: "keep", checked: kept, note: " so that results before and after can be compared", change: (keep) => choose({ keep }) }),
  );
}

function figures(one: Division, before: State | null, acts: Acts): Child[] {
  const made = (part: number | null): string | undefined => (part === null || part === 0 ? undefined : `${share(part)} generated`);
  const parts: Fact[] = [
    { name: "train", value: count(one.train), note: made(one.generated.train), test: "train-count" },
    { name: "validation", value: count(one.validation), note: made(one.generated.validation), test: "validation-count" },
    { name: "share of train", value: share(one.share) },
    ...(one.groups === null ? [] : [{ name: "groups", value: count(one.groups), why: TIES, test: "groups" }]),
    ...(one.left_out > 0 ? [{ name: "in neither", value: count(one.left_out), why: OUT, test: "left-out" }] : []),
    ...(before !== null && one.kept !== null ? [{ name: "stay in validation", value: count(one.kept), test: "kept" }] : []),
  ];
  const both = h("div", { class: "rft-export__both", role: "img", "aria-label": `${share(one.share)} train`, style: { "--share": `${(100 * one.share).toFixed(2)}%` } });
  const said = one.warnings.length > 0 && h("ul", { class: "rft__list", test: "split-warnings" }, one.warnings.map((text) => h("li", {}, text)));
  return [both, facts(parts), said, topics(one, acts)];
}

function topics({ topics: rows, more }: Division, acts: Acts): Child {
  if (rows.length === 0 || (rows.length === 1 && rows[0]?.path === "")) return null;
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "topic"), ...["train", "validation", "share"].map((name) => h("th", { scope: "col", class: "rft__number", title: name === "share" ? "share of validation" : undefined }, name))));
  const body = rows.map(({ path, train, validation }) => h("tr", { test: "topic-row" }, h("th", { scope: "row", dir: "auto" }, path === "" ? h("span", { class: "rft__note" }, "unassigned") : path), h("td", { class: "rft__number" }, count(train)), h("td", { class: "rft__number" }, validation === 0 ? h("span", { class: "rft__status--near" }, "▿ 0") : count(validation)), h("td", { class: "rft__number" }, share(validation / Math.max(1, train + validation)))));
  const rest = more > 0 && h("p", { class: "rft__note" }, `and ${plural(more, "smaller topic")}`);
  const fold = h("details", { test: "topics", open: acts.open || rows.length <= FEW }, h("summary", {}, `By topic (${count(rows.length + more)})`), h("div", { class: "rft-export__scroll", role: "group", "aria-label": "By topic", tabindex: 0 }, h("table", { class: "rft__table" }, head, h("tbody", {}, body))), rest);
  fold.addEventListener("toggle", () => acts.opened(fold.open));
  return fold;
}
