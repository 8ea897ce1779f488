// What the annotation cards share with Python.

export type Part = "whole" | "input" | "answer";

export type Note = { id: string; part: Part; passage: string; text: string };

export type Card = {
  id: string;
  place: number;
  input: string;
  answer: string | null;
  /** Whether nothing of it is cut here. */
  whole: boolean;
  decision: "" | "keep" | "discard";
  edited: boolean;
  first_input: string | null;
  first_answer: string | null;
  facets: string[];
  notes: Note[];
  /** Lines that were approved on the round before, and whether this card keeps to them. */
  kept: { line: string; ok: boolean | null }[];
};

export type Cards = {
  iteration: number;
  iterations: number;
  /** What samples wait for; "" where nothing. */
  waits: string;
  model: string;
  offline: boolean;
  name: string;
  /** Lines that the keyless writer cannot follow. */
  unfollowed: string[];
  cards: Card[];
  note: string;
  writer: string;
};

export type Theme = { id: string; name: string; target: string; count: number; quotes: string[]; cards: string[] };

export type Change = { id: string; line: string; measured: boolean; because: string; status: "proposed" | "approved" | "rejected" };

export type Coding = {
  notes: number;
  /** Notes that wait to be grouped. */
  waiting: number;
  themes: Theme[];
  note: string;
  changes: Change[];
  rules: { at: number; sentence: string }[];
  instructions: string[];
};

export type Comparison = {
  before: number;
  after: number;
  cards: { place: number; input_before: string | null; answer_before: string | null; input_after: string | null; answer_after: string | null }[];
  changed: { line: string; measured: boolean }[];
  themes: { theme: string; notes: number; line: string | null; status: string | null; broken_before: number | null; broken_after: number | null; cards: number; gone: boolean | null }[];
} | null;

/** What is being written on a card. */
export type Mode =
  | { kind: "note"; card: string; part: Part; passage: string; draft: string }
  | { kind: "edit"; card: string; input: string; answer: string }
  | { kind: "mark"; card: string; part: "input" | "answer"; from: number; to: number }
  | null;

export const KEYS = [
  ["j ↓", "the next card"],
  ["k ↑", "the previous card"],
  ["a", "keep it: it teaches and becomes a record of the set; again to undecide"],
  ["x", "throw it away; again to undecide"],
  ["e", "edit it; Ctrl+Enter saves"],
  ["n", "a note on the card, or on the words that are marked"],
  ["m", "mark words: arrows move, Shift with arrows widens, Tab changes between input and answer, Enter notes"],
  ["Enter", "show all of a long card"],
  ["u", "undo"],
  ["Esc", "leave what is open"],
  ["?", "this list"],
] as const;
