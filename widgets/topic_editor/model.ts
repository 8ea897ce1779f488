// What Python shares with the topic editor.
import type { Host } from "../shared/host.ts";
import type { TopicEditorModel } from "./index.ts";

/** Height of a row of the tree. */
export const ROW = 30;

/** A topic in a list with parents first; `up` is the place of its parent, -1 on the first level. */
export type Node = { id: string; up: number; name: string; own: number; locked: boolean; new?: boolean };

/** A tree, with the first of its topics; `stamp` is another one whenever they are. */
export type Part = { stamp: string; topics: number; leaves: number; depth: number; records: number; unassigned: number | null; nodes: Node[] };

export type Change = { added: number; kept: number; removed: number; renamed: number; moved: number; described: number; reordered: number; lines: string[]; more: number };

export type Proposal = Part & {
  kind: "discover" | "split" | "template" | "load";
  named: string;
  /** Whether the records of each topic are known before it is taken. */
  counted: boolean;
  /** Whether there is no tree yet beside which it is proposed. */
  fresh: boolean;
  moved: number | null;
  orphans: number;
  change: Change;
  python: string;
};

export type Suggestion = { name: string; description: string; keywords: string[]; count: number; samples: string[] };
export type Orphans = { total: number; more: number; groups: { topic: string; suggestion: string | null; count: number; sample: string }[] };
export type Central = { id: string; rows: { id: string; topic: string; text: string }[] | null; error: string } | null;

export type Details = {
  id: string;
  path: string;
  name: string;
  description: string;
  keywords: string[];
  by_hand: string[];
  locked: boolean;
  own: number;
  total: number;
  share: number | null;
  children: { id: string; name: string; total: number | null }[];
  more: number;
  samples?: string[];
};

export type View = Host<TopicEditorModel>;
