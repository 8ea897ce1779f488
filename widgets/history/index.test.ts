import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import panel from "./index.ts";

const row = (version: number, more: Record<string, unknown> = {}) => ({ version, step: "delete", when: "2026-01-02 03:04", what: "deleted 3", configuration: "", state: "", ...more });
const state = {
  error: "",
  static_html: "",
  versions: [row(3, { state: "now", step: "<b>edit</b>" }), row(2, { configuration: "targets: {}" }), row(1, { state: "taken back" })],
  head: { name: "support", version: 3, content: 3, total: 3, undo: "edit (version 3)", redo: "" },
  change: null as unknown,
  diff: null as unknown,
  opened: null as unknown,
  done: null,
};
const change = { version: 1, step: "import", when: "2026-01-02 03:04", taken_back: [{ version: 3, step: "edit", when: "" }, { version: 2, step: "delete", when: "" }], brought_back: [], now: { records: 99, valid: 99, topics: 2 }, then: { records: 102, valid: 99, topics: 0 } };

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

describe("history", () => {
  it("lists versions with what came of them, as text", () => {
    show();
    expect(allByTest(el, "version-row").map((one) => one.textContent)).toEqual(["32026-01-02 03:04<b>edit</b> ✓ nowdeleted 3", "22026-01-02 03:04deletedeleted 3optionstargets: {}", "12026-01-02 03:04delete taken backdeleted 3"]);
    expect((byTest(el, "redo") as HTMLButtonElement).disabled).toBe(true);
    expect(byTest(el, "undo-last").title).toBe("Takes back: edit (version 3)");
  });

  it("says what going back would change before it goes", async () => {
    const model = show();
    allByTest(el, "choose")[2]?.click();
    expect(model.sent.at(-1)).toMatchObject({ act: "look_back", options: { version: 1 } });
    model.push({ change });
    await settled();
    expect(byTest(el, "taken-back").textContent).toBe("Going there takes backedit version 3delete version 2");
    expect(byTest(el, "counts").textContent).toBe("records 99 → 102valid 99topics 2 → 0");
    byTest(el, "go").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "go_to", options: { version: 1 } });
  });

  it("offers nothing to go to where nothing would change", () => {
    show({ change: { ...change, taken_back: [] } });
    expect(allByTest(el, "go")).toEqual([]);
    expect(byTest(el, "change").textContent).toContain("as it was then");
  });

  it("shows what differs between two versions", () => {
    const records = { added: 0, removed: 3, edited: 0, other_topic: 2, other_verdict: 0, other_split: 0 };
    show({ diff: { before: { version: 1, ...change.then }, after: { version: 3, ...change.now }, records, topics: { added: ["<i>"], removed: [], renamed: [["a", "b"]], moved: [] }, by_topic: [{ path: null, before: 5, after: 2 }], more: 0, python: "ds.version_diff(1)" } });
    expect(byTest(el, "diff-removed").textContent).toBe("3");
    expect(byTest(el, "diff-row").textContent).toBe("unassigned52−3");
    expect(byTest(el, "diff").textContent).toContain("renamed: a → b");
    expect(allByTest(el, "diff-added")).toEqual([]);
  });

  it("leaves with Escape", () => {
    const model = show({ change });
    byTest(el, "detail").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(model.sent.at(-1)).toMatchObject({ act: "put_away" });
  });

  it("asks for older versions page by page", async () => {
    const model = show({ head: { ...state.head, total: 4 } });
    byTest(el, "older").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "older", options: { offset: 3 } });
    model.answer({ value: [row(0)] });
    await settled();
    expect(allByTest(el, "version-row")).toHaveLength(4);
  });

  it("says what a version is in an empty dataset", () => {
    show({ versions: [], head: { ...state.head, total: 0, undo: "" } });
    expect(byTest(el, "empty").textContent).toContain("from the first import on");
  });
});
