// The conversation: what was said and what was understood of it, the open question with its choices, the answer.
import { h, type Child } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import { text } from "../shared/text.ts";
import type { Line, Question, Source, Talk } from "./model.ts";

export type TalkActs = { live: boolean; busy: boolean; say: (text: string) => void; onward: () => void };

export const SOURCES: Record<Source, string> = { said: "said by you", derived: "derived from the prompt", assumed: "assumed", "": "open" };

/** What was said before. */
export function before(talk: Talk): Child {
  if (talk.lines.length === 0) return null;
  const more = talk.more > 0 && h("li", { class: "rft__note" }, `${plural(talk.more, "line")} before this`);
  return h("ol", { class: "rft-idea__lines", test: "lines", tabindex: 0, "aria-label": "Conversation so far" }, more, talk.lines.map(line));
}

function line(one: Line): HTMLElement {
  const mine = one.who === "you";
  const found = one.understood.map(({ title, value, source }) =>
    h("li", { dir: "auto" }, h("b", {}, title), " ", value, h("span", { class: "rft__note" }, ` ${SOURCES[source] ?? source}`)),
  );
  return h(
    "li",
    { class: mine ? "rft-idea__line rft-idea__line--mine" : "rft-idea__line", test: "line", "data-who": one.who },
    h("span", { class: "rft__turn-role" }, one.who),
    h("div", { class: "rft-idea__said" }, text(one.text, { lines: mine ? 8 : 3 }), found.length > 0 && h("ul", { class: "rft-idea__understood", "aria-label": "Understood" }, found), one.note !== "" && h("p", { class: "rft__status rft__status--near rft-idea__wrap" }, one.note)),
  );
}

/** The question that is open, with its choices. */
export function question(talk: Talk, acts: TalkActs): HTMLElement {
  const asked = talk.question;
  return h(
    "div",
    { class: "rft-idea__question", test: "question", "data-kind": asked.kind, "data-field": asked.field, "aria-live": "polite" },
    asked.kind === "confirm" ? understood(asked.text) : text(asked.text, { lines: 12 }),
    asked.choices.length > 0 && asked.kind !== "confirm" && choices(asked, acts),
    asked.choices.length === 0 && asked.examples.length > 0 && examples(asked),
    acts.live && onward(talk, acts),
  );
}

/** What was understood, line by line: field in front. */
function understood(said: string): HTMLElement {
  const lines = said.split("\n");
  const ask = lines.length > 1 ? lines.at(-1) : undefined;
  const rows = lines.slice(1, ask === undefined ? undefined : -1).map((one) => {
    const at = one.indexOf(": ");
    if (at <= 0 || at >= 40) return h("li", { dir: "auto" }, one);
    const from = /^(.*) (\((?:said by you|derived from the prompt|assumed)\))$/su.exec(one.slice(at + 1));
    return h("li", { dir: "auto" }, h("b", {}, one.slice(0, at)), from === null ? one.slice(at + 1) : [from[1] ?? "", h("span", { class: "rft__note" }, ` ${(from[2] ?? "").slice(1, -1)}`)]);
  });
  return h("div", {}, h("p", {}, lines[0] ?? ""), h("ul", { class: "rft-idea__back" }, rows), ask !== undefined && h("p", {}, h("b", {}, ask)));
}

function choices(asked: Question, { live, say }: TalkActs): HTMLElement {
  const items = asked.choices.map((choice, at) => {
    const shown = [h("kbd", { "aria-hidden": true }, String(at + 1)), h("span", { dir: "auto" }, choice)];
    return h("li", {}, live ? h("button", { class: "rft-idea__choice", type: "button", test: "choice", key: `choice ${at}`, on: { click: () => say(choice) } }, shown) : shown);
  });
  return h("ol", { class: "rft-idea__choices", test: "choices" }, items);
}

function examples(asked: Question): HTMLElement {
  return h("p", { class: "rft__note", test: "question-examples" }, "for example: ", asked.examples.map((one, at) => [at > 0 && "; ", h("q", { dir: "auto" }, one)]).flat() as Child[]);
}

function onward(talk: Talk, { say, onward: go }: TalkActs): Child {
  if (talk.question.kind === "confirm") return h("div", { class: "rft__line" }, button({ text: "Yes, that is right", test: "confirm", first: true, act: () => say("yes") }), h("span", { class: "rft__note" }, "or say below what to change"));
  if (talk.question.kind === "done") return h("div", { class: "rft__line" }, button({ text: "Look at five samples", test: "to-samples", first: true, act: go }));
  return null;
}

/** The field for the answer; made once, so that what is typed is never lost. */
export function answerField(send: (text: string) => void): { node: HTMLElement; field: HTMLTextAreaElement } {
  const field = h("textarea", { class: "rft__input", test: "answer", key: "answer", rows: 2, dir: "auto", "aria-label": "Your answer", placeholder: "in your own words; several things at once are fine" });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send(field.value);
  });
  return { node: h("div", { class: "rft-idea__answer" }, field), field };
}

/** Send, skip, enough. */
export function sending(talk: Talk, acts: TalkActs, send: () => void): Child[] {
  const asked = talk.question;
  const first = asked.kind !== "confirm" && asked.kind !== "done";
  const made = button({ text: "Send", test: "send", first, title: "Enter", act: send });
  made.disabled = acts.busy;
  const small = (name: string, test: string, said: string, title: string): HTMLElement => h("button", { class: "rft__link", type: "button", test, key: test, title, on: { click: () => acts.say(said) } }, name);
  const skip = (asked.kind === "ask" || asked.kind === "detail") && small("skip this", "skip", "skip", "Something usual is assumed where that can be; you see it in the checklist");
  const enough = asked.kind === "ask" && talk.progress.required === talk.progress.required_total && small("enough, go on", "enough", "enough", "No more questions");
  const both = asked.kind === "clarify" && small("leave both", "leave-both", "leave it", "Keep it as it is");
  return [made, skip, enough, both];
}
