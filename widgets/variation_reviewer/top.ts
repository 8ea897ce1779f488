// Above the cards: how far the review is, what adding would do, what is shown, what can be done with all.
import { append, h, type Child } from "../shared/dom.ts";
import { count, plural, score, share } from "../shared/format.ts";
import { keysLink } from "../shared/help.ts";
import { button, facts } from "../shared/pieces.ts";
import { progress } from "../shared/progress.ts";
import { words } from "../shared/stars.ts";
import { chosen, narrowed, type Choices, type Chosen, type Far, type Impact, type Run } from "./model.ts";

/** One line of counts with a bar of what is accepted and rejected. */
export function far(told: Far): HTMLElement {
  const part = (number: number): Record<string, string> => ({ width: `${told.candidates === 0 ? 0 : (100 * number) / told.candidates}%` });
  const bar = h("div", { class: "rft-review__bar", "aria-hidden": true }, h("i", { class: "rft-review__bar-yes", style: part(told.accepted) }), h("i", { class: "rft-review__bar-no", style: part(told.rejected) }));
  const number = (name: string, value: number, kind: string): Child[] => [h("b", { test: name, class: kind }, count(value)), ` ${name} `];
  const line = h("p", { class: "rft__line rft-review__counts", role: "status", test: "progress" });
  append(line, h("span", {}, h("b", { test: "decided" }, count(told.decided)), ` of ${plural(told.candidates, "candidate")} decided`));
  append(line, h("span", {}, number("accepted", told.accepted, "rft__status--ok"), told.edited > 0 && h("span", { class: "rft__note" }, `(${count(told.edited)} edited)`)));
  append(line, h("span", {}, number("rejected", told.rejected, "rft__status--far")), h("span", {}, number("left", told.left, ""), told.invalid > 0 && h("span", { class: "rft__note" }, `(${count(told.invalid)} failed a check)`)));
  append(line, h("span", { class: "rft__note rft__push", test: "saved" }, told.unsaved > 0 ? `saving ${count(told.unsaved)}…` : told.decided > 0 ? "saved" : ""));
  return h("div", {}, line, bar);
}

/** Scores before and after adding what is accepted, and the topics that grow. */
export function impact(told: Impact): HTMLElement | null {
  const { before, after, topics = [], definitions = {} } = told;
  if (before === undefined || after === undefined) return null;
  const moved = (from: string, to: string): Child => (from === to ? to : h("span", {}, h("span", { class: "rft-review__was" }, `${from} → `), to));
  const lines = topics.map((one) => h("li", {}, `${one.path} `, h("b", {}, `+${count(one.added)}`), h("span", { class: "rft__note" }, ` ${share(one.share)}${one.target === null ? "" : ` of ${share(one.target)}`}`)));
  const scores = facts([
    { name: "records after adding", value: moved(count(before.total), count(after.total)), test: "total-after" },
    { name: "balance after adding", value: moved(score(before.balance), score(after.balance)), note: after.rating, why: definitions["balance"] ?? "", test: "balance-after" },
    { name: "target fit after adding", value: moved(score(before.target_fit), score(after.target_fit)), why: definitions["target fit"] ?? "", test: "target-fit-after" },
  ]);
  return h("div", { class: "rft-review__impact", test: "impact" }, scores, lines.length > 0 && h("ul", { class: "rft-review__topics", "aria-label": "Topics that grow" }, lines));
}

function pick(name: string, test: string, value: string, options: readonly { value: string; text: string }[], change: (value: string) => void): HTMLElement {
  const control = h("select", { class: "rft__input rft-review__choice", test, key: test, "aria-label": name, title: name }, options.map((one) => h("option", { value: one.value }, one.text)));
  control.value = value;
  control.classList.toggle("rft-review__choice--on", value !== "" && value !== "0");
  control.addEventListener("change", () => change(control.value));
  return control;
}

/** The line of choices; `choose` is given what changes. */
export function filterLine(choices: Choices, matching: number, choose: (change: Partial<Chosen>) => void, clear: () => void): HTMLElement {
  const listed = (values: Choices["topics"]): { value: string; text: string }[] => values.map((one) => ({ value: one.name, text: `${words(one.name)} (${count(one.count)})` }));
  const marks = [0, 2, 3, 4, 4.5].map((stars) => ({ value: String(stars), text: stars === 0 ? "any stars" : `from ${stars} stars` }));
  const states = [
    { value: "", text: "decided or not" },
    { value: "waiting", text: "undecided" },
    { value: "accept", text: "accepted" },
    { value: "reject", text: "rejected" },
  ];
  const search = h("input", { class: "rft__input rft-review__search", type: "search", test: "search", key: "search", placeholder: "Search  (/)", "aria-label": "Search candidates", dir: "auto" });
  search.value = choices.search;
  search.addEventListener("change", () => choose({ search: search.value }));
  return h(
    "div",
    { class: "rft__line rft-review__filters", role: "group", "aria-label": "Filters", test: "filters" },
    pick("Stars", "filter-stars", String(choices.min_stars), marks, (value) => choose({ min_stars: Number(value) })),
    pick("Topic", "filter-topic", choices.topic, [{ value: "", text: "every topic" }, ...listed(choices.topics)], (topic) => choose({ topic })),
    pick("Reason", "filter-reason", choices.reason, [{ value: "", text: "any reason" }, ...listed(choices.reasons)], (reason) => choose({ reason })),
    pick("Decision", "filter-decision", choices.waiting ? "waiting" : choices.decision, states, (value) => choose({ waiting: value === "waiting", decision: value === "waiting" ? "" : value })),
    search,
    narrowed(chosen(choices)) && button({ text: "Clear", test: "clear-filters", act: clear }),
    narrowed(chosen(choices)) && h("span", { class: "rft__note", test: "matching" }, `${plural(matching, "candidate")} shown`),
  );
}

export type Acts = { add: () => void; regenerate: () => void; discard: () => void; undo: () => void; help: () => void; stop: () => void; approve: () => void; refuse: () => void };
export type Told = { done: { sentence: string; python: string; undo: boolean } | null; run: Run | null; approval: { model: string; count: number; sentence: string } | null };

/** What can be done with all of them, what was done last, and the way back. */
export function actLine(told: Far, { done, run, approval }: Told, acts: Acts): Child[] {
  const busy = run !== null && (run.state === "running" || run.state === "stopping");
  const add = button({ text: `Add ${count(told.accepted)} to the dataset`, test: "add", first: told.accepted > 0, act: acts.add });
  add.disabled = told.accepted === 0;
  const again = button({ text: `Regenerate rejected (${count(told.replaceable)})`, test: "regenerate", title: "Make others in the place of those that were rejected or failed a check", act: acts.regenerate });
  again.disabled = busy || told.replaceable === 0;
  const all = button({ text: "Discard all", test: "discard-all", title: "Reject all that is shown and waits; it can be undone", act: acts.discard });
  all.disabled = told.left === 0;
  const keys = keysLink(acts.help, "help");
  const last =
    done !== null &&
    h("span", { class: "rft__line rft__push", role: "status", test: "told" }, h("span", { title: done.python }, done.sentence), done.undo && button({ text: "Undo", test: "undo", title: "Undo (u)", act: acts.undo }));
  return [
    h("div", { class: "rft__line rft-review__acts" }, add, again, all, keys, last),
    busy && run !== null && h("div", { test: "run" }, progress({ ...run, running: true, stopping: run.state === "stopping", stop: acts.stop, what: "made anew" })),
    approval !== null &&
      h("div", { class: "rft__told", role: "alert", test: "approval" }, `${approval.model} would be asked for ${plural(approval.count, "candidate")}, which may cost money. `, button({ text: `Ask ${approval.model}`, test: "approve", first: true, act: acts.approve }), button({ text: "Cancel", test: "refuse", act: acts.refuse })),
  ];
}
