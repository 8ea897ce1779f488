// One record that waits: what was said, and the topics to choose from, by number.
import { conversation } from "../shared/conversation.ts";
import { h, type Child } from "../shared/dom.ts";
import { plural, score } from "../shared/format.ts";
import type { Card, Choice } from "./model.ts";

export type CardActs = {
  live: boolean;
  open: boolean;
  assign: (topic: string) => void;
  unfold: (open: boolean) => void;
  whole: () => void;
};

/** What was said: the last user turn, the rest folded above it. */
export function said(card: Card, acts: CardActs): HTMLElement {
  const turn = card.turn;
  const shown = turn === null ? h("p", { class: "rft__note" }, "This record has no message.") : conversation([turn], { last: true, lines: 14 });
  const cut = acts.live && !card.whole && h("button", { class: "rft__link rft__more", type: "button", test: "whole", key: "whole", on: { click: acts.whole } }, `whole record (${plural(card.messages, "message")})`);
  return h("div", { class: "rft-categorize__said" }, before(card, acts), shown, cut);
}

function before(card: Card, { open, unfold }: CardActs): Child {
  if (card.before.length === 0) return null;
  const fold = h("details", { test: "before", key: "before", open }, h("summary", { class: "rft__note", key: "before-line" }, `${plural(card.before.length, "message")} before it`), conversation(card.before, { lines: 4 }));
  fold.addEventListener("toggle", () => unfold(fold.open));
  return fold;
}

export function choices(card: Card, acts: CardActs): HTMLElement {
  const list = h("ol", { class: "rft-categorize__choices", test: "choices", "aria-label": "Topics to choose from" }, card.choices.map((one, at) => choice(one, at + 1, acts)));
  const wait = acts.live && !card.known && h("p", { class: "rft__note", role: "status", test: "thinking" }, "Working out what else it could be…");
  const none = card.known && card.choices.length === 0 && h("p", { class: "rft__note" }, "It has no text to compare; search a topic, or leave it.");
  return h("div", {}, card.choices.length > 0 && list, wait, none);
}

function choice(one: Choice, number: number, { live, assign }: CardActs): HTMLElement {
  const cut = one.topic.lastIndexOf("/");
  const path = h("span", { class: "rft-categorize__path", dir: "auto" }, cut >= 0 && h("span", { class: "rft__note" }, one.topic.slice(0, cut + 1)), one.topic.slice(cut + 1));
  const body = [
    h("kbd", { "aria-hidden": true }, String(number)),
    h("span", { class: "rft-categorize__name" }, path, one.now && h("span", { class: "rft__note" }, " now")),
    h("span", { class: "rft-categorize__sure", title: "How sure; the choices after the first share what remains" }, one.confidence === null ? "" : score(one.confidence)),
    h("span", { class: "rft__note rft-categorize__why", dir: "auto" }, one.why),
  ];
  const shown = live
    ? h("button", { class: "rft-categorize__choice", type: "button", test: "choice", key: `choice ${number}`, "data-topic": one.topic, on: { click: () => assign(one.topic) } }, body)
    : h("div", { class: "rft-categorize__choice" }, body);
  return h("li", {}, shown);
}

/** What the record has now. */
export function now(card: Card): HTMLElement {
  const topic = card.topic === "" ? "unassigned" : card.topic;
  const how = [card.confidence === null || card.topic === "" ? "" : score(card.confidence), card.method].filter((one) => one !== "").join(", ");
  const also = card.secondary.length > 0 && h("span", { class: "rft__note", test: "secondary" }, `also ${card.secondary.join(", ")}`);
  return h("span", { class: "rft__line rft-categorize__now" }, h("span", { test: "topic", dir: "auto" }, topic), how !== "" && h("span", { class: "rft__note" }, how), also);
}
