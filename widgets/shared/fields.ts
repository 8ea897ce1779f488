// Named fields of a form; what is being typed survives a redraw.
import { byKey, h, redraw, type Child } from "./dom.ts";
import "./fields.css";

type Named = { name: string; test: string; why?: string | undefined; note?: string | undefined };

/** A field with its name above it, its definition behind "?" and a quiet note below. */
export function field({ name, test, why, note }: Named, control: HTMLElement): HTMLElement {
  const mark = why !== undefined && h("abbr", { class: "rft__why", title: why, "aria-label": why, tabindex: 0 }, "?");
  control.setAttribute("aria-label", name);
  control.setAttribute("data-testid", test);
  control.setAttribute("data-key", test);
  return h("label", { class: "rft__field" }, h("span", { class: "rft__field-name" }, name, mark), control, note !== undefined && h("small", { class: "rft__note" }, note));
}

type Text = Named & { value: string | number | null; placeholder?: string; list?: string; rows?: number; change: (value: string) => void };

/** A line of text; `change` is told when it is finished, by Enter or by leaving. */
export function text({ value, placeholder = "", list, rows, change, ...named }: Text): HTMLElement {
  const control = rows === undefined ? h("input", { class: "rft__input", type: "text" }) : h("textarea", { class: "rft__input", rows });
  control.value = value === null ? "" : String(value);
  control.placeholder = placeholder;
  control.setAttribute("dir", "auto");
  if (list !== undefined) control.setAttribute("list", list);
  let told = control.value;
  // a redraw makes a new control with the old text, for which a browser reports no change: so the words are compared
  const tell = (): void => {
    const said = control.value.trim();
    if (said === told || control.dataset["leaving"] !== undefined) return;
    told = said;
    change(said);
  };
  control.addEventListener("change", tell);
  control.addEventListener("blur", tell);
  control.addEventListener("keydown", (event) => {
    if ((event as KeyboardEvent).key === "Enter" && rows === undefined) tell();
  });
  return field(named, control);
}

type Numbered = Named & { value: number | null; min?: number; max?: number; step?: number | "any"; placeholder?: string; change: (value: number | null) => void };

/** A number; told while it is typed, after a pause, so that everything follows. */
export function number({ value, min, max, step = "any", placeholder = "", change, ...named }: Numbered): HTMLElement {
  const control = h("input", { class: "rft__input rft__input--number", type: "number" });
  if (min !== undefined) control.min = String(min);
  if (max !== undefined) control.max = String(max);
  control.step = String(step);
  control.value = value === null ? "" : String(value);
  control.placeholder = placeholder;
  const tell = later(() => change(control.value.trim() === "" || Number.isNaN(control.valueAsNumber) ? null : control.valueAsNumber));
  control.addEventListener("input", tell);
  return field(named, control);
}

type Chosen = Named & { value: string; options: readonly { value: string; text: string; disabled?: boolean }[]; change: (value: string) => void };

export function select({ value, options, change, ...named }: Chosen): HTMLElement {
  const control = h("select", { class: "rft__input" }, options.map((one) => h("option", { value: one.value, disabled: one.disabled ?? false, selected: one.value === value }, one.text)));
  control.value = value;
  control.addEventListener("change", () => change(control.value));
  return field(named, control);
}

type Ticked = { name: string; test: string; checked: boolean; note?: string | undefined; type?: "checkbox" | "radio"; group?: string; change: (checked: boolean) => void };

/** A box to tick, or one of several with the same `group`. */
export function tick({ name, test, checked, note, type = "checkbox", group, change }: Ticked): HTMLElement {
  const control = h("input", { type, test, key: test, checked, ...(group === undefined ? {} : { name: group }) });
  control.checked = checked;
  control.addEventListener("change", () => change(control.checked));
  const quiet: Child = note !== undefined && h("small", { class: "rft__note" }, note);
  return h("label", { class: "rft__check" }, control, h("span", {}, name, quiet));
}

const PAUSE = 350;

/** Calls after a pause, once for a burst. */
export function later(act: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, PAUSE);
  };
}

/** Draws anew without touching what is being typed: the focused field keeps its text and its caret. */
export function redrawForm(node: HTMLElement, ...children: readonly (Child | readonly Child[])[]): void {
  const active = node.ownerDocument.activeElement;
  // by name and not by "value": an item of a list has a value too, and no caret
  const typed = active !== null && node.contains(active) && /^(INPUT|TEXTAREA)$/.test(active.tagName) ? (active as HTMLInputElement) : null;
  const key = typed?.getAttribute("data-key") ?? null;
  const kept = typed === null || typed.type === "checkbox" || typed.type === "radio" ? null : { value: typed.value, caret: caret(typed) };
  if (typed !== null) typed.dataset["leaving"] = "yes";
  redraw(node, ...children);
  const again = key === null ? null : (byKey(node, key) as HTMLInputElement | null);
  if (again === null || kept === null) return;
  again.value = kept.value;
  if (kept.caret !== null) again.setSelectionRange(kept.caret, kept.caret);
}

function caret(control: HTMLInputElement): number | null {
  try {
    return control.selectionStart; // null for numbers, an error in some browsers
  } catch {
    return null;
  }
}
