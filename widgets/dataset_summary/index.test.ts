import { beforeEach, describe, expect, it } from "vitest";
import { byTest, FakeModel, settled } from "../shared/testing/model.ts";
import summary from "./index.ts";

const state = {
  error: "",
  static_html: "",
  definitions: { balance: "smallest / largest", "target fit": "…", "synthetic share": "…" },
  summary: {
    name: "support",
    version: 7,
    total: 1200,
    from_traces: 1000,
    generated: 200,
    valid: 1100,
    invalid: 100,
    categorized: 900,
    topics: 12,
    last_sanitized: null as string | null,
    balance: 0.2,
    target_fit: 0.7,
    synthetic_share: 1 / 6,
    ready: false,
    next_act: { sentence: "Categorize 200 records.", python: "ds.categorize()" },
    reasons: [
      { rule: "small_topic", blocking: false, sentence: "fees has 12 records." },
      { rule: "unassigned", blocking: true, sentence: "18.2 % have no topic, 10 % are allowed." },
    ],
  },
};

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
});

describe("dataset summary", () => {
  it("shows counts, scores and the next act", () => {
    summary.render({ model: new FakeModel(structuredClone(state)), el });
    expect(byTest(el, "total").textContent).toBe("1,200 1,000 from traces");
    expect(byTest(el, "synthetic-share").textContent).toBe("16.7 %");
    expect(byTest(el, "next-act").textContent).toBe("Next: Categorize 200 records.ds.categorize()");
    expect(byTest(el, "last-sanitized").textContent).toBe("not yet");
  });

  it("puts what blocks before what is worth a look", () => {
    summary.render({ model: new FakeModel(structuredClone(state)), el });
    const rules = [...byTest(el, "reasons").children].map((item) => (item as HTMLElement).dataset["rule"]);
    expect(rules).toEqual(["unassigned", "small_topic"]);
    expect(byTest(el, "ready").textContent).toContain("Not ready");
  });

  it("asks for a refresh and shows why it was refused", async () => {
    const model = new FakeModel(structuredClone(state));
    summary.render({ model, el });
    byTest(el, "refresh").click();
    expect(model.sent[0]).toMatchObject({ act: "refresh" });
    model.push({ error: "The folder is gone." });
    model.answer({ error: "The folder is gone." });
    await settled();
    expect(byTest(el, "error").textContent).toBe("The folder is gone.");
  });
});
