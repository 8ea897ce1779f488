// What the modal shares with Python, and how its parts ask for changes.
import type { Host } from "../shared/host.ts";
import { run } from "../shared/widget.ts";
import type { GenerationModalModel } from "./index.ts";

export type Mode = "gaps" | "topic" | "records";

export type Source = { id: string; topic: string | null; quality: number | null; generated: boolean; turns: number; text: string; added?: boolean };

export type Settings = {
  variations: number;
  preserve_intent: boolean;
  temperature: number | null;
  examples: number | null;
  diversity: string;
  difficulty: string[];
  similarity: number;
  strictness: string;
  facets: Record<string, string[]>;
  guidance: string[];
  scenario: string | null;
  aspects: string[];
  tool_patterns: string[][];
  multi_turn: boolean;
  synthetic_ratio: number;
  min_chars: number;
  max_chars: number;
  prompt: string | null;
};

export type Own = { strategy?: string; temperature?: number; variations?: number; [name: string]: unknown };

export type Choices = {
  mode: Mode;
  topic: string | null;
  count: number | null;
  ids: { total: number; records: Source[] };
  grow: number | null;
  level: number | null;
  strategy: string | null;
  model: string | null;
  seed: number;
  budget_usd: number | null;
  price_per_million: [number, number] | null;
  base_url: string | null;
  pilot: boolean;
  settings: Settings;
  overrides: Record<string, Own>;
};

export type Strategy = { name: string; title: string; does: string; best: string; quality: string; cost: string };

export type Can = {
  topics: { path: string; count: number; needed: number }[];
  more_topics: number;
  strategies: Strategy[];
  facets: Record<string, string[]>;
  guidance: string[];
  strictness: string[];
  diversity: string[];
  means: Record<string, string>;
  name: string;
  order: string[];
};

type Scores = { records?: number; balance?: number; target_fit?: number; synthetic_share?: number };

export type Priced = {
  id: string;
  requested: number;
  model: string;
  calls: number;
  prompt_tokens: number;
  completion_tokens: number;
  cost_usd: number | null;
  low_usd: number | null;
  high_usd: number | null;
  cap_usd: number | null;
  seconds: number | null;
  free: boolean;
  before: Scores;
  after: Scores;
  problems: { topic: string; strategy: string; reason: string; proposal: string }[];
  notes: string[];
};

export type Line = { path: string; strategy: string; why: string; added: number; count: number; aim: number };

export type Offer = Priced & {
  lines: Line[];
  rest: { topics: number; added: number };
  pilot: Priced | null;
  python: string;
  sources: { total: number; records: Source[] };
};

export type Fits = { recommended: string; mixed: boolean; fits: Record<string, { served: number; of: number; reason: string }> };

export type View = Host<GenerationModalModel>;

/** What only the browser knows: which folds are open, and the topic that an override is being added for. */
export type Local = { open: Set<string>; lines: boolean };

export function ask(host: View, act: string, options: Record<string, unknown> = {}): void {
  void run(null, () => host.ask(act, options));
}

export function set(host: View, options: Record<string, unknown>): void {
  ask(host, "set", options);
}
