import { beforeEach, describe, expect, it, vi } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import browser from "./index.ts";
import type { Found, Opened } from "./model.ts";

const found = (number: number, more: Partial<Found> = {}): Found => ({
  id: `r${number}`,
  text: `Where is parcel ${number}?`,
  topic: "orders/lost",
  confidence: 0.91,
  method: "embedding",
  valid: true,
  errors: [],
  warnings: [],
  generated: false,
  stars: 4.2,
  turns: 1,
  split: "",
  selected: false,
  ...more,
});

const some = (from: number, to: number): Found[] => Array.from({ length: to - from }, (_, at) => found(from + at));

const state = (rows: Found[], matching = rows.length) => ({
  error: "",
  static_html: "",
  view: {
    topic: "", unassigned: false, valid: null as boolean | null, code: "", band: "", generated: null, split: "", search: "",
    sort: "position", descending: false, version: 3, total: matching, matching, python: "ds.records()", rows,
  },
  offers: { topics: [{ name: "orders", count: 2 }, { name: "orders/lost", count: 2 }], codes: [{ name: "duplicate", count: 1 }], splits: [], bands: [], unassigned: 0, invalid: 1, unchecked: 0, generated: 0 },
  selection: { count: 0, matching: 0 },
  opened: "",
  done: null as { sentence: string; python: string; undo: boolean } | null,
  generation: null,
});

const opened = (more: Partial<Opened> = {}): Opened => ({
  id: "r1", place: 1, topic: "orders/lost", confidence: 0.4, method: "keyword", valid: false,
  findings: [{ code: "last_not_user", error: true, sentence: "The last message is not a user turn." }],
  generated: false, stars: 3.5, parts: { novelty: 0.5 }, split: "", tools: [], facts: {}, more: {},
  messages: [
    { role: "user", name: "", text: "Hi <b>you</b>\u202e", parts: [], calls: [], editable: true },
    { role: "assistant", name: "", text: "", parts: [], calls: [{ name: "find", arguments: '{"id":7}' }], editable: true },
  ],
  ...more,
});

let el: HTMLElement;
beforeEach(() => {
  vi.useRealTimers();
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(rows: Found[], matching = rows.length): FakeModel {
  const model = new FakeModel(state(rows, matching));
  browser.render({ model, el });
  return model;
}

const press = (key: string, more: KeyboardEventInit = {}): void => {
  (document.activeElement ?? el).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
};
const rowOf = (number: number): HTMLElement => el.querySelector(`[data-id=r${number}]`) as HTMLElement;
const pause = (ms = 40): Promise<void> => new Promise((done) => setTimeout(done, ms));

describe("record browser", () => {
  it("draws only the rows in sight and says how many there are", () => {
    show(some(0, 40), 1_000_000);
    expect(allByTest(el, "records-row").length).toBeLessThan(30);
    expect(byTest(el, "records-table").getAttribute("aria-rowcount")).toBe("1000001");
    expect(byTest(el, "count").textContent).toBe("1,000,000 records");
  });

  it("asks for the page of a row far away and draws it when it comes", async () => {
    const model = show(some(0, 40), 1_000_000);
    const field = byTest(el, "goto") as HTMLInputElement;
    field.value = "500001";
    field.dispatchEvent(new Event("change"));
    await pause();
    const asked = model.sent.filter((one) => one.act === "rows").at(-1);
    expect(asked?.options).toEqual({ offset: 500_000, limit: 100 });
    model.answer({ value: { offset: 500_000, rows: some(500_000, 500_100) } });
    await settled();
    expect(rowOf(500_000).textContent).toContain("parcel 500000");
  });

  it("moves with j and k and selects with space, a range with shift", async () => {
    const model = show(some(0, 10));
    rowOf(0).focus();
    press("j");
    expect(document.activeElement).toBe(rowOf(1));
    press(" ");
    expect(model.sent.at(-1)).toMatchObject({ act: "select", options: { first: 1, last: 1, mode: "add" } });
    expect(rowOf(1).getAttribute("aria-selected")).toBe("true");
    press("ArrowDown", { shiftKey: true });
    press("ArrowDown", { shiftKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "select", options: { first: 1, last: 3, mode: "add" } });
    press(" ");
    expect(model.sent.at(-1)).toMatchObject({ options: { first: 3, last: 3, mode: "remove" } });
  });

  it("shows text of a record as text, and its odd characters on demand", async () => {
    const model = show(some(0, 3));
    rowOf(1).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "open_record", options: { id: "r1" } });
    model.answer({ value: opened() });
    await settled();
    const record = byTest(el, "record");
    expect(record.querySelector("b")?.textContent).not.toBe("you");
    expect(record.textContent).toContain("Hi <b>you</b>");
    expect(record.textContent).not.toContain("U+202E");
    press("w");
    expect(byTest(el, "record").textContent).toContain("U+202E");
  });

  it("folds a tool call to one line with name and arguments", async () => {
    const model = show(some(0, 3));
    rowOf(1).click();
    model.answer({ value: opened() });
    await settled();
    expect(byTest(el, "call").querySelector("summary")?.textContent).toBe('find({"id":7})');
  });

  it("edits the last user turn with e and shows what the check says now", async () => {
    const model = show(some(0, 3));
    rowOf(1).click();
    model.answer({ value: opened() });
    await settled();
    press("e");
    const field = byTest(el, "edit-text") as HTMLTextAreaElement;
    expect(document.activeElement).toBe(field);
    field.value = "Hello";
    press("Enter", { ctrlKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "edit_text", options: { id: "r1", place: 0, text: "Hello" } });
    model.answer({ value: opened({ valid: true, findings: [] }) });
    await settled();
    expect(byTest(el, "record-check").textContent).toBe("✓ valid");
  });

  it("filters with what is chosen and keeps the other choices", () => {
    const model = new FakeModel({ ...state(some(0, 3)), view: { ...state(some(0, 3)).view, valid: false } });
    browser.render({ model, el });
    const topics = byTest(el, "filter-topic") as HTMLSelectElement;
    topics.value = "orders/lost";
    topics.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { topic: "orders/lost", valid: false } });
  });

  it("does not take letters that are typed into a field as commands", () => {
    const model = show(some(0, 3));
    byTest(el, "search").focus();
    press("x");
    press("u");
    expect(model.sent).toEqual([]);
  });

  it("offers undo beside what was done and u does the same", async () => {
    const model = show(some(0, 3));
    model.push({ done: { sentence: "Deleted r1.", python: "ds.delete(['r1'])", undo: true } });
    await settled();
    expect(byTest(el, "told").textContent).toContain("Deleted r1.");
    rowOf(0).focus();
    press("u");
    expect(model.sent.at(-1)).toMatchObject({ act: "undo" });
  });

  it("hands one record or the selection on to generation", async () => {
    const model = show(some(0, 3));
    rowOf(2).focus();
    press("End");
    press("v");
    expect(model.sent.at(-1)).toMatchObject({ act: "generate_from", options: { ids: ["r2"] } });
    model.push({ selection: { count: 2, matching: 2 } });
    await settled();
    byTest(el, "generate-selected").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "generate_from", options: {} });
  });

  it("asks for the stars of original records in sight, once", async () => {
    const model = show([found(0, { stars: null }), found(1)]);
    expect(model.sent.at(-1)).toMatchObject({ act: "stars", options: { ids: ["r0"] } });
    const before = model.sent.length;
    model.answer({ value: { r0: { stars: 3.1, parts: {}, sample: 2 } } });
    await settled();
    expect(rowOf(0).textContent).toContain("3.1");
    expect(model.sent.length).toBe(before);
  });

  it("says what to do where there are no records, and where none matches", () => {
    show([]);
    expect(byTest(el, "empty").textContent).toContain("import some");
    const none = { ...state([]), view: { ...state([]).view, total: 9, search: "zebra" } };
    browser.render({ model: new FakeModel(none), el });
    expect(byTest(el, "empty").textContent).toContain("No record matches");
  });

  it("shows the first rows in a saved page and no control", () => {
    browser.freeze(state(some(0, 40), 1_000_000) as never, el);
    expect(rowOf(0).textContent).toContain("parcel 0");
    expect(el.querySelector("[data-testid=search]")).toBeNull();
  });

  it("leaves no listener behind", () => {
    const model = new FakeModel(state(some(0, 3)));
    const end = browser.render({ model, el });
    expect(model.listening).toBeGreaterThan(0);
    end();
    expect(model.listening).toBe(0);
  });
});
