// Passages of a text: those that have a note, those that are being marked, and where a selection lies in the text.
import { h, type Child } from "../shared/dom.ts";

export type Span = { start: number; end: number; mark: string };

/** The first place of each passage that is free; a passage that no longer stands in the text has none. */
export function spansOf(text: string, passages: readonly { passage: string; mark: string }[]): Span[] {
  const found: Span[] = [];
  for (const { passage, mark } of passages) {
    if (passage === "") continue;
    for (let start = text.indexOf(passage); start >= 0; start = text.indexOf(passage, start + 1)) {
      const end = start + passage.length;
      if (found.some((one) => start < one.end && end > one.start)) continue;
      found.push({ start, end, mark });
      break;
    }
  }
  return found.sort((a, b) => a.start - b.start);
}

/** A text with its spans marked; the number of a note stands behind it and is no part of the text. */
export function marked(text: string, spans: readonly Span[]): Child[] {
  const parts: Child[] = [];
  let last = 0;
  for (const { start, end, mark } of spans) {
    parts.push(text.slice(last, start), h("mark", { class: "rft-cards__mark", test: "marked" }, text.slice(start, end), mark !== "" && h("sup", { "data-beside": "yes", "aria-label": `note ${mark}` }, mark)));
    last = end;
  }
  return [...parts, text.slice(last)];
}

/** Words of a text with their places. */
export function words(text: string): { start: number; end: number }[] {
  return [...text.matchAll(/\S+/gu)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}

/** Where a selection lies in the text that an element shows; null where it is empty or reaches outside. */
export function selected(place: HTMLElement, text: string): string | null {
  const selection = place.ownerDocument.getSelection();
  if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!place.contains(range.startContainer) || !place.contains(range.endContainer)) return null;
  const start = offset(place, range.startContainer, range.startOffset);
  const end = offset(place, range.endContainer, range.endOffset);
  const passage = text.slice(start, end).trim();
  return passage === "" ? null : passage;
}

function offset(place: HTMLElement, node: Node, at: number): number {
  const range = place.ownerDocument.createRange();
  range.selectNodeContents(place);
  range.setEnd(node, at);
  const before = range.cloneContents();
  before.querySelectorAll("[data-beside]").forEach((one) => one.remove());
  return before.textContent?.length ?? 0;
}
