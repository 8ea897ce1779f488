// Elements from code. Text only ever becomes a text node: prompts contain markup.

export type Child = Node | string | number | null | undefined | false;

export type Attributes = {
  class?: string;
  title?: string | undefined;
  test?: string;
  key?: string;
  style?: Record<string, string>;
  on?: { [K in keyof HTMLElementEventMap]?: (event: HTMLElementEventMap[K]) => void };
  [name: `aria-${string}` | `data-${string}`]: string | number | boolean | undefined;
  role?: string;
  type?: string;
  scope?: string;
  name?: string;
  value?: string | number;
  placeholder?: string;
  for?: string;
  id?: string;
  dir?: string;
  href?: string;
  tabindex?: number;
  colspan?: number;
  min?: number;
  max?: number;
  step?: number;
  rows?: number;
  disabled?: boolean;
  checked?: boolean;
  hidden?: boolean;
  open?: boolean;
  selected?: boolean;
};

/** Makes an element; `test` becomes data-testid, `key` tells `refocus` which element it is. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) put(node, name, value);
  append(node, ...children);
  return node;
}

function put(node: HTMLElement, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (name === "style") for (const [key, css] of Object.entries(value)) node.style.setProperty(key, String(css));
  else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act as EventListener);
  else if (name === "test") node.setAttribute("data-testid", String(value));
  else if (name === "key") node.setAttribute("data-key", String(value));
  else if (name === "value") (node as HTMLInputElement).value = String(value);
  else if (name.startsWith("aria-")) node.setAttribute(name, String(value));
  else if (value === true) node.setAttribute(name, "");
  else if (value !== false) node.setAttribute(name, String(value));
}

export function append(node: Node, ...children: readonly (Child | readonly Child[])[]): void {
  for (const child of children.flat() as Child[]) {
    if (child === null || child === undefined || child === false) continue;
    node.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/** Puts new children into a node and leaves the focus on the element with the same key. */
export function redraw(node: HTMLElement, ...children: readonly (Child | readonly Child[])[]): void {
  if (pressedIn(node)) return void late.set(node, children);
  late.delete(node);
  const key = focusedKey(node);
  node.replaceChildren();
  append(node, ...children);
  if (key !== null) byKey(node, key)?.focus({ preventScroll: true });
}

// A button that is replaced between press and release gets no click: what holds it is drawn when it is let go.
let pressed: Element | null = null;
const late = new Map<HTMLElement, readonly (Child | readonly Child[])[]>();

function pressedIn(node: HTMLElement): boolean {
  return pressed !== null && pressed.isConnected && node.contains(pressed);
}

function letGo(): void {
  setTimeout(() => {
    pressed = null; // after the click, which follows the release
    for (const [node, children] of [...late]) redraw(node, ...children);
  });
}

if (typeof document !== "undefined") {
  document.addEventListener("pointerdown", (event) => (pressed = (event.target as Element).closest?.("button.rft__button") ?? null), true);
  for (const end of ["pointerup", "pointercancel", "dragend"]) document.addEventListener(end, letGo, true);
}

function focusedKey(node: HTMLElement): string | null {
  const active = node.ownerDocument.activeElement;
  return active !== null && node.contains(active) ? active.getAttribute("data-key") : null;
}

export function byKey(node: ParentNode, key: string): HTMLElement | null {
  for (const found of node.querySelectorAll<HTMLElement>("[data-key]")) {
    if (found.getAttribute("data-key") === key) return found;
  }
  return null;
}
