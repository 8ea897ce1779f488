import { beforeEach, describe, expect, it, vi } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { toPlace, toScreen, whole, zoomed } from "./camera.ts";
import map from "./index.ts";
import { places } from "./model.ts";
import { written } from "./names.ts";
import { Near } from "./near.ts";
import { thinned } from "./plot.ts";

const state = {
  error: "",
  static_html: "",
  work: null as unknown,
  done: null as unknown,
  total: 4,
  drawn: { number: 1, version: 3, method: "pca", shown: 40, said: "40 records", stale: "", python: "ds.map(invalid=True)", names: [] as unknown[] } as unknown,
  legend: {
    by: "topic",
    level: 1,
    levels: 2,
    groups: [
      { name: "Cards", path: "Cards", count: 3, tone: "t0" },
      { name: "unassigned", path: "unassigned", count: 1, tone: "none" },
    ],
  },
  selection: { count: 0, number: 0, topics: [] as unknown[], more: 0 },
  tones: { t0: ["#000", "#fff"], none: ["#ccc", "#444"] },
};

class Sizes {
  observe(): void {}
  disconnect(): void {}
}
let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  map.render({ model, el });
  return model;
};
const acts = (model: FakeModel): string[] => model.sent.map((one) => one.act);

beforeEach(() => {
  vi.stubGlobal("ResizeObserver", Sizes);
  HTMLCanvasElement.prototype.getContext = (() => null) as never;
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("topic map", () => {
  it("draws itself where it was not drawn, and says what to do without records", () => {
    expect(acts(show({ drawn: null }))).toEqual(["draw"]);
    expect(acts(show({ drawn: null, total: 0 }))).toEqual([]);
    expect(byTest(el, "empty").textContent).toContain("No records yet");
  });

  it("asks for the dots once they are drawn and again when they change", async () => {
    const model = show();
    expect(acts(model)).toEqual(["points"]);
    model.answer({ error: "no" });
    await settled();
    expect(acts(model)).toEqual(["points", "marked"]);
    model.push({ drawn: { ...(state.drawn as object), number: 2 }, legend: state.legend });
    await settled();
    expect(acts(model)).toEqual(["points", "marked", "points"]);
  });

  it("selects by the legend, adds with Shift, and assigns by a search", async () => {
    const model = show();
    const group = allByTest(el, "group")[0] as HTMLElement;
    group.click();
    expect(model.sent.at(-1)).toMatchObject({ act: "select_group", options: { path: "Cards", mode: "only" } });
    group.dispatchEvent(new MouseEvent("click", { shiftKey: true }));
    expect(model.sent.at(-1)).toMatchObject({ options: { mode: "add" } });
    model.push({ selection: { count: 3, number: 1, topics: [{ topic: "Cards", count: 3 }], more: 0 } });
    await settled();
    expect(byTest(el, "selected").textContent).toBe("3 records selected Cards 3");
    byTest(el, "panel").dispatchEvent(new KeyboardEvent("keydown", { key: "t", bubbles: true }));
    expect(document.activeElement).toBe(byTest(el, "topic-search"));
    byTest(el, "map-canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape", bubbles: true }));
    expect(model.sent.at(-1)?.act).toBe("select_none");
  });

  it("colours by something else, and offers a better map that can be stopped", async () => {
    const model = show();
    const names = [...byTest(el, "colour-by").querySelectorAll("button")].map((one) => one.textContent);
    expect(names).toEqual(["topic", "subtopic", "confidence", "valid", "generated"]);
    (byTest(el, "colour-by").querySelectorAll("button")[1] as HTMLElement).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "colour_by", options: { by: "topic", level: 2 } });
    byTest(el, "improve").click();
    expect(model.sent.at(-1)?.act).toBe("improve");
    model.push({ work: { name: "map", done: 0, total: 0, rate: 0, left: null, seconds: 4, note: "UMAP of 4 records", stopping: false, can_stop: true } });
    await settled();
    byTest(el, "stop").click();
    expect(model.sent.at(-1)?.act).toBe("stop");
  });
});

describe("places", () => {
  it("come as they were sent", () => {
    const view = new DataView(new ArrayBuffer(4));
    view.setUint16(0, 65535, true);
    expect([...places(view)]).toEqual([1, 0]);
  });

  it("stay under the pointer while one zooms", () => {
    const before = whole(600, 400);
    const after = zoomed(before, 3, 100, 50);
    expect(toPlace(after, 100, 50)[0]).toBeCloseTo(toPlace(before, 100, 50)[0]);
    expect(toScreen(after, ...toPlace(after, 33, 44))).toEqual([expect.closeTo(33), expect.closeTo(44)]);
  });

  it("are found by the pointer, the nearest one within reach", () => {
    const near = new Near(new Float32Array([0, 0, 0.5, 0.5, 0.52, 0.5, 1, 1]));
    expect([near.find(0.511, 0.5, 0.05), near.find(0.5, 0.5, 0.05), near.find(0.9, 0.1, 0.05), near.find(1, 1, 0.01)]).toEqual([2, 1, -1, 3]);
  });

  it("have names that do not stand on each other, the larger topic first", () => {
    const names = [
      { name: "large", path: "large", x: 0.5, y: 0.5, count: 9 },
      { name: "under it", path: "b", x: 0.52, y: 0.5, count: 5 },
      { name: "elsewhere", path: "c", x: 0.1, y: 0.9, count: 1 },
    ];
    const shown = written(names, whole(600, 400), (name) => 7 * name.length);
    expect(shown.map((one) => one.name)).toEqual(["large", "elsewhere"]);
    const near = zoomed(zoomed(whole(600, 400), 8, 300, 200), 4, 300, 200);
    expect(written(names, near, (name) => 7 * name.length).map((one) => one.name)).toEqual(["large", "under it"]);
  });

  it("of a lasso are thinned, but never below a shape", () => {
    expect(thinned([[0, 0], [1, 0], [2, 0], [9, 0], [9, 9]])).toEqual([[0, 0], [9, 0], [9, 9]]);
    expect(thinned([[0, 0], [1, 0], [1, 1]])).toHaveLength(3);
  });
});
