import { beforeEach, expect, it, vi } from "vitest";
import { h, redraw } from "./dom.ts";

let root: HTMLElement;
beforeEach(() => {
  vi.useFakeTimers();
  root = h("div", {}, h("button", { class: "rft__button" }, "Start"));
  document.body.replaceChildren(root);
});

it("leaves the focus on the element with the same key", () => {
  redraw(root, h("input", { key: "a" }));
  (root.firstElementChild as HTMLElement).focus();
  redraw(root, h("input", { key: "b" }), h("input", { key: "a" }));
  expect(document.activeElement).toBe(root.lastElementChild);
});

it("draws a button anew only when it is let go, so that its click is not lost", () => {
  const button = root.firstElementChild as HTMLElement;
  button.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  redraw(root, "first");
  redraw(root, "second");
  expect(root.firstElementChild).toBe(button);
  button.dispatchEvent(new Event("pointerup", { bubbles: true }));
  expect(root.firstElementChild).toBe(button);
  vi.runAllTimers();
  expect(root.textContent).toBe("second");
});

it("draws at once while something else is pressed", () => {
  const slider = h("input", { type: "range" });
  redraw(root, slider);
  slider.dispatchEvent(new Event("pointerdown", { bubbles: true }));
  redraw(root, "moved");
  expect(root.textContent).toBe("moved");
});
