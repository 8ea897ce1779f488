// One record, open: what is known about it, what was found in it, the conversation.
import { conversation, type Edit } from "../shared/conversation.ts";
import { h, type Child } from "../shared/dom.ts";
import { score } from "../shared/format.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { stars, words } from "../shared/stars.ts";
import { text } from "../shared/text.ts";
import { bandOf, verdict, type Opened } from "./model.ts";

export type Acts = {
  live: boolean;
  odd: boolean;
  matching: number;
  editing: Edit | null;
  edit: (place: number) => void;
  show: (odd: boolean) => void;
  step: (by: number) => void;
  close: () => void;
  remove: () => void;
  generate: () => void;
};

export function record(opened: Opened, acts: Acts): HTMLElement {
  const options = { odd: acts.odd, last: true, edit: acts.live ? acts.edit : undefined, editing: acts.editing };
  return h(
    "section",
    { class: "rft-records__record", "aria-label": `Record ${opened.id}`, test: "record", tabindex: -1, key: "record" },
    top(opened, acts),
    facts(known(opened)),
    findings(opened),
    conversation(opened.messages, options),
    below(opened, acts.odd),
    acts.live && bottom(acts),
  );
}

function top(opened: Opened, acts: Acts): HTMLElement {
  const steps = opened.place >= 0 && acts.matching > 1;
  return h(
    "div",
    { class: "rft__line rft__line--ends" },
    h("h3", { class: "rft-records__id", test: "record-id", dir: "auto" }, opened.id),
    h(
      "span",
      { class: "rft__line" },
      steps && h("button", { class: "rft__link", type: "button", test: "previous", key: "previous", "aria-label": "Previous record", title: "Previous (k)", disabled: opened.place === 0, on: { click: () => acts.step(-1) } }, "‹"),
      steps && h("button", { class: "rft__link", type: "button", test: "next", key: "next", "aria-label": "Next record", title: "Next (j)", disabled: opened.place >= acts.matching - 1, on: { click: () => acts.step(1) } }, "›"),
      h("button", { class: "rft__link", type: "button", test: "close-record", key: "close-record", "aria-label": "Close the record", title: "Close (Esc)", on: { click: acts.close } }, "×"),
    ),
  );
}

function known(opened: Opened): Fact[] {
  const band = opened.topic === "" ? "" : `${score(opened.confidence)} ${bandOf(opened.confidence)}${opened.method === "" ? "" : `, ${words(opened.method)}`}`;
  const kind = opened.valid === null ? "near" : opened.valid ? "ok" : "far";
  return [
    { name: "topic", value: opened.topic === "" ? "unassigned" : opened.topic, note: band.trim() === "" ? undefined : band, test: "record-topic" },
    { name: "check", value: h("span", { class: `rft__status rft__status--${kind}` }, verdict(opened.valid)), test: "record-check" },
    { name: "stars", value: stars(opened.stars, opened.parts), test: "record-stars" },
    { name: "origin", value: opened.generated ? "generated" : "original" },
    ...(opened.split === "" ? [] : [{ name: "split", value: opened.split }]),
  ];
}

function findings(opened: Opened): HTMLElement | null {
  if (opened.findings.length === 0) return null;
  const line = (one: Opened["findings"][number]): HTMLElement =>
    h("li", {}, h("span", { class: `rft__status rft__status--${one.error ? "far" : "near"}` }, `${one.error ? "✗" : "▿"} ${words(one.code)}`), ` ${one.sentence}`);
  return h("ul", { class: "rft-records__findings", test: "findings" }, opened.findings.map(line));
}

function below(opened: Opened, odd: boolean): Child {
  const facts = Object.entries(opened.facts).map(([name, value]) => `${name} ${value}`);
  const tools = opened.tools.length > 0 && fold(`tools: ${opened.tools.map((tool) => tool.name).join(", ")}`, "record-tools", h("ul", { class: "rft__list" }, opened.tools.map((tool) => h("li", {}, h("b", {}, tool.name), ` ${tool.description}`))));
  const more = Object.entries(opened.more).map(([name, value]) => fold(name, `record-${name}`, h("div", { class: "rft__code" }, text(pretty(value), { odd, lines: 14 }))));
  return h("div", { class: "rft-records__more" }, tools, more, facts.length > 0 && h("p", { class: "rft__note", test: "record-facts" }, facts.join(" · ")));
}

function fold(name: string, test: string, content: HTMLElement): HTMLElement {
  return h("details", { test }, h("summary", { class: "rft__note rft-records__fold" }, name), content);
}

function pretty(value: string): string {
  try {
    return JSON.stringify(JSON.parse(value), null, 2);
  } catch {
    return value;
  }
}

function bottom(acts: Acts): HTMLElement {
  const odd = h("label", { class: "rft__note rft__push" }, h("input", { type: "checkbox", test: "show-odd", key: "show-odd", checked: acts.odd, on: { change: () => acts.show(!acts.odd) } }), " white space");
  return h(
    "div",
    { class: "rft__line rft-records__acts" },
    button({ text: "Generate variations", test: "generate-variations", title: "Generate variations of this record (v)", act: acts.generate }),
    button({ text: "Delete", test: "delete-record", title: "Delete this record (x); it can be undone", act: acts.remove }),
    odd,
  );
}
