// What a review shows: cards, the groups they belong to, how far it is, what adding would do.
import type { Turn } from "../shared/conversation.ts";
import type { Status } from "../shared/pieces.ts";

export type Card = {
  id: string;
  place: number;
  group: string;
  topic: string;
  text: string;
  /** The context where it is not that of the group. */
  own: Turn[] | null;
  decision: "" | "accept" | "edit" | "reject";
  edited: boolean;
  valid: boolean;
  reasons: { code: string; sentence: string }[];
  stars: number | null;
  parts: Record<string, number>;
  strategy: string;
  model: string;
  facets: Record<string, string>;
  replaces: string;
};

export type Group = { key: string; source: string; gone: boolean; topic: string; text: string | null; context: Turn[]; count: number };
export type Page = { offset: number; number: number; cards: Card[]; groups: Record<string, Group> };
export type Deck = Omit<Page, "offset"> & { version: number; matching: number; undecided: number };
export type Far = { candidates: number; decided: number; accepted: number; edited: number; rejected: number; left: number; invalid: number; replaceable: number; unsaved: number };
export type Scores = { total: number; balance: number | null; rating: string; target_fit: number | null };
export type Grown = { path: string; count: number; added: number; share: number; target: number | null; status: Status };
export type Impact = { before?: Scores; after?: Scores; topics?: Grown[]; definitions?: Record<string, string> };
export type Chosen = { min_stars: number; topic: string; reason: string; waiting: boolean; decision: string; search: string };
export type Choices = Chosen & { topics: { name: string; count: number }[]; reasons: { name: string; count: number }[]; python: string };
export type Run = { state: string; done: number; total: number | null; seconds: number; note: string; rate: number; left: number | null };

export const KEYS = [
  ["a", "accept, and go on to the next that waits"],
  ["r", "reject, and go on"],
  ["e", "edit (Ctrl+Enter saves and accepts)"],
  ["x", "discard what still waits of this source"],
  ["u", "undo"],
  ["j k ↑ ↓", "the next or previous candidate"],
  ["n", "the next that waits"],
  ["Home End", "the first or last"],
  ["w", "show white space"],
  ["/", "search"],
  ["?", "this list"],
] as const;

export function chosen({ min_stars, topic, reason, waiting, decision, search }: Chosen): Chosen {
  return { min_stars, topic, reason, waiting, decision, search };
}

export function narrowed(choices: Chosen): boolean {
  const { min_stars, topic, reason, waiting, decision, search } = choices;
  return waiting || min_stars > 0 || [topic, reason, decision, search].some((one) => one !== "");
}
