import { describe, expect, it } from "vitest";
import { diff, difference, shared } from "./diff.ts";
import { visible } from "./text.ts";
import { place, scrollFor } from "./window.ts";

describe("word diff", () => {
  it("marks the words that changed and nothing else", () => {
    expect(diff("Transfer $100 to savings", "Transfer $500 to checking")).toEqual([
      { kind: "same", text: "Transfer $" },
      { kind: "removed", text: "100" },
      { kind: "added", text: "500" },
      { kind: "same", text: " to " },
      { kind: "removed", text: "savings" },
      { kind: "added", text: "checking" },
    ]);
  });

  it("gives both texts back from its pieces", () => {
    const texts = ["", "one", "one two  three", "two one\nthree four", "a.b, c 3.50 é", "one two  three!"];
    for (const before of texts)
      for (const after of texts) {
        const found = diff(before, after);
        const side = (kind: string): string => found.filter((piece) => piece.kind !== kind).map((piece) => piece.text).join("");
        expect(side("added")).toBe(before);
        expect(side("removed")).toBe(after);
      }
  });

  it("takes neighbouring changed words as one change", () => {
    expect(diff("block my old red card", "block my new blue card").filter((piece) => piece.kind !== "same")).toEqual([
      { kind: "removed", text: "old red" },
      { kind: "added", text: "new blue" },
    ]);
  });

  it("leaves marks out where nearly every word is new", () => {
    expect(shared(diff("a b c d", "w x y z"))).toBe(0);
    expect(difference("a b c d", "w x y z").querySelector("ins")).toBeNull();
    expect(difference("a b c d", "w x y z").textContent).toBe("w x y z");
  });

  it("never makes markup of a text", () => {
    expect(difference("<b>a</b> b c", "<b>a</b> b d").querySelector("b")).toBeNull();
  });
});

describe("rows in sight", () => {
  it("finds every row of a long list again, although the scroll is scaled", () => {
    const frame = { total: 1_000_000, inSight: 16, row: 32 };
    for (const first of [0, 1, 499_999, 999_983, 999_984]) expect(place(frame, scrollFor(frame, first))).toBe(first);
    expect(place(frame, 12_000_000)).toBe(999_984);
  });
});

describe("white space", () => {
  it("gives every invisible character a sign", () => {
    const text = visible("a b\t\u200b").map((one) => (one instanceof Node ? one.textContent : one)).join("");
    expect(text).toBe("a·b→\tU+200B");
  });
});
