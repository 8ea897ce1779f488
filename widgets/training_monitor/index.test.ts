import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import monitor from "./index.ts";

const shown = {
  job: "job-1", state: "running", backend: "trl", base: "tiny", grader_name: "exact", seed: 3, step: 12, total_steps: 40, eta_seconds: 60, baseline: 0.4, best: 0.5, best_step: 10, final: null, checkpoint: null, warnings: ["the training reward fell"], error: null, forced: false,
  charts: [{ name: "reward", lines: [{ name: "train", points: [[0, 0.4], [12, 0.55]] }, { name: "validation", points: [[0, 0.4], [10, 0.5]] }] }],
  events: [{ when: "2026-01-02T03:04:05", kind: "note", text: "<b>kept</b>" }],
};
const state = {
  error: "", static_html: "", work: null as unknown, done: null as unknown, python: "ds.train(grader, base='tiny')",
  settings: { backend: "trl", base: "tiny", steps: null, epochs: null, eval_every: null, sft_steps: null, sft_on: null, seed: 0, budget_usd: null, base_url: "", force: false },
  offer: { grader: "exact", train: 90, validation: 10, cost_usd: 0, notes: [] as string[], problem: "" } as unknown,
  jobs: [] as unknown, shown: null as unknown,
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  monitor.render({ model, el });
  return model;
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("training monitor", () => {
  it("begins a job as chosen", () => {
    const model = show();
    expect(byTest(el, "empty").textContent).toContain("Nothing was trained yet: choose what to train");
    expect(byTest(el, "offer-cost").textContent).toBe("none: this machine");
    byTest(el, "start").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "start", options: { approved: false } });
  });

  it("asks for approval where it costs money, and says what stands against it", () => {
    const model = show({ offer: { grader: "exact", train: 90, validation: 10, cost_usd: null, problem: "there is no dry run" } });
    expect(byTest(el, "problem").textContent).toBe("There is no dry run.");
    (byTest(el, "approve") as HTMLInputElement).click();
    byTest(el, "start").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "start", options: { approved: true } });
  });

  it("shows a running job with its gain, and cancels it", () => {
    const model = show({ shown, jobs: [shown] });
    expect(byTest(el, "state").textContent).toBe("▸ running");
    expect(byTest(el, "best").textContent).toContain("+25 % of baseline at step 10");
    expect(byTest(el, "warning").textContent).toBe("the training reward fell.");
    expect(byTest(el, "chart-reward").querySelector("svg.rft-curves__picture")?.getAttribute("aria-label")).toBe("reward by step: train from 0.40 to 0.55, validation from 0.40 to 0.50");
    expect(el.querySelector("[data-testid=start]")).toBeNull();
    byTest(el, "cancel").click();
    expect(model.sent.at(-1)?.act).toBe("cancel");
  });

  it("offers to resume what was cancelled, and another job", async () => {
    const model = show({ shown: { ...shown, state: "cancelled" } });
    byTest(el, "resume").click();
    expect(model.sent.at(-1)?.act).toBe("resume");
    byTest(el, "another").click();
    await settled();
    expect(byTest(el, "start")).not.toBeNull();
  });

  it("shows events as text", () => {
    show({ shown });
    expect(byTest(el, "events").textContent).toContain("<b>kept</b>");
    expect(allByTest(el, "events")[0]?.querySelector("li b")).toBeNull();
  });
});
