// Two rounds side by side: what changed between them, which themes are gone, the cards beside each other.
import { h, type Child } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import type { Comparison } from "./model.ts";

type Found = NonNullable<Comparison>;

export function comparison(found: Found, hide: (() => void) | null): HTMLElement {
  const close = hide !== null && h("button", { class: "rft__link rft__push", type: "button", test: "hide-comparison", key: "hide-comparison", on: { click: hide } }, "close");
  const title = h("div", { class: "rft__line" }, h("h3", { class: "rft__head" }, `Round ${found.before} and round ${found.after}`), close);
  return h("section", { class: "rft-cards__section", "aria-label": "Comparison", test: "comparison" }, title, changed(found), fates(found), rounds(found));
}

function changed(found: Found): Child {
  if (found.changed.length === 0) return h("p", { class: "rft__note" }, "No line was approved between them.");
  return h("ul", { class: "rft__list", test: "changed" }, found.changed.map((one) => h("li", { dir: "auto" }, one.line, h("span", { class: "rft__note" }, one.measured ? " checked in every record" : " told to the writer"))));
}

/** What became of a theme. */
export function fate(one: Found["themes"][number]): { mark: string; word: string; hue: string; note: string } {
  const of = one.broken_after === null ? "" : `${one.broken_after} of ${plural(one.cards, "card")} now, ${one.broken_before ?? "?"} before`;
  if (one.gone === true) return { mark: "✓", word: "gone", hue: "ok", note: of };
  if (one.gone === false) return { mark: "▼", word: one.broken_after === null ? "noted again" : "still there", hue: "far", note: of };
  return { mark: "?", word: "cannot be measured", hue: "near", note: "it was not noted again" };
}

function fates(found: Found): Child {
  if (found.themes.length === 0) return null;
  const rows = found.themes.map((one) => {
    const { mark, word, hue, note } = fate(one);
    return h("tr", { test: "fate", "data-gone": String(one.gone) }, h("th", { scope: "row", dir: "auto" }, one.theme), h("td", { class: "rft__number" }, String(one.notes)), h("td", {}, h("span", { class: `rft__status rft__status--${hue}` }, `${mark} ${word}`), h("span", { class: "rft__note" }, ` ${note}`)));
  });
  const head = h("tr", {}, h("th", { scope: "col" }, `theme of round ${found.before}`), h("th", { scope: "col", class: "rft__number" }, "notes"), h("th", { scope: "col" }, `in round ${found.after}`));
  return h("table", { class: "rft__table rft-cards__fates" }, h("thead", {}, head), h("tbody", {}, rows));
}

function rounds(found: Found): HTMLElement {
  const cell = (input: string | null, answer: string | null): HTMLElement =>
    h("td", {}, input === null ? h("span", { class: "rft__note" }, "no card") : [h("div", { class: "rft__text", dir: "auto" }, input), h("div", { class: "rft__text rft-cards__then", dir: "auto" }, answer ?? "–")]);
  const rows = found.cards.map((one) => h("tr", {}, h("th", { scope: "row" }, String(one.place)), cell(one.input_before, one.answer_before), cell(one.input_after, one.answer_after)));
  const head = h("tr", {}, h("th", { scope: "col" }, h("span", { class: "rft__unseen" }, "place")), h("th", { scope: "col" }, `round ${found.before}`), h("th", { scope: "col" }, `round ${found.after}`));
  return h("table", { class: "rft__table rft-cards__rounds", test: "rounds" }, h("thead", {}, head), h("tbody", {}, rows));
}
