import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import builder from "./index.ts";

const part = (name: string, weight = 1) => ({ name, type: "python", weight, preset: name, about: "Compare.", options: { reference: "reference_answer", tolerance: 0, ignore_case: false, schema: null }, models: [] as string[] });
const state = {
  error: "", static_html: "", work: null as unknown, done: null as unknown,
  presets: [{ name: "numeric_answer", about: "Compare the final number." }, { name: "python", about: "written by hand", kind: true }] as unknown,
  parts: [] as unknown, text: "", problems: [] as unknown, versions: [] as unknown, kept: null as unknown, probes: null as unknown, python: "grader = ...",
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  builder.render({ model, el });
  return model;
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("grader builder", () => {
  it("begins with a preset, and adds to what there is", async () => {
    const model = show();
    expect(byTest(el, "empty").textContent).toContain("take a preset");
    (el.querySelector("[data-preset=numeric_answer]") as HTMLElement).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "use_preset", options: { preset: "numeric_answer" } });
    model.push({ parts: [part("numeric_answer")], text: "{}" });
    await settled();
    (el.querySelector("[data-preset=numeric_answer]") as HTMLElement).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "add_part", options: { preset: "numeric_answer" } });
    expect(byTest(el, "sound").textContent).toBe("✓ Nothing is wrong with it.");
  });

  it("shows weights as shares, and options by their kind", () => {
    const model = show({ parts: [part("a", 3), part("b", 1)], text: "{}" });
    expect(allByTest(el, "part")[0]?.textContent).toContain("75.0 %");
    const reference = byTest(el, "option-a-reference") as HTMLInputElement;
    reference.value = "answer";
    reference.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "set_option", options: { name: "a", option: "reference", value: "answer" } });
    const schema = byTest(el, "option-b-schema") as HTMLInputElement;
    schema.value = '{"type": "object"}';
    schema.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ options: { value: { type: "object" } } });
  });

  it("says what is wrong as text, with what to write instead", () => {
    show({ parts: [part("a")], text: "{}", problems: [{ path: "operation", severity: "error", message: "<b>neq</b> is none", fix: "write ne" }] });
    expect(byTest(el, "problem").textContent).toBe("✗ error operation <b>neq</b> is none Write ne.");
    expect(el.querySelector("[data-testid=problem] b")).toBeNull();
  });

  it("keeps the grader with the reason that was typed", () => {
    const model = show({ parts: [part("a")], text: "{}" });
    (byTest(el, "reason") as HTMLInputElement).value = "numbers decide";
    byTest(el, "keep").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "keep", options: { reason: "numbers decide" } });
  });

  it("shows which cheats work", () => {
    show({ parts: [part("a")], text: "{}", probes: { passed: false, probes: [{ name: "echo", reward: 0.9, passed: false, why: "it repeats" }] } });
    expect(byTest(el, "cheats").textContent).toContain("✗ cheated");
  });

  it("takes JSON that was typed, and keeps it while something else changes", async () => {
    const model = show({ parts: [part("a")], text: "{}" });
    const field = byTest(el, "json") as HTMLTextAreaElement;
    field.value = '{"type": 1}';
    field.dispatchEvent(new Event("input"));
    model.push({ versions: [] });
    await settled();
    expect((byTest(el, "json") as HTMLTextAreaElement).value).toBe('{"type": 1}');
    byTest(el, "take-json").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "edit", options: { text: '{"type": 1}' } });
  });
});
