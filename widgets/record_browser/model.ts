// What the record browser shares with Python, and the words for it.
import type { Turn } from "../shared/conversation.ts";

export type Found = {
  id: string;
  text: string | null;
  topic: string;
  confidence: number | null;
  method: string;
  valid: boolean | null;
  errors: string[];
  warnings: string[];
  generated: boolean;
  stars: number | null;
  turns: number;
  split: string;
  selected: boolean;
};

export type Filters = {
  topic: string;
  unassigned: boolean;
  valid: boolean | null;
  code: string;
  band: string;
  generated: boolean | null;
  split: string;
  search: string;
};

export type Shown = Filters & {
  sort: string;
  descending: boolean;
  version: number;
  total: number;
  matching: number;
  /** How many records a selection holds that was made elsewhere; nothing where none was. */
  only?: number | null;
  python: string;
  rows: Found[];
};

export type Counted = { name: string; count: number };

export type Opened = {
  id: string;
  place: number;
  topic: string;
  confidence: number | null;
  method: string;
  valid: boolean | null;
  findings: { code: string; error: boolean; sentence: string }[];
  generated: boolean;
  stars: number | null;
  parts: Record<string, number>;
  split: string;
  messages: Turn[];
  tools: { name: string; description: string }[];
  facts: Record<string, string>;
  more: Record<string, string>;
};

export type Offers = {
  topics?: Counted[];
  codes?: Counted[];
  splits?: Counted[];
  bands?: Counted[];
  unassigned?: number;
  invalid?: number;
  unchecked?: number;
  generated?: number;
};

export const KEYS = [
  ["j k ↑ ↓", "the next or previous record"],
  ["Page, Home, End", "farther"],
  ["Enter", "open the record"],
  ["Space", "select it; with Shift from the last one to here"],
  ["Shift ↑ ↓", "extend the selection"],
  ["Ctrl A", "select all that match"],
  ["e", "edit the last user turn"],
  ["t", "assign a topic"],
  ["v", "generate variations"],
  ["x", "delete"],
  ["u", "undo"],
  ["w", "show white space"],
  ["/", "search"],
  ["?", "this list"],
  ["Esc", "close the record, then drop the selection"],
] as const;

export function verdict(valid: boolean | null): string {
  return valid === null ? "not checked" : valid ? "✓ valid" : "✗ invalid";
}

export function bandOf(confidence: number | null): string {
  return confidence === null ? "" : confidence >= 0.8 ? "high" : confidence >= 0.5 ? "medium" : "review";
}

/** The place of the last turn that a person may edit. */
export function lastUser(opened: Opened): number {
  const place = opened.messages.findLastIndex((turn) => turn.role === "user" && turn.editable);
  return place < 0 ? opened.messages.length - 1 : place;
}
