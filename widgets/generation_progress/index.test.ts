import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { duration, pace } from "../shared/progress.ts";
import run, { type Run } from "./index.ts";

const now: Run = {
  state: "running",
  error: "",
  done: 120,
  total: 480,
  rate: 4,
  left: 90,
  seconds: 30,
  note: "",
  topics: Array.from({ length: 12 }, (_, place) => ({ path: `topic ${place}`, done: place, wanted: 40 - place, rejected: place })),
  more: 0,
  generated: 150,
  valid: 120,
  reasons: [{ code: "too_similar", count: 30, sentence: "is too close" }],
  sample: { topic: "loans", source: "How much?", text: "<i>What would it cost?</i>" },
  cost_usd: 0.042,
  priced: true,
  answered: 16,
  asked: 50,
  calls: null,
  cached_calls: null,
  model: "",
  gave_up: {},
};

const state = (more: Partial<Run> = {}, rest: Record<string, unknown> = {}) => ({ error: "", static_html: "", run: { ...now, ...more }, made: null, can_resume: false, ...rest });

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(more: Partial<Run> = {}, rest: Record<string, unknown> = {}): FakeModel {
  const model = new FakeModel(state(more, rest));
  run.render({ model, el });
  return model;
}

describe("generation progress", () => {
  it("shows done and total, rate, time left, money and the valid share", () => {
    show();
    expect(byTest(el, "progress-words").textContent).toBe("120 of 480 valid candidates 4.0 a second, 90 s left".replace("90 s", duration(90)));
    expect(byTest(el, "progress-bar").getAttribute("aria-valuenow")).toBe("120");
    expect(byTest(el, "cost").textContent).toBe("$0.04");
    expect(byTest(el, "valid-share").textContent).toBe("80.0 % 30 rejected");
    expect(byTest(el, "calls").textContent).toBe("16 of 50");
  });

  it("stops on a click and says so until it has", async () => {
    const model = show();
    byTest(el, "stop").click();
    expect(model.sent[0]).toMatchObject({ act: "stop" });
    model.push({ run: { ...now, state: "stopping" } });
    await settled();
    expect(byTest(el, "stop").textContent).toBe("Stopping…");
    model.push({ run: { ...now, state: "stopped" }, can_resume: true });
    await settled();
    expect(el.querySelector('[data-testid="stop"]')).toBeNull();
    expect(byTest(el, "outcome").textContent).toContain("120 valid candidates finished by then and kept");
    byTest(el, "resume").click();
    expect(model.sent[1]).toMatchObject({ act: "resume" });
  });

  it("shows source and variation as text, and why candidates were rejected", () => {
    show();
    expect(byTest(el, "sample-source").textContent).toBe("How much?");
    expect(byTest(el, "sample-text").textContent).toBe("<i>What would it cost?</i>");
    expect(byTest(el, "reason").textContent).toBe("30 too similar – is too close");
  });

  it("folds many topics and unfolds them", () => {
    show();
    expect(allByTest(el, "run-topic").length).toBe(8);
    byTest(el, "all-topics").click();
    expect(allByTest(el, "run-topic").length).toBe(12);
  });

  it("opens what was generated and turns its pages", async () => {
    const model = show();
    byTest(el, "view").click();
    const row = { candidate_id: "c", topic: "loans", valid: false, reasons: ["too_similar"], quality: 2, source: "How much?", text: "How much is it?" };
    model.push({ made: { rows: [row, { ...row, valid: true, quality: 4.4 }], page: 0, pages: 2, size: 20, total: 22 } });
    await settled();
    expect(allByTest(el, "candidate").map((one) => one.textContent)).toEqual(["loans✗ too similarHow much?How much is it?", "loans★★★★☆How much?How much is it?"]);
    byTest(el, "later").click();
    expect(model.sent.map(({ act, options }) => [act, options])).toEqual([
      ["view", {}],
      ["view", { page: 1 }],
    ]);
  });

  it("says in its place what failed", () => {
    show({ state: "failed", error: "the server is gone" });
    expect(byTest(el, "failure").textContent).toBe("the server is gone");
  });

  it("has no controls in a saved page", () => {
    run.freeze(state() as never, el);
    expect(el.querySelector('[data-testid="stop"], [data-testid="view"]')).toBeNull();
    expect(byTest(el, "progress-words").textContent).toContain("120 of 480");
  });
});

describe("words of time", () => {
  it("are those a person would use", () => {
    expect([duration(0.2), duration(42), duration(600), duration(7200)]).toEqual(["less than a second", "42 s", "10 min", "2.0 h"]);
    expect([pace(12), pace(3), pace(0.1)]).toEqual(["12 a second", "3.0 a second", "6.0 a minute"]);
  });
});
