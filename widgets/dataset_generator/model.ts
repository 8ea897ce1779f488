// What the dataset generator shares with Python.
import type { Host } from "../shared/host.ts";
import type { DatasetGeneratorModel } from "./index.ts";

export type View = Host<DatasetGeneratorModel>;

export type Step = "requirements" | "samples" | "set";

export type Question = { kind: "ask" | "detail" | "clarify" | "confirm" | "done"; field: string; text: string; examples: string[]; choices: string[] };

export type Source = "said" | "derived" | "assumed" | "";

export type Line = { who: "you" | "rftkit"; text: string; note: string; understood: { title: string; value: string; source: Source }[] };

export type Talk = {
  question: Question;
  lines: Line[];
  more: number;
  progress: { required: number; required_total: number; filled: number; total: number };
  confirmed: boolean;
  /** Rounds of samples. */
  rounds: number;
  variables: string[];
  examples: { input: string; answer: string | null; origin: string }[];
  example_count: number;
  instructions: string[];
  prompt: boolean;
};

export type Field = {
  name: string;
  title: string;
  required: boolean;
  value: string;
  /** Whether nothing of the value is cut. */
  whole: boolean;
  source: Source;
  by_hand: boolean;
  evidence: string;
  question: string;
  example: string;
};

export type Analysis = {
  derived: { title: string; value: string; evidence: string }[];
  open: string[];
  variables: string[];
  examples: number;
  dropped: string[];
  note: string;
  by: string;
} | null;

export type Writer = {
  name: string;
  offline: boolean;
  base_url: string | null;
  prices: [number, number] | null;
  cost_usd: number | null;
  cap_usd: number | null;
  ability: { inputs: boolean; answers: boolean; sentence: string; unfollowed: string[] } | null;
};

export type Form = { count: number; format: "jsonl" | "csv"; name: string; excel_safe: boolean; without_answers: boolean; budget_usd: number | null; begun: boolean; python: string };

export type Offer = {
  count: number;
  batch: number;
  calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_usd: number | null;
  low_usd: number | null;
  high_usd: number | null;
  cap_usd: number | null;
  edge_cases: number;
  instructions: string[];
  ability: string;
  unfollowed: string[];
} | null;

export type Written = {
  requested: number;
  written: number;
  kept: number;
  format: string;
  model: string;
  path: string | null;
  card: string | null;
  cost_usd: number | null;
  calls: number;
  cached_calls: number;
  gave_up: string;
  rejected: { code: string; count: number; sentence: string }[];
  warnings: string[];
};

export const KEYS = [
  ["g r", "the requirements"],
  ["g s", "the samples"],
  ["g w", "the whole set"],
  ["Enter", "send an answer; Shift+Enter begins a new line"],
  ["1 … 9", "pick a choice of the question"],
  ["j k ↓ ↑", "move along the checklist"],
  ["e Enter", "edit a line of the checklist; Ctrl+Enter saves"],
  ["x", "clear a line of the checklist"],
  ["u", "undo"],
  ["/", "to the answer"],
  ["?", "this list"],
] as const;
