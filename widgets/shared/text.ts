// Text of records: long ones clamp to a few lines with "more", and white space and odd characters can be made visible.
import { h, type Child } from "./dom.ts";
import { count } from "./format.ts";
import "./text.css";

const MARKS: Record<string, string> = { " ": "·", "\t": "→\t", "\n": "¶\n", "\r": "␍", "\u00a0": "⍽" };
// controls, format characters (zero width, bidi), other spaces, private use, the replacement character
const ODD = /[ \t\n\r\u00a0]|[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufffd]/gu;

/** A text with its white space as signs and every invisible or odd character by its number. */
export function visible(text: string): Child[] {
  const found: Child[] = [];
  let last = 0;
  for (const match of text.matchAll(ODD)) {
    if (match.index > last) found.push(text.slice(last, match.index));
    found.push(sign(match[0]));
    last = match.index + match[0].length;
  }
  if (last < text.length) found.push(text.slice(last));
  return found;
}

function sign(character: string): HTMLElement {
  const mark = MARKS[character];
  if (mark !== undefined) return h("span", { class: "rft__odd" }, mark);
  const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
  return h("span", { class: "rft__odd rft__odd--far", title: "A character that cannot be seen" }, `U+${code}`);
}

export type Shown = { odd?: boolean; lines?: number; key?: string };

/** A text; longer than so many lines, it is clamped until "more" is pressed. */
export function text(value: string, { odd = false, lines = 8, key }: Shown = {}): HTMLElement {
  const shown = h("div", { class: "rft__text", dir: "auto" }, odd ? visible(value) : value);
  const long = value.length > lines * 90 || value.split("\n", lines + 1).length > lines;
  if (!long) return shown;
  shown.classList.add("rft__text--clamped");
  shown.style.setProperty("--lines", String(lines));
  const more = h("button", { class: "rft__link rft__more", type: "button", test: "more", "aria-expanded": false, ...(key === undefined ? {} : { key }) });
  const name = (open: boolean): string => (open ? "less" : `more (${count(value.length)} characters)`);
  more.textContent = name(false);
  more.addEventListener("click", () => {
    const open = shown.classList.toggle("rft__text--clamped") === false;
    more.textContent = name(open);
    more.setAttribute("aria-expanded", String(open));
  });
  return h("div", {}, shown, more);
}
