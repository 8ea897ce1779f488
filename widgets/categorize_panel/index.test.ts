import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { bandAt } from "./bands.ts";
import panel from "./index.ts";

const turn = (role: string, text: string) => ({ role, name: "", text, parts: [], calls: [], editable: false });
const card = {
  id: "r1",
  topic: "Cards/Lost",
  confidence: 0.41,
  method: "by meaning",
  secondary: ["Rates"],
  choices: [
    { topic: "Cards/Lost", confidence: 0.41, why: "says card", now: true },
    { topic: "Rates", confidence: 0.2, why: "", now: false },
  ],
  before: [turn("system", "Be brief.")],
  messages: 2,
  turn: turn("user", "<b>Where</b> is my card?"),
  whole: true,
  decided: false,
  known: true,
};
const state = {
  error: "",
  static_html: "",
  work: null as unknown,
  done: null as unknown,
  approval: null as unknown,
  suggested: null as unknown,
  offers: { embedders: ["auto", "lsa"], models: [] as unknown[] },
  queue: { kind: "review", topic: "", total: 3, at: 0, decided: 1, skipped: 1, left: 2 },
  card: card as unknown,
  state: {
    total: 20,
    high: 8,
    medium: 5,
    review: 3,
    unassigned: 2,
    by_hand: 2,
    left_unassigned: 0,
    by_method: { embedding: 16 },
    histogram: [0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 2, 1, 1, 1, 0, 0, 2, 2, 2, 2],
    topics: 2,
    corrections: 2,
    options: { all: false, method: ["keyword", "embedding"], model: null, embedder: "auto" } as unknown,
    last: "2026-01-02 03:04",
    run: "",
  },
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  panel.render({ model, el });
  return model;
};
const press = (key: string): boolean => byTest(el, "card").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("categorize panel", () => {
  it("counts by band and draws how sure it is", () => {
    show();
    expect(byTest(el, "band-high").textContent).toContain("840.0 %");
    expect(byTest(el, "band-by-hand").textContent).toContain("2");
    expect(byTest(el, "histogram").querySelectorAll(".rft-categorize__bar")).toHaveLength(20);
    expect(byTest(el, "histogram").querySelector("svg")?.getAttribute("aria-label")).toBe("Confidence: 3 below 0.5, 5 from 0.5, 8 from 0.8");
    expect([bandAt(9, 20), bandAt(10, 20), bandAt(15, 20), bandAt(16, 20)]).toEqual(["review", "medium", "medium", "high"]);
  });

  it("assigns the topic with the number that was pressed, to the record that is shown", async () => {
    const model = show();
    press("2");
    expect(model.sent.at(-1)).toMatchObject({ act: "assign", options: { topic: "Rates", id: "r1" } });
    press("1"); // too early: the next record is not shown yet
    expect(model.sent).toHaveLength(1);
    model.answer({});
    await settled();
    press("9"); // no such choice
    expect(model.sent).toHaveLength(1);
    press("1");
    model.push({ card: { ...card, id: "r2" } }); // the next one is in sight before the disk has this one
    await settled();
    press("2");
    expect(model.sent.at(-1)).toMatchObject({ act: "assign", options: { topic: "Rates", id: "r2" } });
  });

  it("leaves, skips, steps, keeps and undoes by key", async () => {
    const model = show({ done: { sentence: "Assigned.", python: "ds.assign(['r0'], 'Rates')", undo: true } });
    const acts: [string, string, Record<string, unknown>][] = [
      ["0", "assign", { topic: null, id: "r1" }],
      ["a", "assign", { topic: "Cards/Lost", id: "r1" }],
      ["s", "skip", {}],
      ["j", "step", { by: 1 }],
      ["ArrowUp", "step", { by: -1 }],
      ["u", "undo", {}],
    ];
    for (const [key, act, options] of acts) {
      press(key);
      expect(model.sent.at(-1)).toMatchObject({ act, options });
      model.answer({});
      await settled();
    }
    expect(document.activeElement).toBe(byTest(el, "card"));
  });

  it("searches any topic and takes the chosen one", async () => {
    const model = show();
    press("/");
    const field = byTest(el, "topic-search") as HTMLInputElement;
    expect(document.activeElement).toBe(field);
    field.value = "lo";
    field.dispatchEvent(new Event("input"));
    expect(model.sent.at(-1)).toMatchObject({ act: "find_topics", options: { text: "lo" } });
    model.answer({ value: ["Loans", "Cards/Lost"] });
    await settled();
    expect(allByTest(el, "found-topic").map((one) => one.textContent)).toEqual(["Loans", "Cards/Lost"]);
    const key = (name: string): boolean => field.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true }));
    key("ArrowDown");
    key("Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "assign", options: { topic: "Cards/Lost" } });
  });

  it("shows text of records as text, what came before folded, other topics beside", () => {
    show();
    expect(byTest(el, "card").textContent).toContain("<b>Where</b> is my card?");
    expect((byTest(el, "before") as HTMLDetailsElement).open).toBe(false);
    press("Enter");
    expect((byTest(el, "secondary")).textContent).toBe("also Rates");
    expect(el.querySelector("b:not([class]):not([dir])")).toBeNull();
  });

  it("asks once for choices that are not worked out", async () => {
    const model = show({ card: { ...card, known: false } });
    expect(model.sent.map((one) => one.act)).toEqual(["think"]);
    model.push({ queue: { ...state.queue, skipped: 2 } });
    await settled();
    expect(model.sent).toHaveLength(1);
    expect(byTest(el, "thinking").textContent).toContain("Working out");
  });

  it("offers to judge the rest again after some decisions, and says what a model would cost", async () => {
    const model = show();
    expect(el.querySelector("[data-testid=rejudge]")).toBeNull();
    model.push({ state: { ...state.state, corrections: 3 }, approval: { model: "x/y", sentence: "It takes 4 calls." } });
    await settled();
    expect(byTest(el, "rejudge").textContent).toBe("Judge the other 18 again with 3 decisions");
    byTest(el, "rejudge").click();
    expect(model.sent.at(-1)?.act).toBe("rejudge");
    expect(byTest(el, "approval").textContent).toContain("Nothing was sent yet");
    byTest(el, "approve").click();
    expect(model.sent.at(-1)?.act).toBe("approve");
  });

  it("runs with the settings that are shown, as the line says", () => {
    const model = show();
    byTest(el, "method-llm").click();
    expect(model.sent.at(-1)?.act).toBe("list_models");
    const name = byTest(el, "model") as HTMLInputElement;
    name.value = "openai/small";
    name.dispatchEvent(new Event("change"));
    expect(byTest(el, "python").textContent).toBe("ds.categorize(method=['keyword', 'embedding', 'llm'], model='openai/small')");
    byTest(el, "categorize-run").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "categorize", options: { all: false, method: ["keyword", "embedding", "llm"], model: "openai/small" } });
  });

  it("says what to do where there is nothing, and where all is decided", async () => {
    const model = show({ state: { ...state.state, total: 0 }, card: null, queue: { ...state.queue, total: 0, decided: 0, left: 0 } });
    expect(byTest(el, "empty").textContent).toContain("No records yet");
    model.push({ state: state.state, queue: { ...state.queue, decided: 3, left: 0 } });
    await settled();
    expect(byTest(el, "queue-empty").textContent).toContain("All are decided");
    byTest(el, "next-queue").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "choose_queue", options: { kind: "unassigned" } });
  });
});
