import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import reviewer from "./index.ts";
import type { Card, Page } from "./model.ts";

const made = (place: number, more: Partial<Card> = {}): Card => ({
  id: `c${place}`, place, group: `record r${Math.floor(place / 2)}`, topic: "cards", text: `Where is my blue card ${place}?`, own: null,
  decision: "", edited: false, valid: true, reasons: [], stars: 4.1, parts: { novelty: 0.4, on_topic: 1 }, strategy: "message variation",
  model: "rftkit/offline", facets: {}, replaces: "", ...more,
});

const groupsOf = (cards: Card[]): Page["groups"] =>
  Object.fromEntries(
    cards.map((one) => [one.group, { key: one.group, source: one.group.slice(7), gone: false, topic: "cards", text: "Where is my red card?", count: 2,
      context: [{ role: "system", name: "", text: "You are a bank <i>clerk</i>", parts: [], calls: [], editable: true }] }]),
  );

const far = (more = {}) => ({ candidates: 4, decided: 0, accepted: 0, edited: 0, rejected: 0, left: 4, invalid: 0, replaceable: 0, unsaved: 0, ...more });
const state = (cards: Card[]) => ({
  error: "", static_html: "",
  deck: { version: 1, matching: cards.length, number: 1, cards, groups: groupsOf(cards), undecided: 0 },
  progress: far({ candidates: cards.length, left: cards.length }),
  impact: { before: { total: 10, balance: 0.2, rating: "poor", target_fit: 0.6 }, after: { total: 12, balance: 0.4, rating: "poor", target_fit: 0.7 },
    topics: [{ path: "cards", count: 6, added: 2, share: 0.5, target: 0.5, status: "ok" }], definitions: { balance: "smallest / largest" } },
  choices: { min_stars: 0, topic: "", reason: "", waiting: false, decision: "", search: "", topics: [{ name: "cards", count: 4 }], reasons: [{ name: "too_short", count: 1 }], python: "ds.candidates()" },
  run: null, approval: null as { model: string; count: number; sentence: string } | null, done: null as { sentence: string; python: string; undo: boolean } | null,
});

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

async function show(cards: Card[], matching = cards.length): Promise<FakeModel> {
  const told = state(cards);
  const model = new FakeModel({ ...told, deck: { ...told.deck, matching } });
  reviewer.render({ model, el });
  if (cards.length > 0) model.answer({ value: { offset: 0, number: 1, cards, groups: groupsOf(cards) } });
  await settled();
  el.querySelector<HTMLElement>("[data-here=yes]")?.focus();
  return model;
}

const cardOf = (place: number): HTMLElement => el.querySelector(`[data-place="${place}"]`) as HTMLElement;
const here = (): string => (el.querySelector("[data-here=yes]") as HTMLElement).dataset["id"] ?? "";
const press = (key: string, more: KeyboardEventInit = {}): void => {
  (document.activeElement ?? el).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
};
const four = (): Card[] => [0, 1, 2, 3].map((place) => made(place));

describe("variation reviewer", () => {
  it("shows the context of a source once and its last user turn", async () => {
    await show(four());
    expect(allByTest(el, "context").length).toBe(2);
    expect(allByTest(el, "source").length).toBe(2);
    expect(allByTest(el, "card").length).toBe(4);
    expect(byTest(el, "context").querySelector("i")).toBeNull();
  });

  it("marks the words that changed against the source", async () => {
    await show(four());
    expect([...cardOf(0).querySelectorAll("ins")].map((one) => one.textContent)).toEqual(["blue", " 0"]);
    expect(cardOf(0).querySelector("del")?.textContent).toBe("red");
  });

  it("accepts with a, saves it and has the next one current at once", async () => {
    const model = await show(four());
    press("a");
    expect(model.sent.at(-1)).toMatchObject({ act: "accept", options: { ids: ["c0"] } });
    await settled();
    expect(here()).toBe("c1");
    expect(cardOf(0).dataset["decision"]).toBe("accept");
    expect(document.activeElement).toBe(cardOf(1));
    press("r");
    expect(model.sent.at(-1)).toMatchObject({ act: "reject", options: { ids: ["c1"] } });
    await settled();
    expect(here()).toBe("c2");
  });

  it("takes a decision out of sight again when it was refused", async () => {
    const model = await show(four());
    press("a");
    model.answer({ error: "c0 is a record already." });
    await settled();
    expect(cardOf(0).dataset["decision"]).toBe("");
  });

  it("gives decisions that are typed while the next candidate is fetched to that one and those after it", async () => {
    const model = await show(four(), 8);
    for (const key of ["a", "a", "a"]) {
      press(key);
      await settled();
    }
    const fetched = model.sent.find((one) => one.act === "cards" && one.options["offset"] === 4);
    expect(fetched).toBeDefined();
    for (const key of ["a", "r", "a"]) press(key); // the last that is there, and two that are on their way
    await settled();
    const rest = [4, 5, 6, 7].map((place) => made(place));
    model.answer({ value: { offset: 4, number: 1, cards: rest, groups: groupsOf(rest) } }, fetched?.id);
    await settled();
    const said = model.sent.filter((one) => ["accept", "reject"].includes(one.act)).map((one) => [one.act, ...(one.options["ids"] as string[])]);
    expect(said).toEqual([["accept", "c0"], ["accept", "c1"], ["accept", "c2"], ["accept", "c3"], ["reject", "c4"], ["accept", "c5"]]);
    expect(here()).toBe("c6");
  });

  it("goes back to what is left above when the end is reached", async () => {
    await show([made(0), made(1), made(2, { decision: "accept" }), made(3)]);
    press("End");
    await settled();
    press("r");
    await settled();
    expect(here()).toBe("c0");
  });

  it("edits in place and stays where a check found something", async () => {
    const model = await show(four());
    press("e");
    const field = byTest(el, "edit-text") as HTMLTextAreaElement;
    expect(document.activeElement).toBe(field);
    field.value = "x";
    press("Enter", { ctrlKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "edit_text", options: { id: "c0", text: "x" } });
    const found = made(0, { text: "x", decision: "edit", edited: true, valid: false, reasons: [{ code: "too_short", sentence: "1 character." }] });
    model.answer({ value: { offset: 0, number: 1, cards: [found], groups: {} } });
    await settled();
    expect(here()).toBe("c0");
    expect(byTest(cardOf(0), "reason").textContent).toContain("too short 1 character.");
  });

  it("leaves an edit with Escape without asking", async () => {
    const model = await show(four());
    const before = model.sent.length;
    press("e");
    press("Escape");
    expect(el.querySelector("[data-testid=edit-text]")).toBeNull();
    expect(model.sent.length).toBe(before);
    expect(document.activeElement).toBe(cardOf(0));
  });

  it("takes back with u and returns to what waits again", async () => {
    const model = await show(four());
    press("a");
    await settled();
    press("u");
    expect(model.sent.at(-1)).toMatchObject({ act: "undo" });
    model.answer({ value: { cards: [{ id: "c0", decision: "" }] } });
    await settled();
    expect(here()).toBe("c0");
    expect(cardOf(0).dataset["decision"]).toBe("");
  });

  it("discards the rest of a source with x", async () => {
    const model = await show(four());
    press("x");
    expect(model.sent.at(-1)).toMatchObject({ act: "discard_rest", options: { id: "c0" } });
    model.answer({ value: { cards: [{ id: "c0", decision: "reject" }, { id: "c1", decision: "reject" }] } });
    await settled();
    await settled();
    expect(here()).toBe("c2");
  });

  it("says the parts of the stars where they are focused or read aloud", async () => {
    await show(four());
    const shown = byTest(cardOf(0), "stars");
    expect(shown.tabIndex).toBe(0);
    expect(shown.getAttribute("aria-label")).toBe("4.1 of 5 stars: novelty 0.40, on topic 1.00");
  });

  it("counts and moves the coverage with both scores by name", async () => {
    const model = await show(four());
    model.push({ progress: far({ decided: 3, accepted: 2, rejected: 1, left: 1 }) });
    await settled();
    expect(byTest(el, "decided").textContent).toBe("3");
    expect(byTest(el, "add").textContent).toBe("Add 2 to the dataset");
    expect(byTest(el, "balance-after").textContent).toBe("0.20 → 0.40 poor");
    expect(byTest(el, "target-fit-after").textContent).toBe("0.60 → 0.70");
  });

  it("asks before a model that may cost money is called", async () => {
    const model = await show(four());
    model.push({ approval: { model: "gpt-x", count: 3, sentence: "" } });
    await settled();
    byTest(el, "approve").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "regenerate", options: { model: "gpt-x" } });
  });

  it("filters by stars and keeps the other choices", async () => {
    const model = await show(four());
    const control = byTest(el, "filter-stars") as HTMLSelectElement;
    control.value = "3";
    control.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { min_stars: 3, topic: "" } });
  });

  it("does not take letters that are typed into a field as decisions", async () => {
    const model = await show(four());
    const before = model.sent.length;
    byTest(el, "search").focus();
    press("a");
    press("x");
    expect(model.sent.length).toBe(before);
  });

  it("says what to do where nothing waits", async () => {
    await show([]);
    expect(byTest(el, "empty").textContent).toContain("generate some");
  });

  it("shows a saved page without a control and leaves no listener behind", () => {
    reviewer.freeze(state(four()) as never, el);
    expect(allByTest(el, "card").length).toBe(4);
    expect(el.querySelector("button[data-testid=accept]")).toBeNull();
    const model = new FakeModel(state(four()));
    reviewer.render({ model, el })();
    expect(model.listening).toBe(0);
  });
});
