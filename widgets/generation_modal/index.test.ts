import { beforeEach, describe, expect, it, vi } from "vitest";
import { byTest, FakeModel, settled } from "../shared/testing/model.ts";
import modal from "./index.ts";
import type { Can, Choices, Offer } from "./model.ts";

const choices: Choices = {
  mode: "gaps",
  topic: null,
  count: null,
  ids: { total: 0, records: [] },
  grow: null,
  level: null,
  strategy: null,
  model: null,
  seed: 0,
  budget_usd: null,
  price_per_million: null,
  base_url: null,
  pilot: true,
  settings: {
    variations: 3,
    preserve_intent: true,
    temperature: null,
    examples: null,
    diversity: "embedding",
    difficulty: ["easy", "medium", "hard"],
    similarity: 0.9,
    strictness: "medium",
    facets: {},
    guidance: [],
    scenario: null,
    aspects: [],
    tool_patterns: [],
    multi_turn: false,
    synthetic_ratio: 0.3,
    min_chars: 20,
    max_chars: 2000,
    prompt: null,
  },
  overrides: {},
};

const can: Can = {
  topics: [
    { path: "loans", count: 4, needed: 47 },
    { path: "cards", count: 90, needed: 0 },
  ],
  more_topics: 0,
  strategies: [
    { name: "few_shot", title: "Few-shot", does: "In the manner of examples.", best: "topics with records", quality: "high", cost: "low" },
    { name: "tool_chain", title: "Tool chain", does: "Needs tools.", best: "tools", quality: "high", cost: "high" },
  ],
  facets: { difficulty: ["easy", "medium", "hard"], phrasing: ["question", "command"] },
  guidance: ["support"],
  strictness: ["low", "medium", "high"],
  diversity: ["embedding", "random"],
  means: { calls: "requests", price: "expected" },
  name: "support",
  order: [],
};

const priced = { id: "p", requested: 47, model: "openai/x", calls: 5, prompt_tokens: 900, completion_tokens: 100, cost_usd: 0.14, low_usd: 0.1, high_usd: 0.2, cap_usd: 0.4, seconds: null, free: false, before: {}, after: {}, problems: [], notes: [] };

const offer: Offer = {
  ...priced,
  before: { balance: 0.1, target_fit: 0.7, synthetic_share: 0 },
  after: { balance: 0.5, target_fit: 0.9, synthetic_share: 0.2 },
  notes: ["Every gap is filled to the same degree."],
  problems: [{ topic: "fees", strategy: "tool_chain", reason: "no record of this topic declares tools", proposal: "use few_shot for it" }],
  lines: [{ path: "loans", strategy: "few_shot", why: "4 of 4", added: 47, count: 4, aim: 30 }],
  rest: { topics: 0, added: 0 },
  pilot: { ...priced, requested: 8, calls: 1, cost_usd: 0.01, cap_usd: 0.04 },
  python: "plan = ds.plan(fill_gaps=True)",
  sources: { total: 4, records: [{ id: "a", topic: "loans", quality: 4.5, generated: false, turns: 2, text: "<b>How much?</b>" }] },
};

const state = (more: Record<string, unknown> = {}) => ({
  error: "",
  static_html: "",
  choices,
  can,
  offer,
  planning: false,
  refusal: "",
  fits: null,
  models: [{ name: "openai/x", provider: "openai", reachable: true, why_not: null, input_usd_per_million: 1, output_usd_per_million: 2 }],
  found: null,
  progress: null,
  note: "",
  ...more,
});

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(more: Record<string, unknown> = {}): FakeModel {
  const model = new FakeModel(state(more));
  modal.render({ model, el });
  return model;
}

const asked = (model: FakeModel, act: string): unknown[] => model.sent.filter((one) => one.act === act).map((one) => one.options);

describe("generation modal", () => {
  it("announces price and cap before the start and starts on one click", () => {
    const model = show({ choices: { ...choices, pilot: false } });
    expect(byTest(el, "announced").textContent).toContain("5 calls to openai/x, about $0.14 ($0.10 to $0.20). Never more than $0.40");
    expect(byTest(el, "start").textContent).toBe("Start: 47 candidates, about $0.14");
    byTest(el, "start").click();
    expect(asked(model, "start")).toEqual([{}]);
  });

  it("offers a pilot first where the plan is large", () => {
    const model = show();
    expect(byTest(el, "start").textContent).toBe("Start the pilot: 8 candidates, about $0.01");
    byTest(el, "pilot-all").click();
    expect(asked(model, "set")).toEqual([{ pilot: false }]);
  });

  it("switches between the three modes and names what was kept", () => {
    const model = show({ choices: { ...choices, ids: { total: 3, records: [] } } });
    const buttons = byTest(el, "what-for").querySelectorAll("button");
    expect([...buttons].map((one) => one.textContent)).toEqual(["Fill the gaps", "A topic", "Selected records (3)"]);
    buttons[2]?.click();
    expect(asked(model, "set")).toEqual([{ mode: "records" }]);
  });

  it("shows what goes in as text", () => {
    show();
    expect(byTest(el, "source-record").textContent).toContain("<b>How much?</b>");
    expect(el.querySelector("section b")).toBeNull();
    expect(byTest(el, "gaps").textContent).toContain("1 topic lacks 47 records: loans (47)");
  });

  it("draws coverage before and after on one bar with the target", () => {
    show();
    const line = byTest(el, "line");
    expect(line.querySelector(".rft__fill--added")).not.toBeNull();
    expect(line.querySelector(".rft__tick")).not.toBeNull();
    expect(line.getAttribute("title")).toBe("loans: 4 now, 47 to make, target 30");
    expect(byTest(el, "balance").textContent).toBe("0.10 → 0.50");
  });

  it("says why a strategy cannot serve, and takes the plan's proposal for those topics", () => {
    const model = show({ fits: { recommended: "few_shot", mixed: false, fits: { tool_chain: { served: 0, of: 2, reason: "no record declares tools" }, few_shot: { served: 2, of: 2, reason: "" } } } });
    expect(byTest(el, "fit-tool_chain").textContent).toBe("Cannot serve here: no record declares tools");
    expect(el.querySelector('[data-testid="fit-few_shot"]')).toBeNull();
    expect(byTest(el, "strategies").textContent).toContain("Few-shot ★ recommended");
    byTest(el, "use-proposal").click();
    expect(asked(model, "set")).toEqual([{ overrides: { fees: { strategy: "few_shot" } } }]);
  });

  it("shows the fields of the chosen strategy only", () => {
    show({ choices: { ...choices, strategy: "tool_chain" } });
    expect(byTest(el, "tool-patterns")).not.toBeNull();
    expect(el.querySelector('[data-testid="variations"]')).toBeNull();
  });

  it("says what is missing for a model that cannot be called, and does not start it", () => {
    show({ models: [{ name: "openai/x", provider: "openai", reachable: false, why_not: "set OPENAI_API_KEY in the environment", input_usd_per_million: 1, output_usd_per_million: 2 }] });
    expect(byTest(el, "model-missing").textContent).toContain("set OPENAI_API_KEY");
    expect((byTest(el, "start") as HTMLButtonElement).disabled).toBe(true);
  });

  it("keeps what is being typed when the plan arrives", async () => {
    vi.useFakeTimers();
    const model = show({ choices: { ...choices, mode: "topic" } });
    const field = byTest(el, "count") as HTMLInputElement;
    field.focus();
    field.value = "12";
    field.dispatchEvent(new Event("input"));
    vi.advanceTimersByTime(1000);
    expect(asked(model, "set")).toEqual([{ count: 12, mode: "topic" }]);
    const again = byTest(el, "count") as HTMLInputElement;
    again.value = "125";
    model.push({ offer: { ...offer, requested: 12 } });
    await vi.runAllTimersAsync();
    expect((byTest(el, "count") as HTMLInputElement).value).toBe("125");
    expect(document.activeElement?.getAttribute("data-key")).toBe("count");
    vi.useRealTimers();
  });

  it("searches with Enter, also after a redraw", async () => {
    const model = show({ choices: { ...choices, mode: "records" } });
    const field = byTest(el, "find") as HTMLInputElement;
    field.focus();
    field.value = "flight";
    model.push({ can });
    await settled();
    const again = byTest(el, "find") as HTMLInputElement;
    expect(again.value).toBe("flight");
    again.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(asked(model, "find")).toEqual([{ text: "flight" }]);
  });

  it("shows the run in place of the form, and a sentence where the page cannot", async () => {
    show({ progress: "anywidget:abc" });
    await settled();
    expect(byTest(el, "form").hidden).toBe(true);
    expect(el.textContent).toContain("show it in a cell of its own");
  });

  it("shows a refusal where the plan would be", () => {
    show({ offer: null, refusal: "Choose a topic, and how many to make for it." });
    expect(byTest(el, "refusal").textContent).toContain("Choose a topic");
    expect(el.querySelector('[data-testid="start"]')).toBeNull();
  });

  it("leaves no listener behind, and has no controls in a saved page", () => {
    const model = new FakeModel(state());
    const end = modal.render({ model, el });
    end();
    expect(model.listening).toBe(0);
    modal.freeze(state() as never, el);
    expect(el.querySelectorAll("button:not([data-testid='all-lines']), select, input:not([type=radio])").length).toBe(0);
  });
});
