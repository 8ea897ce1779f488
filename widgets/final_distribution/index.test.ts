import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel } from "../shared/testing/model.ts";
import final from "./index.ts";

const topic = (path: string, before: number, added: number, target = 0.5) => ({
  path,
  before,
  added,
  after: before + added,
  share_before: before / 100,
  share_after: (before + added) / 150,
  target,
  status_before: "under",
  status_after: "ok",
});

const state = (more: Record<string, unknown> = {}) => ({
  error: "",
  static_html: "",
  compared: { before: null, version: 3 },
  definitions: { balance: "smallest / largest" },
  distribution: {
    total_before: 100,
    total_after: 150,
    added: 50,
    balance_before: 0.25,
    balance_after: 1,
    balance_rating_before: "poor",
    balance_rating_after: "excellent",
    target_fit_before: 0.7,
    target_fit_after: 1,
    synthetic_share_before: 0,
    synthetic_share_after: 0.333,
    topics: [topic("loans", 25, 50), topic("<b>cards</b>", 75, 0)],
    rest: { topics: 0, added: 0 },
  },
  ...more,
});

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("final distribution", () => {
  it("shows both scores before and after, by name", () => {
    final.render({ model: new FakeModel(state()), el });
    expect(byTest(el, "balance").textContent).toBe("0.25 → 1.00 poor → excellent");
    expect(byTest(el, "target-fit").textContent).toBe("0.70 → 1.00");
    expect(byTest(el, "total").textContent).toBe("100 → 150 +50");
  });

  it("has a bar per topic with what was added on it, and names as text", () => {
    final.render({ model: new FakeModel(state()), el });
    const [loans, cards] = allByTest(el, "topic-row");
    expect(loans?.querySelector(".rft__fill--added")).not.toBeNull();
    expect(cards?.querySelector(".rft__fill--added")).toBeNull();
    expect(cards?.textContent).toContain("<b>cards</b>");
  });

  it("compares with another version", () => {
    const model = new FakeModel(state());
    final.render({ model, el });
    const pick = byTest(el, "compare") as HTMLSelectElement;
    pick.value = "2";
    pick.dispatchEvent(new Event("change"));
    expect(model.sent[0]).toMatchObject({ act: "compare", options: { before: 2 } });
  });

  it("says what to do where there is nothing to compare", () => {
    final.render({ model: new FakeModel(state({ distribution: null })), el });
    expect(byTest(el, "empty").textContent).toContain("Nothing to compare yet");
  });
});
