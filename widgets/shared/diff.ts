// Which words changed between two texts.
import { h, type Child } from "./dom.ts";
import "./diff.css";

export type Piece = { kind: "same" | "added" | "removed"; text: string };

/** Longer texts than this many pairs of words are compared by their ends alone. */
const MOST = 4_000_000;

/** Words with the white space after them; a text is the sum of its words. */
export function wordsOf(text: string): string[] {
  return text.match(/\s+|[^\s\p{L}\p{N}]|[\p{L}\p{N}'’]+(?:[.,:]\d+)*/gu) ?? [];
}

/** The pieces of two texts by their longest common sequence of words; removed words come before those in their place. */
export function diff(before: string, after: string): Piece[] {
  const [a, b] = [wordsOf(before), wordsOf(after)];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const middle = compare(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return joined([...pieces("same", a.slice(0, start)), ...middle, ...pieces("same", a.slice(a.length - end))]);
}

function pieces(kind: Piece["kind"], words: readonly string[]): Piece[] {
  return words.map((text) => ({ kind, text }));
}

function compare(a: readonly string[], b: readonly string[]): Piece[] {
  if (a.length * b.length > MOST) return [...pieces("removed", a), ...pieces("added", b)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const found: Piece[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      found.push({ kind: "same", text: a[i] as string });
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) found.push({ kind: "removed", text: a[i++] as string });
    else found.push({ kind: "added", text: b[j++] as string });
  }
  return found;
}

// Runs of one kind become one piece. White space between two changed words belongs to the change: "new card" for
// "old key" is one change and not two.
function joined(found: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  let run: Piece[] = [];
  const flush = (): void => {
    for (const kind of ["removed", "added"] as const) {
      const text = run.filter((piece) => piece.kind === kind || piece.kind === "same").map((piece) => piece.text).join("");
      if (run.some((piece) => piece.kind === kind)) result.push({ kind, text });
    }
    run = [];
  };
  found.forEach((piece, place) => {
    const between = piece.kind === "same" && run.length > 0 && /^\s+$/.test(piece.text) && (found[place + 1]?.kind ?? "same") !== "same";
    if (piece.kind !== "same" || between) run.push(piece);
    else {
      flush();
      const last = result.at(-1);
      if (last?.kind === "same") last.text += piece.text;
      else result.push({ ...piece });
    }
  });
  flush();
  return result;
}

/** The part of the words of both texts that they share, 0 to 1. */
export function shared(found: readonly Piece[]): number {
  const count = (kind: Piece["kind"]): number =>
    found.filter((piece) => piece.kind === kind).reduce((sum, piece) => sum + wordsOf(piece.text).filter((word) => /\S/.test(word)).length, 0);
  const same = 2 * count("same");
  const all = same + count("added") + count("removed");
  return all === 0 ? 1 : same / all;
}

/** Less shared than this, marks would cover nearly every word and say nothing. */
const LITTLE = 0.4;

/** A text with what is new in it marked; what it replaced is struck out before it. */
export function difference(before: string, after: string, show: (text: string) => Child[] = (text) => [text]): HTMLElement {
  const found = diff(before, after);
  const box = h("div", { class: "rft__diff", test: "diff", dir: "auto" });
  if (shared(found) < LITTLE) {
    box.append(...show(after).filter((one): one is Node | string => one instanceof Node || typeof one === "string"));
    box.dataset["rewritten"] = "yes";
    return box;
  }
  for (const { kind, text } of found) {
    const tag = kind === "added" ? "ins" : kind === "removed" ? "del" : "span";
    box.append(h(tag, {}, show(text)));
  }
  return box;
}
