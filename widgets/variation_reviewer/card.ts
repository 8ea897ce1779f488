// One candidate beside its source: the words that changed, stars with their parts, why it was rejected, what is decided.
import { conversation, editor, type Edit } from "../shared/conversation.ts";
import { difference } from "../shared/diff.ts";
import { h, type Child } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import { stars, words } from "../shared/stars.ts";
import { text, visible } from "../shared/text.ts";
import type { Card, Group } from "./model.ts";

export type CardActs = { live: boolean; here: boolean; odd: boolean; editing: Edit | null; accept: () => void; reject: () => void; edit: () => void; come: () => void };

const MARKS: Record<string, [string, string, string]> = {
  accept: ["✓", "accepted", "ok"],
  edit: ["✓", "edited, accepted", "ok"],
  reject: ["✗", "rejected", "far"],
};

/** What the cards of a group share, once; the source stays in sight while its cards are read. */
export function groupHead(group: Group, odd: boolean): HTMLElement[] {
  const name = group.source === "" ? group.topic || "no topic" : group.source;
  const quiet = [group.source === "" ? "" : group.topic, plural(group.count, "candidate"), group.gone ? "its source record is gone" : ""].filter((one) => one !== "").join(" · ");
  const title = h("h3", { class: "rft-review__from" }, h("span", { class: "rft__note" }, group.source === "" ? "for topic " : "from "), h("span", { dir: "auto" }, name), h("span", { class: "rft__note" }, ` ${quiet}`));
  const context = group.context.length > 0 && h("div", { class: "rft-review__context", test: "context" }, conversation(group.context, { odd, lines: 2 }));
  const source = group.text === null ? null : h("div", { class: "rft-review__source", test: "source" }, h("span", { class: "rft__turn-role" }, "source"), text(group.text, { odd, lines: 6 }));
  const head = h("div", { class: "rft-review__group", test: "group", "data-group": group.key }, title, context);
  return source === null ? [head] : [head, source];
}

export function card(one: Card, group: Group, acts: CardActs): HTMLElement {
  const [mark, word, kind] = MARKS[one.decision] ?? ["", one.valid ? "waits" : "failed a check", one.valid ? "" : "near"];
  const state = h("span", { class: `rft-review__mark ${kind === "" ? "rft__note" : `rft__status rft__status--${kind}`}`, test: "decision", title: word, "aria-label": word }, mark === "" ? (one.valid ? "·" : "▿") : mark);
  const show = acts.odd ? visible : (value: string): Child[] => [value];
  const said = acts.editing !== null ? editor(acts.editing) : group.text === null ? text(one.text, { odd: acts.odd }) : difference(group.text, one.text, show);
  return h(
    "article",
    {
      class: "rft-review__card",
      test: "card",
      key: `card ${one.id}`,
      "data-id": one.id,
      "data-place": one.place,
      "data-decision": one.decision,
      "data-here": acts.here ? "yes" : "no",
      "aria-current": acts.here,
      "aria-label": `Candidate ${one.place + 1}, ${word}`,
      tabindex: acts.here ? 0 : -1,
      on: { mousedown: acts.come },
    },
    state,
    h("div", { class: "rft-review__said" }, one.own !== null && own(one, acts.odd), said, below(one, word)),
    h("div", { class: "rft-review__side" }, stars(one.stars, one.parts), acts.live && acts.here && acts.editing === null && buttons(one, acts)),
  );
}

function own(one: Card, odd: boolean): Child {
  if (one.own === null || one.own.length === 0) return null;
  return h("details", { test: "own-context" }, h("summary", { class: "rft__note" }, `${plural(one.own.length, "message")} before it`), conversation(one.own, { odd, lines: 3 }));
}

function below(one: Card, word: string): HTMLElement {
  const why = one.reasons.map((reason) => h("span", { class: "rft__status rft__status--near rft-review__reason", test: "reason" }, `▿ ${words(reason.code)}`, h("span", { class: "rft__note" }, ` ${reason.sentence}`)));
  const facets = Object.entries(one.facets).map(([name, value]) => `${words(name)}: ${words(value)}`);
  const quiet = [one.decision === "" ? "" : word, one.strategy, ...facets, one.replaces === "" ? "" : "made anew"].filter((part) => part !== "").join(" · ");
  return h("div", { class: "rft-review__below" }, why, h("span", { class: "rft__note" }, quiet));
}

function buttons(one: Card, acts: CardActs): HTMLElement {
  const accept = button({ text: "Accept", test: "accept", first: one.decision === "", title: "Accept (a)", act: acts.accept });
  const reject = button({ text: "Reject", test: "reject", title: "Reject (r)", act: acts.reject });
  const edit = button({ text: "Edit", test: "edit", title: "Edit (e)", act: acts.edit });
  return h("div", { class: "rft-review__buttons" }, accept, reject, edit);
}
