// A dialog over the page: focus goes in, stays in, and comes back where it was; Escape and the backdrop close it.
import { byKey, h } from "./dom.ts";
import "./dialog.css";

export type Dialog = { readonly box: HTMLDialogElement; readonly content: HTMLElement; close(): void };

const INSIDE = 'button:not([disabled]), [href], input:not([disabled]), select:not([disabled]), textarea:not([disabled]), summary, [tabindex]:not([tabindex="-1"])';

/** Opens a dialog as a child of `parent`, so that it keeps the colours and the keys of its widget. */
export function dialog(parent: HTMLElement, name: string, closed: () => void): Dialog {
  const before = parent.ownerDocument.activeElement as HTMLElement | null;
  const content = h("div", { class: "rft__dialog-content" });
  const shut = h("button", { class: "rft__dialog-close", type: "button", test: "close", "aria-label": "Close", title: "Close (Esc)" }, "×");
  const box = h("dialog", { class: "rft__dialog", "aria-label": name, test: "dialog" }, shut, content);
  let open = true;
  const close = (): void => {
    if (!open) return;
    open = false;
    box.remove();
    (back(parent, before) ?? reachable(parent)[0])?.focus({ preventScroll: true });
    closed();
  };
  shut.addEventListener("click", close);
  box.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  box.addEventListener("keydown", (event) => keepInside(event, box, close));
  box.addEventListener("mousedown", (event) => {
    if (event.target === box) close(); // the backdrop belongs to the dialog itself
  });
  parent.append(box);
  // where a browser has no modal dialogs it is at least open, and the keys stay inside
  if (typeof box.showModal === "function") box.showModal();
  else box.setAttribute("open", "");
  shut.focus({ preventScroll: true });
  return { box, content, close };
}

/** Where the focus was: the same control, or the one that was drawn in its place while the dialog was open. */
function back(parent: HTMLElement, before: HTMLElement | null): HTMLElement | null {
  if (before === null || before.isConnected) return before;
  const key = before.getAttribute("data-key");
  return key === null ? null : byKey(parent, key);
}

function keepInside(event: KeyboardEvent, box: HTMLElement, close: () => void): void {
  if (event.key === "Escape" && !event.defaultPrevented) {
    event.preventDefault();
    event.stopPropagation();
    return close();
  }
  if (event.key !== "Tab") return;
  const all = reachable(box);
  const [first, last] = [all[0], all.at(-1)];
  const here = box.ownerDocument.activeElement;
  const next = event.shiftKey ? (here === first || here === box ? last : undefined) : here === last ? first : undefined;
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}

/** What Tab reaches inside: what is folded away or hidden is left out. */
export function reachable(box: HTMLElement): HTMLElement[] {
  return [...box.querySelectorAll<HTMLElement>(INSIDE)].filter((one) => {
    const fold = one.closest("details:not([open])");
    const folded = fold !== null && !(one.tagName === "SUMMARY" && one.parentElement === fold);
    return !folded && one.closest("[hidden]") === null && (one as HTMLInputElement).type !== "hidden";
  });
}
