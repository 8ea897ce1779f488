import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { fate } from "./comparing.ts";
import annotation from "./index.ts";
import type { Card, Cards, Coding, Comparison } from "./model.ts";
import { marked, spansOf, words } from "./passage.ts";

const made = (place: number, more: Partial<Card> = {}): Card => ({
  id: `1.${place}`, place, input: `Where is <b>order</b> ${place}?`, answer: "delivery", whole: true, decision: "", edited: false,
  first_input: null, first_answer: null, facets: ["persona: a professional"], notes: [], kept: [], ...more,
});
const cards = (more: Partial<Cards> = {}): Cards => ({
  iteration: 1, iterations: 1, waits: "", model: "rftkit/offline", offline: true, name: "idea", unfollowed: [], cards: [1, 2, 3].map((place) => made(place)), note: "", writer: "rftkit/offline", ...more,
});
const coding = (more: Partial<Coding> = {}): Coding => ({ notes: 0, waiting: 0, themes: [], note: "", changes: [], rules: [], instructions: [], ...more });
const state = (more: Record<string, unknown> = {}) => ({ error: "", static_html: "", cards: cards(), coding: coding(), comparison: null as Comparison, work: null, done: null as unknown, ...more });

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(more: Record<string, unknown> = {}): FakeModel {
  const model = new FakeModel(state(more));
  annotation.render({ model, el });
  return model;
}
const card = (place: number): HTMLElement => allByTest(el, "card")[place - 1] as HTMLElement;
const press = (key: string, more: KeyboardEventInit = {}): void => {
  (document.activeElement ?? el).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
};
const here = (): string => (el.querySelector("[data-here=yes]") as HTMLElement).dataset["id"] ?? "";
const change = { id: "c", line: "Every input holds an order number.", measured: true, because: "no numbers (2 notes)", status: "proposed" as const };

describe("annotation cards", () => {
  it("says what samples wait for, and writes five where nothing is missing", () => {
    show({ cards: cards({ iteration: 0, iterations: 0, cards: [], waits: "Samples wait until the requirements are confirmed." }) });
    expect(byTest(el, "empty").textContent).toContain("confirmed");
    expect(el.querySelector("[data-testid=write-samples]")).toBeNull();
    const model = show({ cards: cards({ iteration: 0, iterations: 0, cards: [] }) });
    byTest(el, "write-samples").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "write_samples" });
  });

  it("shows text of records as text", () => {
    show();
    expect(byTest(card(1), "input").textContent).toBe("Where is <b>order</b> 1?");
    expect(byTest(card(1), "input").querySelector("b")).toBeNull();
  });

  it("moves, keeps and throws away by key, and takes a decision back by the same key", async () => {
    const model = show({ cards: cards({ cards: [made(1), made(2, { decision: "keep" }), made(3)] }) });
    card(1).focus();
    press("x");
    expect(model.sent.at(-1)).toMatchObject({ act: "decide", options: { id: "1.1", decision: "discard" } });
    press("j");
    expect(here()).toBe("1.2");
    expect(document.activeElement).toBe(card(2));
    press("a");
    expect(model.sent.at(-1)).toMatchObject({ act: "decide", options: { id: "1.2", decision: "" } });
    press("k");
    expect(here()).toBe("1.1");
  });

  it("notes on words that were marked by arrows", async () => {
    const model = show();
    card(1).focus();
    press("m");
    expect(byTest(el, "marking").textContent).toBe("Where");
    press("ArrowRight");
    press("ArrowRight", { shiftKey: true });
    expect(byTest(el, "marking").textContent).toBe("is <b>order</b>");
    press("Enter");
    expect(byTest(el, "note-about").textContent).toBe("is <b>order</b>");
    const field = byTest(el, "note-text") as HTMLTextAreaElement;
    expect(document.activeElement).toBe(field);
    field.value = "no number";
    field.dispatchEvent(new Event("input"));
    press("Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "annotate", options: { card: "1.1", note: "no number", passage: "is <b>order</b>", part: "input" } });
    model.answer({});
    await settled();
    expect(el.querySelector("[data-testid=compose]")).toBeNull();
    expect(document.activeElement).toBe(card(1));
  });

  it("marks in the answer after Tab and leaves with Escape", () => {
    const model = show();
    card(2).focus();
    press("m");
    press("Tab");
    expect(byTest(el, "marking").textContent).toBe("delivery");
    press("Escape");
    expect(el.querySelector("[data-testid=marking]")).toBeNull();
    expect(model.sent).toHaveLength(0);
  });

  it("keeps a note that was refused, and what is typed through a redraw", async () => {
    const model = show();
    card(1).focus();
    press("n");
    const field = byTest(el, "note-text") as HTMLTextAreaElement;
    field.value = "half a no";
    field.dispatchEvent(new Event("input"));
    model.push({ coding: coding({ instructions: ["x"] }) });
    await settled();
    expect((byTest(el, "note-text") as HTMLTextAreaElement).value).toBe("half a no");
    press("Enter");
    model.answer({ error: "no." });
    await settled();
    expect((byTest(el, "note-text") as HTMLTextAreaElement).value).toBe("half a no");
  });

  it("edits both texts and saves them together", () => {
    const model = show();
    card(1).focus();
    press("e");
    const field = byTest(el, "edit-answer") as HTMLTextAreaElement;
    field.value = "billing";
    field.dispatchEvent(new Event("input"));
    field.focus();
    press("Enter", { ctrlKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "edit_card", options: { id: "1.1", input: "Where is <b>order</b> 1?", answer: "billing" } });
  });

  it("marks noted passages where they stand, each once, and leaves what no longer stands there", () => {
    show({ cards: cards({ cards: [made(1, { input: "a b a", notes: [{ id: "n1", part: "input", passage: "a", text: "x" }, { id: "n2", part: "input", passage: "a", text: "y" }, { id: "n3", part: "input", passage: "gone", text: "z" }] })] }) });
    expect(allByTest(el, "marked").map((one) => one.textContent)).toEqual(["a1", "a2"]);
    expect(allByTest(el, "noted")).toHaveLength(3);
    expect(spansOf("a b a", [{ passage: "a b", mark: "1" }, { passage: "b a", mark: "2" }])).toHaveLength(1);
    expect(words(" a  bc\n").map(({ start, end }) => [start, end])).toEqual([[1, 2], [4, 6]]);
    const box = document.createElement("p");
    box.append(...(marked("a b", [{ start: 2, end: 3, mark: "" }]) as (Node | string)[]).filter((one) => one !== ""));
    expect(box.textContent).toBe("a b");
  });

  it("approves, rejects and says a line in other words", async () => {
    const model = show({ coding: coding({ notes: 2, changes: [change, { ...change, id: "d" }], themes: [{ id: "c", name: "no numbers", target: "input", count: 2, quotes: ["no number", "where is the number"], cards: ["1.1"] }] }) });
    expect(byTest(el, "theme-count").textContent).toBe("2");
    expect(allByTest(el, "theme")[0]?.textContent).toContain("where is the number");
    expect(byTest(el, "next-note").textContent).toContain("2 lines are not decided");
    byTest(el, "approve").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "approve", options: { ids: ["c"] } });
    byTest(el, "edit-change").click();
    const field = byTest(el, "change-line") as HTMLInputElement;
    expect(document.activeElement).toBe(field);
    field.value = "Every input names its order.";
    press("Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "approve_edited", options: { id: "c", line: "Every input names its order." } });
    byTest(el, "approve-all").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "approve", options: { ids: ["c", "d"] } });
  });

  it("asks a model to group notes only when a person says so", () => {
    const model = show({ cards: cards({ offline: false, model: "openai/x" }), coding: coding({ notes: 3, waiting: 3 }) });
    expect(model.sent).toHaveLength(0);
    expect(byTest(el, "find-themes").title).toBe("Asks openai/x");
    byTest(el, "find-themes").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "find_themes" });
  });

  it("says what became of a theme with a word and a mark", () => {
    const one = { theme: "t", notes: 1, line: "l", status: "approved", broken_before: 5, broken_after: 0, cards: 5, gone: true as boolean | null };
    expect(fate(one)).toMatchObject({ mark: "✓", word: "gone", note: "0 of 5 cards now, 5 before" });
    expect(fate({ ...one, gone: false, broken_after: 2 })).toMatchObject({ word: "still there" });
    expect(fate({ ...one, gone: null, broken_after: null })).toMatchObject({ word: "cannot be measured" });
    expect(fate({ ...one, gone: false, broken_after: null })).toMatchObject({ word: "noted again" });
  });

  it("leaves every listener when it ends, and shows a saved page without controls", () => {
    const model = new FakeModel(state());
    annotation.render({ model, el })();
    expect(model.listening).toBe(0);
    annotation.freeze(state({ coding: coding({ notes: 1, changes: [change] }) }) as never, el);
    expect(el.querySelectorAll("button")).toHaveLength(0);
    expect(byTest(el, "change-text").textContent).toBe(change.line);
  });
});
