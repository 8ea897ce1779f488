// The list of keys, opened with "?".
import { h } from "./dom.ts";
import { dialog } from "./dialog.ts";

export function help(parent: HTMLElement, keys: readonly (readonly [string, string])[]): void {
  const shown = dialog(parent, "Keys", () => {});
  const lines = keys.flatMap(([key, what]) => [h("dt", {}, h("kbd", {}, key)), h("dd", {}, what)]);
  shown.content.append(h("h3", { class: "rft__title" }, "Keys"), h("dl", { class: "rft__keys", test: "keys" }, lines));
}

/** The link that opens the list of keys, the same on every screen. */
export function keysLink(open: () => void, test = "keys-help"): HTMLElement {
  return h("button", { class: "rft__link", type: "button", test, key: test, title: "The keys of this screen (?)", on: { click: open } }, "keys");
}

/** Whether a key is meant for what is being typed and not for the screen. */
export function typing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) && (target as HTMLInputElement).type !== "checkbox";
}
