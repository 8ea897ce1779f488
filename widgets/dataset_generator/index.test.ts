import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import generator from "./index.ts";
import type { Field, Form, Talk, Writer, Written } from "./model.ts";

const NAMES = ["role_persona", "task_goal", "use_case", "input_format", "output_format", "domain_expertise", "interaction_type", "diversity_requirements", "realism_requirements", "edge_cases", "constraints", "dataset_format"];
const field = (name: string, at: number, more: Partial<Field> = {}): Field => ({ name, title: name, required: at < 5, value: "", whole: true, source: "", by_hand: false, evidence: "", question: `what ${name}?`, example: "", ...more });
const checklist = (): Field[] => NAMES.map((name, at) => field(name, at));
const talk = (more: Partial<Talk> = {}): Talk => ({
  question: { kind: "ask", field: "use_case", text: "What is the data for?", examples: [], choices: ["train a model", "test a prompt"] },
  lines: [], more: 0, progress: { required: 2, required_total: 5, filled: 3, total: 12 }, confirmed: false, rounds: 0, variables: [], examples: [], example_count: 0, instructions: [], prompt: false, ...more,
});
const writer: Writer = { name: "rftkit/offline", offline: true, base_url: null, prices: null, cost_usd: 0, cap_usd: null, ability: null };
const form: Form = { count: 100, format: "jsonl", name: "", excel_safe: false, without_answers: false, budget_usd: null, begun: false, python: "session.write(100, 'jsonl')" };
const offer = { count: 100, batch: 10, calls: 10, prompt_tokens: 900, completion_tokens: 100, cost_usd: 0, low_usd: 0, high_usd: 0, cap_usd: 0, edge_cases: 20, instructions: ["the answer is one of a, b"], ability: "", unfollowed: [] };
const state = (more: Record<string, unknown> = {}) => ({
  error: "", static_html: "", step: "requirements", talk: talk(), checklist: checklist(), analysis: null as unknown, model: writer, models: [] as unknown[], cards: null as unknown,
  form, offer: null as unknown, refusal: "", written: [] as Written[], workbench: null as unknown, work: null as unknown, done: null as unknown, ...more,
});

let el: HTMLElement;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

function show(more: Record<string, unknown> = {}): FakeModel {
  const model = new FakeModel(state(more));
  generator.render({ model, el });
  return model;
}
const press = (key: string, more: KeyboardEventInit = {}): void => {
  (document.activeElement ?? el).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
};
const answer = (): HTMLTextAreaElement => byTest(el, "answer") as HTMLTextAreaElement;
const row = (name: string): HTMLElement => el.querySelector(`[data-testid=field][data-name=${name}]`) as HTMLElement;

describe("dataset generator", () => {
  it("sends an answer with Enter, keeps it where it was refused and clears it where it was taken", async () => {
    const model = show();
    answer().focus();
    answer().value = "for tests";
    press("Enter", { shiftKey: true });
    expect(model.sent).toHaveLength(0);
    press("Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "answer", options: { text: "for tests" } });
    model.answer({ error: "no" });
    await settled();
    expect(answer().value).toBe("for tests");
    press("Enter");
    model.answer({});
    await settled();
    expect(answer().value).toBe("");
    expect(document.activeElement).toBe(answer());
  });

  it("sends what was said while the last answer was being read, unless the question is another by then", async () => {
    const confirm = talk({ question: { kind: "confirm", field: "", text: "Is that right?", examples: [], choices: [] } });
    const work = { name: "answer", note: "", done: 0, total: null, stop: false };
    const model = show({ talk: confirm, work });
    byTest(el, "confirm").click();
    await settled();
    expect(model.sent).toHaveLength(0);
    model.push({ work: null });
    await settled();
    expect(model.sent.map((one) => one.act)).toEqual(["answer"]);
    model.answer({});
    await settled();
    model.push({ work });
    answer().value = "too late";
    answer().focus();
    press("Enter");
    model.push({ talk: talk() });
    model.push({ work: null });
    await settled();
    expect(model.sent).toHaveLength(1);
    expect(answer().value).toBe("too late");
  });

  it("picks a choice by mouse and by number", async () => {
    const model = show();
    (allByTest(el, "choice")[1] as HTMLElement).click();
    expect(model.sent.at(-1)).toMatchObject({ act: "answer", options: { text: "test a prompt" } });
    model.answer({});
    await settled();
    row("task_goal").focus();
    press("1");
    expect(model.sent.at(-1)).toMatchObject({ act: "answer", options: { text: "train a model" } });
  });

  it("shows twelve fields, how many are there, and where each came from", () => {
    const values: Partial<Field>[] = [{ value: "a nurse", source: "derived", evidence: "You are a nurse" }, { value: "sort", source: "said" }, { value: "tests", source: "assumed" }, { value: "mine", source: "said", by_hand: true }];
    show({ checklist: NAMES.map((name, at) => field(name, at, values[at])) });
    expect(allByTest(el, "field")).toHaveLength(12);
    expect(byTest(el, "progress").textContent).toBe("2 of 5 required · 3 of 12");
    expect(allByTest(el, "source").slice(0, 6).map((one) => one.textContent)).toEqual(["derived from the prompt", "said by you", "assumed", "written by you", "open, required", "open"]);
    expect(allByTest(el, "source")[0]?.title).toBe("stands on: “You are a nurse”");
  });

  it("edits the checklist in place by key and gives the focus back", async () => {
    const model = show();
    row("role_persona").focus();
    press("j");
    expect(document.activeElement).toBe(row("task_goal"));
    press("e");
    await settled();
    const text = byTest(el, "edit-text") as HTMLTextAreaElement;
    text.value = "sort messages";
    press("Enter", { ctrlKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "edit", options: { field: "task_goal", value: "sort messages" } });
    model.answer({});
    await settled();
    expect(el.querySelector("[data-testid=edit-text]")).toBeNull();
    expect(document.activeElement).toBe(row("task_goal"));
  });

  it("keeps what is typed when the checklist changes under it", async () => {
    const model = show();
    row("task_goal").focus();
    press("e");
    await settled();
    (byTest(el, "edit-text") as HTMLTextAreaElement).value = "half";
    byTest(el, "edit-text").dispatchEvent(new Event("input"));
    answer().value = "half an answer";
    model.push({ checklist: NAMES.map((name, at) => field(name, at, at === 0 ? { value: "x", source: "said" } : {})) });
    await settled();
    expect((byTest(el, "edit-text") as HTMLTextAreaElement).value).toBe("half");
    expect(answer().value).toBe("half an answer");
  });

  it("goes to a part with g and a letter, from anywhere but a field", () => {
    const model = show();
    byTest(el, "step-requirements").focus();
    press("g");
    press("w");
    expect(model.sent.at(-1)).toMatchObject({ act: "go", options: { step: "set" } });
    answer().focus();
    press("g");
    press("s");
    expect(model.sent).toHaveLength(1);
  });

  it("says back what was understood and confirms with a button", () => {
    const model = show({ talk: talk({ question: { kind: "confirm", field: "", text: "This is what I understood.\nTask: sort <i>x</i> (said by you)\nIs that right?", examples: [], choices: ["yes", "no"] } }) });
    expect(byTest(el, "question").querySelector("i")).toBeNull();
    expect(byTest(el, "question").textContent).toContain("Task sort <i>x</i> said by you");
    byTest(el, "confirm").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "answer", options: { text: "yes" } });
  });

  it("says what a set takes, what was begun, and does not offer it twice while it runs", async () => {
    const model = show({ step: "set", talk: talk({ confirmed: true }), offer, form: { ...form, begun: true } });
    expect(byTest(el, "write").textContent).toBe("Go on: 100 records, free");
    expect(byTest(el, "begun").textContent).toContain("begun and not finished");
    byTest(el, "write").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "write" });
    model.push({ work: { name: "write", done: 10, total: 100, rate: 5, left: 18, seconds: 2, note: "1 of 10 calls", stopping: false, can_stop: true } });
    await settled();
    expect(el.querySelector("[data-testid=write]")).toBeNull();
    expect(byTest(el, "progress-words").textContent).toContain("10 of 100 records");
    byTest(el, "stop").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "stop" });
  });

  it("announces the price and its cap before a paid set, and says why none can be written", async () => {
    const model = show({ step: "set", talk: talk({ confirmed: true }), model: { ...writer, name: "openai/x", offline: false }, offer: { ...offer, cost_usd: 0.2, low_usd: 0.1, high_usd: 0.4, cap_usd: 0.8 } });
    expect(byTest(el, "price").textContent).toBe("about $0.20 $0.10 to $0.40");
    expect(byTest(el, "announced").textContent).toContain("Never more than $0.80");
    model.push({ refusal: "Choose a model.", offer: null });
    await settled();
    expect(byTest(el, "refusal").textContent).toBe("Choose a model.");
    expect(el.querySelector("[data-testid=write]")).toBeNull();
  });

  it("shows what was written, short sets with their reason, and opens the workbench", () => {
    const set: Written = { requested: 100, written: 90, kept: 2, format: "csv", model: "openai/x", path: "a/<b>.csv", card: "a/<b>.csv.card.md", cost_usd: null, calls: 12, cached_calls: 3, gave_up: "the budget is spent", rejected: [{ code: "duplicate", count: 4, sentence: "the input is there already" }], warnings: ["2 cells are formulas"] };
    const model = show({ step: "set", talk: talk({ confirmed: true }), offer, written: [set] });
    expect(byTest(el, "set-count").textContent).toBe("▿ 90 of 100 records");
    expect(byTest(el, "gave-up").textContent).toContain("the budget is spent");
    expect(byTest(el, "set-path").textContent).toBe("a/<b>.csv");
    expect(byTest(el, "written").textContent).toContain("price unknown");
    byTest(el, "open-workbench").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "open_workbench" });
  });

  it("waits with samples and set for the confirmation, and leads back", () => {
    const model = show({ step: "set" });
    expect(byTest(el, "set-waits").textContent).toContain("until the requirements are confirmed");
    byTest(el, "to-requirements").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "go", options: { step: "requirements" } });
  });

  it("reads a prompt and shows what it answers and what it leaves open", async () => {
    const found = { derived: [{ title: "Task", value: "sort", evidence: "Sort the <b>message</b>" }], open: ["Use case"], variables: ["ticket"], examples: 1, dropped: ["Domain"], note: "", by: "openai/x" };
    const model = show({ analysis: found });
    expect(byTest(el, "derived").querySelector("b")).toBeNull();
    expect(byTest(el, "analysis").textContent).toContain("left open, because the model named them without words of the prompt: Domain");
    expect(byTest(el, "still-open").textContent).toContain("Use case");
    (byTest(el, "prompt") as HTMLTextAreaElement).value = "You are a nurse.";
    byTest(el, "prompt").dispatchEvent(new Event("input"));
    byTest(el, "analyze").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "analyze", options: { prompt: "You are a nurse.", file: "", record: "" } });
  });

  it("leaves every listener when it ends, and shows a saved page without controls", () => {
    const model = new FakeModel(state());
    generator.render({ model, el })();
    expect(model.listening).toBe(0);
    generator.freeze(state() as never, el);
    expect(el.querySelectorAll("button, textarea, input")).toHaveLength(0);
    expect(allByTest(el, "field")).toHaveLength(12);
  });
});
