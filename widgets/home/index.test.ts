import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const row = (name: string, more: Record<string, unknown> = {}) => ({ id: `${name}.rft`, name, version: 4, when: "2026-01-02 03:04", step: "import", records: 1200, valid: 1100, generated: 0, topics: 5, balance: 0.5, target_fit: 0.9, ready: true, next_act: "Split them.", waits: false, problem: "", ...more });
const state = {
  error: "",
  static_html: "",
  rows: [row("support"), row("<b>bad", { problem: "Line 1 is damaged." }), row("fresh", { version: 0, when: "", step: "", ready: null })],
  known: { folder: "/w", total: 3, matching: 3, sought: "", waiting: 0, generate: false },
  opened: null as unknown,
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

describe("home", () => {
  it("lists datasets with counts, scores and the next act; damaged ones with a sentence, as text", () => {
    show();
    const rows = allByTest(el, "dataset-row").map((one) => one.textContent);
    expect(rows[0]).toBe("support1,20050.500.902026-01-02 03:04 import✓ ready Split them.");
    expect(rows[1]).toBe("<b>bad✗ damaged Line 1 is damaged.");
    expect(rows[2]).toBe("fresh–––––Import traces.");
    expect(allByTest(el, "open")).toHaveLength(2);
    expect(allByTest(el, "generate")).toEqual([]);
  });

  it("opens one and closes it again", async () => {
    const model = show();
    byTest(el, "open").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "open_dataset", options: { name: "support.rft" } });
    model.push({ opened: { name: "support.rft", widget: "anywidget:1", python: "Workbench(ds)" } });
    await settled();
    expect(byTest(el, "open").getAttribute("aria-expanded")).toBe("true");
    byTest(el, "close-dataset").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "close_dataset" });
  });

  it("adds one by its name, with Enter or the button", () => {
    const model = show();
    const field = byTest(el, "new-name") as HTMLInputElement;
    field.value = "mine";
    field.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter" }));
    expect(model.sent.at(-1)).toMatchObject({ act: "add", options: { name: "mine" } });
  });

  it("says where scores are still worked out and asks for more datasets", async () => {
    const model = show({ rows: [row("a", { waits: true, records: null })], known: { ...state.known, total: 230, matching: 230, waiting: 3, generate: true } });
    expect(byTest(el, "waiting").textContent).toContain("3 datasets");
    expect(byTest(el, "dataset-row").textContent).toContain("…");
    expect(allByTest(el, "generate")).toHaveLength(1);
    byTest(el, "more").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "more", options: { offset: 1 } });
    model.answer({ value: [row("b")] });
    await settled();
    expect(allByTest(el, "dataset-row")).toHaveLength(2);
  });

  it("says what to do first in an empty folder", () => {
    show({ rows: [], known: { ...state.known, total: 0, matching: 0 } });
    expect(byTest(el, "empty").textContent).toContain("add one");
  });
});
