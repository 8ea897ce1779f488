import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const pair = { id: "r1", topic: "x", prompt: "<b>why</b>", before: 0, after: 1, said_before: "", said_after: "<script>" };
const shown = {
  job: "job-1", grader: "exact", before: 0.4, after: 0.6, change: 0.2, change_relative: 0.5, low: 0.1, high: 0.3, prompts: 40, verdict: "significant", advice: "deploy it",
  rules: [{ name: "gain", passed: true, says: "the mean reward rose by 50 %" }], warnings: ["40 prompts were compared"],
  topics: [{ topic: "<i>Loans", before: 0.5, after: 0.4, change: -0.1, low: -0.3, high: 0.1, prompts: 20, outcome: "unclear", fell: false }, { topic: "Cards", before: 0.3, after: 0.8, change: 0.5, low: 0.2, high: 0.8, prompts: 20, outcome: "better", fell: null }],
  wins: [pair], losses: [],
};
const state = { error: "", static_html: "", work: null as unknown, done: null as unknown, jobs: [{ job: "job-1", state: "succeeded", backend: "trl", base: "tiny" }] as unknown, shown: shown as unknown, missing: "", benchmark: null as unknown, beside: [] as unknown, deployed: null as unknown, python: "ds.results('job-1')" };

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

describe("results panel", () => {
  it("says what changed, by topic and as text", () => {
    show();
    expect(byTest(el, "verdict").textContent).toBe("✓ clearly better");
    expect(byTest(el, "change").textContent).toBe("+0.20 (+50 %) (+0.10 to +0.30)");
    const rows = allByTest(el, "topic-row");
    expect(rows[0]?.textContent).toContain("<i>Loans");
    expect(rows[0]?.textContent).toContain("▿ fell, maybe luck");
    expect(rows[1]?.textContent).toContain("✓ better");
    expect(byTest(el, "pair").textContent).toContain("(no text)");
    expect(el.querySelector("i, script")).toBeNull();
  });

  it("deploys to the place that was chosen and shows where it answers", async () => {
    const model = show();
    const place = byTest(el, "place") as HTMLSelectElement;
    place.value = "vllm";
    place.dispatchEvent(new Event("change"));
    byTest(el, "deploy").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "deploy", options: { to: "vllm", approved: false } });
    model.push({ deployed: { to: "local", model: "openai/m", endpoint: "http://127.0.0.1:1/v1", smoke_test: { passed: true, text: "hello" }, files: [], notes: [], running: true } });
    await settled();
    expect(byTest(el, "smoke").textContent).toBe("✓ it answered: hello");
    byTest(el, "stop-server").click();
    expect(model.sent.at(-1)?.act).toBe("stop_server");
  });

  it("says what lacks, and collects it when asked", () => {
    const model = show({ shown: null, missing: "job-1 has no answers yet" });
    expect(byTest(el, "missing").textContent).toBe("Job-1 has no answers yet.");
    byTest(el, "evaluate").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "evaluate" });
  });

  it("is empty before a job has ended", () => {
    show({ jobs: [], shown: null });
    expect(byTest(el, "empty").textContent).toContain("No training job has ended yet");
    expect(el.querySelector("[data-testid=deploy]")).toBeNull();
  });
});
