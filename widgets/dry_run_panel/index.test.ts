import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const rule = (name: string, outcome: string, threshold: number) => ({ name, value: 0.4, low: 0.3, high: 0.5, threshold, outcome, hard: true, sure: outcome === "pass" ? true : false, text: `${name} is at least ${threshold}`, moves: name });
const shown = {
  run: "dry-run-2", model: "openai/m", grader_name: "exact", judge: null, seed: 0, source: "the training set", cost_usd: 0, calls: 8, cached_calls: 0, missing: 0, reason: null,
  verdict: "NO-GO", prompts: 4, rollouts_per_prompt: 2, answers: 8, mean: 0.4, mean_low: 0.3, mean_high: 0.5, std: 0.2, std_within: 0.1, share_above_zero: 0.5, share_perfect: 0.1, learnable: { share: 0.2, low: 0.1, high: 0.3 },
  rules: [rule("mean_low", "pass", 0.25), rule("learnable", "fail", 0.3)],
  diagnosis: [{ cause: "TOPIC", code: "hard_topic", severity: "serious", evidence: "mean .1", advice: "add easier prompts", act: "sft", topic: "<i>Loans", count: 9, records: [{ id: "r1", text: "<b>why</b>" }] }],
  bars: [{ low: 0, high: 0.5, count: 6 }, { low: 0.5, high: 1, count: 2 }],
  topics: [{ topic: "<i>Loans", prompts: 4, mean: 0.1, low: 0, high: 0.2, learnable: 0.2, heat: [3, 1, 0, 0] }],
  samples: [{ group: "lowest", id: "r1", topic: "Loans", reward: 0, prompt: "<script>", answer: "" }],
  classes: [{ name: "too hard", meaning: "flat" }, { name: "hard", meaning: "" }, { name: "easy", meaning: "" }, { name: "too easy", meaning: "" }],
};
const state = {
  error: "", static_html: "", work: null as unknown, done: null as unknown, python: "dry = ds.dry_run(grader).wait()",
  settings: { model: "openai/m", base_url: "", prompts: 300, rollouts: 8, temperature: 1, max_tokens: 1024, seed: 0, budget_usd: null, price_per_million: null, judge: "", judge_base_url: "" },
  models: [] as unknown, offer: { problem: "", grader: "exact", judges: [], prompts: 300, rollouts: 8, source: "the training set", population: 900, calls: 2400, cost_usd: 0.5, cap_usd: 0.75 } as unknown,
  runs: [] as unknown, shown: null as unknown, moved: false, compared: null as unknown,
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  panel.render({ model, el });
  return model;
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("dry run panel", () => {
  it("says what a run asks and costs before it is started", () => {
    const model = show();
    expect(byTest(el, "offer-calls").textContent).toBe("2,400");
    expect(byTest(el, "offer-cost").textContent).toBe("about $0.50 never above $0.75");
    byTest(el, "start").click();
    expect(model.sent.at(-1)?.act).toBe("start");
  });

  it("shows the verdict with its rules and causes as text", () => {
    show({ shown, runs: [shown] });
    expect(byTest(el, "verdict").textContent).toBe("✗ NO-GO");
    expect(byTest(el, "learnable").textContent).toBe("20.0 % (10.0 % to 30.0 %)");
    expect(byTest(el, "cause").textContent).toContain("topic <i>Loans");
    expect(byTest(el, "records").textContent).toContain("<b>why</b>");
    expect(byTest(el, "sample").textContent).toContain("(no text)");
    expect(byTest(el, "histogram").getAttribute("aria-label")).toBe("Rewards of 8 answers. 0.00 to 0.50: 6; 0.50 to 1.00: 2");
    expect(el.querySelector("i, script")).toBeNull();
  });

  it("moves a threshold, and keeps it only when asked", async () => {
    const model = show({ shown, runs: [shown] });
    const field = byTest(el, "threshold-learnable") as HTMLInputElement;
    field.value = "0.1";
    field.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "move_threshold", options: { name: "learnable", value: 0.1 } });
    expect(el.querySelector("[data-testid=keep-thresholds]")).toBeNull();
    model.push({ moved: true });
    await settled();
    byTest(el, "keep-thresholds").click();
    expect(model.sent.at(-1)?.act).toBe("keep_thresholds");
  });

  it("grades the same answers with the grader of now", () => {
    const model = show({ shown, runs: [shown] });
    byTest(el, "regrade").click();
    expect(model.sent.at(-1)?.act).toBe("regrade");
  });

  it("takes a price as two numbers", () => {
    const model = show();
    const field = byTest(el, "price") as HTMLInputElement;
    for (const [said, price] of [["0.2, 0.8", [0.2, 0.8]], ["cheap", null]] as const) {
      field.value = said;
      field.dispatchEvent(new Event("change"));
      expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { price_per_million: price } });
    }
  });

  it("sets two runs side by side", () => {
    show({ shown, runs: [shown, { ...shown, run: "dry-run-1" }], compared: { before: "dry-run-1", after: "dry-run-2", prompts: 4, rows: [{ name: "mean", before: 0.2, after: 0.4, change: 0.2, low: 0.1, high: 0.3, clear: true }], topics: [] } });
    expect(byTest(el, "compared").textContent).toContain("+0.20 (+0.10 to +0.30)");
    expect(allByTest(el, "run")).toHaveLength(1);
  });
});
