import { beforeEach, expect, it, vi } from "vitest";
import { dialog, reachable } from "./dialog.ts";
import { h } from "./dom.ts";
import { byTest } from "./testing/model.ts";

let root: HTMLElement;
let opener: HTMLButtonElement;
beforeEach(() => {
  opener = h("button", {}, "open");
  root = h("div", {}, opener);
  document.body.replaceChildren(root);
  opener.focus();
});

const press = (key: string, shiftKey = false): void => {
  document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true }));
};

it("takes the focus, keeps it inside and gives it back", () => {
  const closed = vi.fn();
  const shown = dialog(root, "Generate", closed);
  const last = h("button", {}, "start");
  shown.content.append(h("input", {}), last);
  expect(document.activeElement).toBe(byTest(root, "close"));
  press("Tab", true);
  expect(document.activeElement).toBe(last);
  press("Tab");
  expect(document.activeElement).toBe(byTest(root, "close"));
  press("Escape");
  expect(document.activeElement).toBe(opener);
  expect(closed).toHaveBeenCalledTimes(1);
  expect(root.querySelector("dialog")).toBeNull();
});

it("has a name and leaves out what is folded away", () => {
  const shown = dialog(root, "Generate", () => {});
  shown.content.append(h("details", {}, h("summary", {}, "more"), h("input", {})), h("div", { hidden: true }, h("button", {}, "no")));
  expect(shown.box.getAttribute("aria-label")).toBe("Generate");
  expect(reachable(shown.box).map((one) => one.tagName)).toEqual(["BUTTON", "SUMMARY"]);
});

it("gives the focus to what was drawn in the place of its opener", () => {
  opener.setAttribute("data-key", "fill");
  const shown = dialog(root, "Generate", () => {});
  const again = h("button", { key: "fill" }, "open again");
  opener.replaceWith(again);
  shown.close();
  expect(document.activeElement).toBe(again);
});

it("keeps the focus in the screen when its opener is gone", () => {
  const shown = dialog(root, "Generate", () => {});
  const other = h("button", {}, "something else");
  opener.replaceWith(other);
  shown.close();
  expect(document.activeElement).toBe(other);
});
