import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const code = (name: string, error: boolean, count: number, advice = "") => ({ code: name, error, count, share: count / 100, meaning: `What ${name} means.`, advice });
const state = {
  error: "",
  static_html: "",
  work: null as unknown,
  done: null as unknown,
  listed: null as unknown,
  curve: { floor: 0.5, thresholds: [0.69, 0.7, 0.71], records: [12, 9, 4] } as unknown,
  report: {
    total: 100,
    valid: 90,
    invalid: 10,
    unchecked: 0,
    codes: [code("duplicate", true, 10), code("secret", false, 2, "2 of 100 records look like they hold a key.")],
    options: { max_tokens: 32000, near_duplicates: 0.7, model: null } as unknown,
    defaults: { max_tokens: 32000, near_duplicates: 0.7 },
    last: "2026-01-02 03:04",
    stale: "",
    python: "ds.sanitize()",
  },
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

describe("sanitize panel", () => {
  it("keeps errors and warnings apart, each with its meaning and advice", () => {
    show();
    expect(byTest(el, "valid").textContent).toBe("90 90.0 %");
    expect(byTest(byTest(el, "errors"), "code-row").textContent).toContain("What duplicate means.");
    expect(byTest(byTest(el, "warnings"), "code-row").textContent).toContain("look like they hold a key");
  });

  it("moves the threshold and its number without asking", () => {
    const model = show();
    const slider = byTest(el, "near-duplicates") as HTMLInputElement;
    expect(byTest(el, "near-count").textContent).toBe("9 records would be warned about");
    slider.value = "0.71";
    slider.dispatchEvent(new Event("input"));
    expect(byTest(el, "near-count").textContent).toContain("4 records");
    expect(model.sent).toEqual([]);
    slider.dispatchEvent(new Event("change"));
    expect(byTest(el, "python").textContent).toBe("ds.sanitize(near_duplicates=0.71)");
    byTest(el, "sanitize-run").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "sanitize", options: { near_duplicates: 0.71 } });
  });

  it("turns into Stop while it runs", () => {
    const model = show();
    model.push({ work: { name: "sanitize", done: 40, total: 100, rate: 10, left: 6, seconds: 4, note: "checking records", stopping: false, can_stop: true } });
    return settled().then(() => {
      expect(el.querySelector("[data-testid=sanitize-run]")).toBeNull();
      expect(byTest(el, "progress-words").textContent).toContain("40 of 100");
      byTest(el, "stop").click();
      expect(model.sent.at(-1)?.act).toBe("stop");
    });
  });

  it("lists the records of a code as text and goes back to the code", async () => {
    const model = show();
    (el.querySelector("[data-testid=code][data-code=duplicate]") as HTMLElement).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "show_code", options: { code: "duplicate" } });
    const rows = [{ id: "<b>", text: "<script>alert(1)</script>", why: "Exact copy of record a.", selected: false }];
    model.push({ listed: { code: "duplicate", matching: 1, rows, python: "ds.records()" } });
    await settled();
    expect(byTest(el, "listed-code").textContent).toBe("duplicate: 1 record");
    expect(byTest(el, "records-row").textContent).toContain("<script>alert(1)</script>");
    expect(el.querySelector("script, b:not([class])")).toBeNull();
    expect(allByTest(el, "code-row").every((row) => row.closest("[hidden]") !== null)).toBe(true);
    byTest(el, "listed").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(model.sent.at(-1)).toMatchObject({ act: "show_code", options: {} });
  });

  it("takes repairs back from the list of repaired records alone", async () => {
    const model = show({ listed: { code: "repaired", matching: 3, rows: [], python: "" } });
    byTest(el, "undo-repairs").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "undo_repairs", options: {} });
    model.push({ listed: { code: "secret", matching: 3, rows: [], python: "" } });
    await settled();
    expect(el.querySelector("[data-testid=undo-repairs]")).toBeNull();
  });

  it("says what to do where nothing was checked, and undoes with u", async () => {
    const report = { ...state.report, options: null, unchecked: 100, codes: [], last: "" };
    const model = show({ report, curve: null });
    expect(byTest(el, "empty").textContent).toContain("Nothing was checked yet");
    expect(byTest(el, "sanitize-run").textContent).toBe("Sanitize");
    model.push({ done: { sentence: "Checked 100 records.", python: "ds.sanitize()", undo: true } });
    await settled();
    byTest(el, "undo").dispatchEvent(new KeyboardEvent("keydown", { key: "u", bubbles: true }));
    expect(model.sent.at(-1)?.act).toBe("undo");
  });
});
