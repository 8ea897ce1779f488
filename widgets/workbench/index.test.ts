// The page of a dataset: keys go to panels, but not while one types.
import { beforeEach, expect, test } from "vitest";
import { byTest, FakeModel, settled } from "../shared/testing/model.ts";
import workbench from "./index.ts";

const panel = (name: string, key: string) => ({ name, title: name, key, python: `ds.${name}()`, next: false, pinned: false, widget: null });
const summary = { name: "support", version: 3, total: 9, valid: 9, categorized: 0, generated: 0, last_sanitized: null, balance: null, target_fit: null, synthetic_share: 0, ready: false, next_act: { act: "topics", sentence: "Find topics." }, reasons: [] };

let el: HTMLElement;
let model: FakeModel;
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
  model = new FakeModel({ error: "", static_html: "", summary, definitions: {}, panels: [panel("topics", "t"), panel("records", "b")], told: null });
  workbench.render({ model, el });
});

const press = (node: Element, key: string, more: KeyboardEventInit = {}): KeyboardEvent => {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...more });
  node.dispatchEvent(event);
  return event;
};
const asked = (): unknown[] => model.sent.filter(({ act }) => act === "show_panel").map(({ options }) => options["name"]);

test("g and a letter open a panel", async () => {
  const button = byTest(el, "open-topics");
  press(button, "g");
  press(button, "b");
  await settled();
  expect(asked()).toEqual(["records"]);
});

test("what is typed in a field of a panel goes nowhere", async () => {
  const inside = el.querySelector(".rft__body") as HTMLElement;
  for (const field of [document.createElement("input"), document.createElement("textarea"), document.createElement("select"), document.createElement("div")]) {
    if (field instanceof HTMLDivElement) Object.defineProperty(field, "isContentEditable", { value: true });
    inside.append(field);
    for (const key of ["g", "b", "g", "t", "?"]) expect(press(field, key).defaultPrevented).toBe(false);
  }
  await settled();
  expect(asked()).toEqual([]);
  expect(document.querySelector("[role=dialog]")).toBeNull();
});

test("a g that was typed in a field does not wait for the next letter outside it", async () => {
  const field = document.createElement("input");
  el.querySelector(".rft__body")?.append(field);
  press(field, "g");
  press(byTest(el, "open-topics"), "b");
  await settled();
  expect(asked()).toEqual([]);
});

test("keys with Control, Alt or Command are left to the page", async () => {
  const button = byTest(el, "open-topics");
  for (const more of [{ ctrlKey: true }, { metaKey: true }, { altKey: true }]) {
    press(button, "g", more);
    press(button, "b");
  }
  await settled();
  expect(asked()).toEqual([]);
});
