import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import playground from "./index.ts";

const record = { id: "s1", at: 2, of: 5, talk: [{ role: "user", name: "", text: "<b>2 plus 2?</b>", parts: [], calls: [], editable: false }], fields: [{ name: "reference_answer", value: "<i>4</i>" }], answers: [{ name: "stored output", text: "It is 4.", calls: "" }, { name: "m, answer 1", text: "5", calls: "[]" }] };
const state = { error: "", static_html: "", work: null as unknown, done: null as unknown, record: record as unknown, grader_name: "numeric", asks: [] as unknown, graded: null as unknown, cases: [] as unknown, checked: null as unknown, python: "grader.grade(...)" };

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  playground.render({ model, el });
  return model;
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("grader playground", () => {
  it("shows record and fields as text, and begins with the stored answer", () => {
    const model = show();
    expect(byTest(el, "fields").textContent).toBe("item.reference_answer<i>4</i>");
    expect(el.querySelector("i")).toBeNull();
    expect((byTest(el, "answer") as HTMLTextAreaElement).value).toBe("It is 4.");
    byTest(el, "grade").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "grade", options: { text: "It is 4.", calls: "", approved: false } });
  });

  it("takes another answer, and grades what is typed", () => {
    const model = show();
    const from = byTest(el, "answers") as HTMLSelectElement;
    from.value = "1";
    from.dispatchEvent(new Event("change"));
    expect((byTest(el, "answer") as HTMLTextAreaElement).value).toBe("5");
    (byTest(el, "answer") as HTMLTextAreaElement).value = "6, I think";
    byTest(el, "grade").click();
    expect(model.sent.at(-1)).toMatchObject({ options: { text: "6, I think", calls: "[]" } });
  });

  it("keeps what was typed when the grade comes, and shows the parts", async () => {
    const model = show();
    (byTest(el, "answer") as HTMLTextAreaElement).value = "6";
    byTest(el, "grade").click();
    model.push({ graded: { reward: 0.25, parts: [{ name: "acc", reward: 0.5 }], error: null, detail: null, explanation: "half right" } });
    await settled();
    expect((byTest(el, "answer") as HTMLTextAreaElement).value).toBe("6");
    expect(byTest(el, "graded").textContent).toBe("reward0.25acc0.50half right");
  });

  it("shows an error as an error", () => {
    show({ graded: { reward: null, parts: [], error: "python_grader_runtime_error", detail: "division by zero", explanation: null } });
    expect(byTest(el, "grade-error").textContent).toBe("python grader runtime error: division by zero");
  });

  it("keeps known answers and says which are not as expected", async () => {
    const model = show();
    byTest(el, "add-case").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "add_case", options: { level: "perfect", text: "It is 4." } });
    model.push({ cases: [{ id: "s1", level: "perfect", output_text: "4" }], checked: { passed: false, in_order: true, cases: [{ reward: 0.1, passed: false }] } });
    await settled();
    expect(allByTest(el, "case")[0]?.textContent).toContain("✗ 0.10");
    expect(byTest(el, "checked").textContent).toBe("✗ some are not as expected");
  });
});
