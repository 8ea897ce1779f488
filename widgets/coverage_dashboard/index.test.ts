import { beforeEach, describe, expect, it, vi } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import type { Fill } from "./filling.ts";
import dashboard from "./index.ts";
import type { Matrix } from "./matrix.ts";
import { shareAt } from "./tick.ts";
import { arrange, FEW, nameBelow, type Topic } from "./rows.ts";

const topic = (path: string, share: number, target: number, more: Partial<Topic> = {}): Topic => ({
  path,
  count: Math.round(share * 1000),
  share,
  target,
  gap: 100 * (target - share),
  status: Math.abs(target - share) < 0.02 ? "ok" : target > share ? "under" : "over",
  needed: target > share ? 10 : 0,
  children: 0,
  ...more,
});

const state = (topics: Topic[]) => ({
  error: "",
  static_html: "",
  coverage: {
    total: 1234,
    unassigned: 5,
    balance: 0.25,
    balance_rating: "poor",
    target_fit: 0.8,
    needed: 40,
    fill: 30,
    next_act: { sentence: "Generate 120 records for loans.", python: "ds.plan()" },
    warnings: [{ sentence: "cards has fewer than 100 records.", python: "" }],
    recommendations: [],
    topics,
  },
  place: { parent: "", level: null, depth: 2 },
  draft: null as { changed: string[] } | null,
  saved: null as { sentence: string; version: number } | null,
  targets: "uniform",
  fill: { requested: 40, model: "openai/x", calls: 5, cost_usd: 0.137, cap_usd: 0.4, free: false, topics: 2, unserved: 1, seconds: null } as Fill | null,
  filling: false,
  matrix: null as Matrix | null,
  modal: null as string | null,
  definitions: { balance: "smallest / largest", "target fit": "1 - half the sum of differences" },
});

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(topics: Topic[]): FakeModel {
  const model = new FakeModel(state(topics));
  dashboard.render({ model, el });
  return model;
}

describe("coverage dashboard", () => {
  it("shows one row per topic, farthest from its target first", () => {
    show([topic("cards", 0.5, 0.5), topic("loans", 0.1, 0.3), topic("fees", 0.4, 0.2)]);
    const paths = allByTest(el, "topic-row").map((row) => row.dataset["path"]);
    expect(paths).toEqual(["fees", "loans", "cards"]);
  });

  it("says the status in words and not by colour alone", () => {
    show([topic("loans", 0.1, 0.3)]);
    expect(byTest(el, "topic-row").textContent).toContain("under");
  });

  it("names both scores with their definitions", () => {
    show([topic("loans", 1, 1)]);
    expect(byTest(el, "balance").textContent).toBe("0.25 poor");
    expect(byTest(el, "target-fit").textContent).toBe("0.80");
    expect(el.querySelector("abbr")?.getAttribute("aria-label")).toBe("smallest / largest");
  });

  it("draws a topic that looks like markup as text", () => {
    show([topic("<img src=x onerror=alert(1)>", 1, 1)]);
    expect(el.querySelector("img")).toBeNull();
    expect(byTest(el, "topic-row").textContent).toContain("<img");
  });

  it("folds what is near its target when there are many topics, and unfolds on a click", () => {
    const many = Array.from({ length: 150 }, (_, n) => topic(`t${n}`, n / 11325, 1 / 150));
    show(many);
    expect(allByTest(el, "topic-row").length).toBeLessThan(FEW);
    byTest(el, "show-all").click();
    expect(allByTest(el, "topic-row").length).toBe(150);
  });

  it("asks Python to open a topic that has topics below it", () => {
    const model = show([topic("cards", 1, 1, { children: 3 })]);
    el.querySelector<HTMLButtonElement>('[data-key="open cards"]')?.click();
    expect(model.sent[0]).toMatchObject({ act: "show_below", options: { parent: "cards" } });
  });

  it("follows Python and keeps the focus where it was", async () => {
    const model = show([topic("cards", 1, 1, { children: 3 })]);
    el.querySelector<HTMLButtonElement>('[data-key="open cards"]')?.focus();
    model.push(state([topic("cards", 0.5, 0.5, { children: 3 }), topic("fees", 0.5, 0.5)]));
    await settled();
    expect(allByTest(el, "topic-row").length).toBe(2);
    expect(document.activeElement?.getAttribute("data-key")).toBe("open cards");
  });

  it("shows an error of Python in its own line and takes it away again", async () => {
    const model = show([topic("cards", 1, 1)]);
    model.push({ error: "No topic is named nothing." });
    await settled();
    expect(byTest(el, "error").textContent).toBe("No topic is named nothing.");
    model.push({ error: "" });
    await settled();
    expect(byTest(el, "error").textContent).toBe("");
  });

  it("says what to do where there are no topics", () => {
    dashboard.render({ model: new FakeModel({ ...state([]), coverage: null }), el });
    expect(byTest(el, "empty").textContent).toContain("discover them");
  });

  it("leaves no listener behind", () => {
    const model = new FakeModel(state([topic("cards", 1, 1)]));
    const end = dashboard.render({ model, el });
    expect(model.listening).toBeGreaterThan(0);
    end();
    expect(model.listening).toBe(0);
  });

  it("moves along the rows with arrows and j and k, opens with Enter", () => {
    const model = show([topic("fees", 0.4, 0.2), topic("loans", 0.1, 0.3), topic("cards", 0.5, 0.5, { children: 3 })]);
    const rows = allByTest(el, "topic-row");
    const press = (key: string): void => {
      document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    };
    rows[0]?.focus();
    press("j");
    expect(document.activeElement).toBe(rows[1]);
    press("End");
    press("Enter");
    expect(model.sent[0]).toMatchObject({ act: "show_below", options: { parent: "cards" } });
    press("k");
    expect(document.activeElement).toBe(rows[1]);
  });

  it("tries a target with the arrow keys and holds the order of the rows meanwhile", async () => {
    const topics = [topic("fees", 0.4, 0.2), topic("loans", 0.1, 0.3), topic("cards", 0.5, 0.5)];
    const model = show(topics);
    const order = (): (string | undefined)[] => allByTest(el, "topic-row").map((row) => row.dataset["path"]);
    const before = order();
    const slider = el.querySelector<HTMLElement>('[data-key="target cards"]');
    slider?.focus();
    slider?.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowRight", shiftKey: true, bubbles: true }));
    expect(model.sent[0]).toMatchObject({ act: "try_target", options: { path: "cards", share: 0.55 } });
    const tried = state([topic("fees", 0.4, 0.35), topic("loans", 0.1, 0.1), topic("cards", 0.5, 0.9)]);
    model.push({ ...tried, draft: { changed: ["cards"] } });
    await settled();
    expect(order()).toEqual(before);
    expect(document.activeElement?.getAttribute("data-key")).toBe("target cards");
    expect(byTest(el, "told").textContent).toContain("1 target tried, not saved: 40 records to add");
    byTest(el, "keep").click();
    expect(model.sent[1]).toMatchObject({ act: "keep_targets" });
  });

  it("drags a target and sends the latest place once per pause, and the last one at the end", () => {
    vi.useFakeTimers();
    const model = show([topic("fees", 0.5, 0.5), topic("loans", 0.5, 0.5)]);
    const slider = el.querySelector<HTMLElement>('[data-key="target fees"]') as HTMLElement;
    (slider.parentElement as HTMLElement).getBoundingClientRect = () => new DOMRect(100, 0, 200, 10);
    const mouse = (kind: string, x: number): void => {
      const at = kind === "pointerdown" ? slider : document;
      at.dispatchEvent(new MouseEvent(kind, { clientX: x, bubbles: true, cancelable: true }));
    };
    mouse("pointerdown", 300);
    for (const x of [250, 220, 200]) mouse("pointermove", x);
    vi.advanceTimersByTime(200);
    expect(model.sent.map(({ options }) => options["share"])).toEqual([0.25]);
    mouse("pointermove", 150);
    mouse("pointerup", 140);
    mouse("pointermove", 300);
    vi.advanceTimersByTime(200);
    expect(model.sent.map(({ options }) => options["share"])).toEqual([0.25, 0.1]);
    vi.useRealTimers();
  });

  it("offers to take back what was saved", () => {
    const model = new FakeModel({ ...state([topic("cards", 1, 1)]), saved: { sentence: "Targets saved as version 9.", version: 9 } });
    dashboard.render({ model, el });
    expect(byTest(el, "told").textContent).toContain("version 9");
    byTest(el, "undo").click();
    expect(model.sent[0]).toMatchObject({ act: "undo_targets" });
  });

  it("says what filling the gaps costs and opens the plan for it, or for one topic", () => {
    const model = show([topic("fees", 0.4, 0.2), topic("loans", 0.1, 0.3)]);
    expect(byTest(el, "fill-words").textContent).toBe("Filling the gaps: 40 candidates for 2 topics, 5 calls to openai/x, about $0.14. 1 topic cannot be served as it is; the plan says why.");
    byTest(el, "fill-gaps").click();
    el.querySelector<HTMLElement>('[data-key="generate loans"]')?.click();
    expect(model.sent.map(({ act, options }) => [act, options])).toEqual([
      ["generate", {}],
      ["generate", { path: "loans" }],
    ]);
  });

  it("offers no plan for targets that are only tried", () => {
    const model = new FakeModel({ ...state([topic("loans", 0.1, 0.3)]), draft: { changed: ["loans"] } });
    dashboard.render({ model, el });
    expect(el.querySelector('[data-testid="fill-gaps"]')).toBeNull();
    expect(byTest(el, "fill-words").textContent).toContain("40 candidates");
  });

  it("opens the modal in a dialog, and tells Python when it is closed", async () => {
    const model = show([topic("loans", 0.1, 0.3)]);
    model.push({ modal: "anywidget:m" });
    await settled();
    expect(byTest(el, "dialog").getAttribute("aria-label")).toBe("Generate");
    byTest(el, "close").click();
    expect(el.querySelector("dialog")).toBeNull();
    expect(model.sent[0]).toMatchObject({ act: "close_modal" });
    model.push({ modal: null });
    await settled();
    expect(model.sent.length).toBe(1);
  });

  it("sets the targets of all topics, or takes typed ones", async () => {
    const model = show([topic("fees", 0.4, 0.2), topic("loans", 0.1, 0.3)]);
    const pick = (text: string): void => [...byTest(el, "targets").querySelectorAll("button")].find((one) => one.textContent === text)?.click();
    pick("proportional");
    pick("by hand");
    const field = el.querySelector<HTMLInputElement>('[data-key="hand loans"]') as HTMLInputElement;
    expect(field.value).toBe("30");
    field.value = "45";
    field.dispatchEvent(new Event("change"));
    expect(model.sent.map(({ act, options }) => [act, options])).toEqual([
      ["set_targets", { targets: "proportional" }],
      ["try_target", { path: "loans", share: 0.45 }],
    ]);
  });

  it("shows topics by a facet and starts a plan from a cell", () => {
    const matrix = { facet: "difficulty", values: ["easy", "hard"], rows: [{ path: "<b>loans</b>", counts: [12, 0] }], facets: ["difficulty", "turns"], more: 3, more_values: 0 };
    const model = new FakeModel({ ...state([topic("loans", 0.1, 0.3)]), matrix });
    dashboard.render({ model, el });
    expect(byTest(el, "matrix").textContent).toContain("<b>loans</b>");
    expect(byTest(el, "matrix").textContent).toContain("and 3 topics more");
    allByTest(el, "cell")[1]?.click();
    [...byTest(el, "facet").querySelectorAll("button")][1]?.click();
    expect(model.sent.map(({ act, options }) => [act, options])).toEqual([
      ["generate_cell", { path: "<b>loans</b>", value: "hard" }],
      ["show_matrix", { facet: "turns" }],
    ]);
  });

  it("has no controls in a saved page", () => {
    dashboard.freeze(state([topic("cards", 1, 1, { children: 3 })]), el);
    expect(el.querySelectorAll("button, [role=slider], [tabindex]:not(abbr)").length).toBe(0);
    expect(byTest(el, "topic-row").textContent).toContain("cards");
  });
});

describe("the place of a tick", () => {
  it("is a share between 0 and 1 in tenths of a point", () => {
    expect(shareAt(50, 200, 0.5)).toBe(0.125);
    expect(shareAt(-10, 200, 0.5)).toBe(0);
    expect(shareAt(900, 200, 0.5)).toBe(1);
    expect(shareAt(10, 0, 0.5)).toBe(0);
  });
});

describe("rows", () => {
  it("does not fold a short list", () => {
    const few = Array.from({ length: FEW }, (_, n) => topic(`t${n}`, 1 / FEW, 1 / FEW));
    expect(arrange(few, false).folded).toEqual([]);
  });

  it("loses no topic by folding", () => {
    const many = Array.from({ length: 60 }, (_, n) => topic(`t${n}`, n / 1770, 1 / 60));
    const { shown, folded } = arrange(many, false);
    expect(shown.length + folded.length).toBe(60);
  });

  it("names a topic by what is below the place one looks at", () => {
    expect(nameBelow("cards/lost", "cards")).toBe("lost");
    expect(nameBelow("cardsharp/lost", "cards")).toBe("cardsharp/lost");
  });
});
