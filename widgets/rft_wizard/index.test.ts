import { beforeEach, describe, expect, it } from "vitest";
import { byTest, FakeModel, settled } from "../shared/testing/model.ts";
import wizard from "./index.ts";

const step = (name: string, done: boolean, open: boolean, widgets: string[] = []) => ({ name, title: name.toUpperCase(), says: `what ${name} is for`, done, open, against: "", widgets });
const state = { error: "", static_html: "", steps: [step("split", true, true), step("grader", false, true, ["anywidget:g"]), step("dry_run", false, false)], step: "grader", against: "keep the grader first", offers: [] as unknown };

let el: HTMLElement;
let drawn: string[];
const widgets = { getWidget: (reference: string) => Promise.resolve({ render: ({ el: place }: { el: HTMLElement }) => { drawn.push(reference); place.textContent = reference; return Promise.resolve(); } }) };
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  wizard.render({ model, el, host: widgets });
  return model;
};
beforeEach(() => {
  drawn = [];
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("wizard", () => {
  it("says where one is, what it is for, and what stands against going on", async () => {
    const model = show();
    await settled();
    expect(el.querySelector("[aria-current=step]")?.textContent).toContain("GRADER");
    expect(byTest(el, "says").textContent).toBe("what grader is for");
    expect(byTest(el, "against").textContent).toBe("To go on, keep the grader first.");
    expect(drawn).toEqual(["anywidget:g"]);
    byTest(el, "wizard-continue").click();
    expect(model.sent.at(-1)?.act).toBe("forward");
    byTest(el, "wizard-back").click();
    expect(model.sent.at(-1)?.act).toBe("back");
  });

  it("goes to steps that were reached, and to no others", () => {
    const model = show();
    byTest(el, "step-split").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "go", options: { step: "split" } });
    expect(byTest(el, "step-dry_run").tagName).toBe("SPAN");
  });

  it("leaves a panel alone that stays, and draws the next one", async () => {
    const model = show();
    await settled();
    model.push({ against: "" });
    await settled();
    expect(drawn).toEqual(["anywidget:g"]);
    model.push({ step: "dry_run", steps: [step("split", true, true), step("grader", true, true), step("dry_run", false, true, ["anywidget:d"])] });
    await settled();
    await settled();
    expect(drawn).toEqual(["anywidget:g", "anywidget:d"]);
  });

  it("offers the ways out of a NO-GO", () => {
    const model = show({ offers: [{ act: "sft_first", title: "SFT first", why: "a warm start" }] });
    byTest(el, "offer-sft_first").click();
    expect(model.sent.at(-1)?.act).toBe("sft_first");
  });
});
