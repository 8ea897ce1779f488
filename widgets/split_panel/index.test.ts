import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const sets = { train: 90, validation: 10, straddling_groups: 0, left_out: 2, kept: null, generated_share: { train: 0.1, validation: 0 }, warnings: [] as string[], topics: [{ topic: "<b>Cards", train: 60, validation: 10 }, { topic: "Loans", train: 30, validation: 0 }], rest: { topics: 0, train: 0, validation: 0 } };
const state = {
  error: "",
  static_html: "",
  options: { train: 0.9, stratify: "topic", generated_in_validation: false, min_validation: null, seed: 0, keep: null, frozen: false },
  preview: sets as unknown,
  current: null as unknown,
  readiness: { valid: 102, generated: 9, ready: false, reasons: [{ sentence: "target fit is .3", blocking: true }] },
  python: "ds.split(train=0.9)",
  done: null as unknown,
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

describe("split panel", () => {
  it("says what stands against training and what the choice would give", () => {
    show();
    expect(byTest(el, "ready").textContent).toBe("✗ Not ready yet");
    expect(byTest(el, "reason").textContent).toBe("✗ blockstarget fit is .3");
    expect(byTest(el, "train").textContent).toBe("90 10.0 % generated");
    expect(byTest(el, "whole").textContent).toContain("90.0 % train");
  });

  it("shows topics as text and marks those without validation", () => {
    show();
    const rows = allByTest(el, "topic-row");
    expect(rows[0]?.textContent).toContain("<b>Cards");
    expect(rows[1]?.textContent).toContain("▿ none");
    expect(el.querySelector("tbody b")).toBeNull();
  });

  it("asks for another ratio when the slider is let go, and divides by its button", () => {
    const model = show();
    const slider = byTest(el, "ratio") as HTMLInputElement;
    slider.value = "80";
    slider.dispatchEvent(new Event("input"));
    expect(byTest(el, "ratio-value").textContent).toBe("80 % / 20 %");
    expect(model.sent).toEqual([]);
    slider.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { train: 0.8 } });
    byTest(el, "split-run").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "divide" });
  });

  it("says that records came after the split", async () => {
    const model = show();
    model.push({ current: { ...sets, new: 3, straddling_groups: 1 } });
    await settled();
    expect(byTest(el, "stale").textContent).toContain("1 group of records on both sides; 3 valid records came after");
    expect(byTest(el, "keep")).not.toBeNull();
    byTest(el, "frozen").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { frozen: true } });
  });

  it("says what to do without records", () => {
    show({ readiness: { valid: 0, generated: 0, ready: false, reasons: [] }, preview: null });
    expect(byTest(el, "empty").textContent).toContain("import some");
    expect(el.querySelector("[data-testid=split-run]")).toBeNull();
  });
});
