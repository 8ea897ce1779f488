// What the panel of categorizing shares with Python, and the words for it.
import type { Turn } from "../shared/conversation.ts";

export type Suggestion = { name: string; description: string; keywords: string[]; count: number; samples: string[] };

/** New topics that unassigned records suggest; null before they were looked for. */
export type Suggested = { state: "looking" | "found"; topics: Suggestion[] } | null;

export type State = {
  total: number;
  high: number;
  medium: number;
  review: number;
  unassigned: number;
  by_hand: number;
  left_unassigned: number;
  by_method: Record<string, number>;
  histogram: number[];
  topics: number;
  /** Records that were decided by hand since the last run. */
  corrections: number;
  options: { all: boolean; method: string[]; model: string | null; embedder: string } | null;
  last: string;
  run: string;
};

export type Offers = { embedders: string[]; models: { name: string; why_not: string }[] };

export type Kind = "review" | "unassigned" | "medium" | "high";

export type Queue = { kind: Kind; topic: string; total: number; at: number; decided: number; skipped: number; left: number };

export type Choice = { topic: string; confidence: number | null; why: string; now: boolean };

export type Card = {
  id: string;
  topic: string;
  confidence: number | null;
  method: string;
  secondary: string[];
  choices: Choice[];
  before: Turn[];
  messages: number;
  turn: Turn | null;
  /** Whether nothing of the record is cut here. */
  whole: boolean;
  decided: boolean;
  /** Whether its choices are worked out. */
  known: boolean;
};

export const KINDS: readonly { kind: Kind; name: string; why: string }[] = [
  { kind: "review", name: "to review", why: "Confidence below 0.5, the least sure first." },
  { kind: "unassigned", name: "unassigned", why: "No topic fits well enough." },
  { kind: "medium", name: "medium", why: "Confidence from 0.5 to 0.8." },
  { kind: "high", name: "high", why: "Confidence from 0.8." },
];

export const KEYS = [
  ["1 … 9", "assign the topic with this number"],
  ["a", "the topic it has now is right"],
  ["0", "leave it unassigned"],
  ["/", "search any topic; arrows choose, Enter assigns"],
  ["j ↓ →", "the next record"],
  ["k ↑ ←", "the previous record"],
  ["s", "skip: it comes again at the end"],
  ["u", "undo"],
  ["Enter", "show or hide what was said before"],
  ["?", "this list"],
] as const;

/** So many decisions are worth judging the rest again. */
export const ENOUGH = 3;

/** Fewer unassigned records suggest nothing. */
export const FEWEST = 8;
