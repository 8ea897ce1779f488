// Which topics are in view: farthest from their target first, the rest behind one line.
import type { Status } from "../shared/pieces.ts";

export type Topic = {
  path: string;
  count: number;
  share: number;
  target: number | null;
  gap: number | null;
  status: Status;
  needed: number;
  children: number;
};

export type Fold = { shown: Topic[]; folded: Topic[] };

/** Up to this many topics need no folding. */
export const FEW = 24;
const SHOWN = 16;

/** Sorts by distance from the target, or as `order` says, and folds what is left of a long list. */
export function arrange(topics: readonly Topic[], all: boolean, order: readonly string[] | null = null): Fold {
  const sorted = order === null ? byDistance(topics) : byOrder(topics, order);
  if (all || sorted.length <= FEW) return { shown: sorted, folded: [] };
  return { shown: sorted.slice(0, SHOWN), folded: sorted.slice(SHOWN) };
}

function byDistance(topics: readonly Topic[]): Topic[] {
  return [...topics].sort((a, b) => distance(b) - distance(a) || b.count - a.count || (a.path < b.path ? -1 : 1));
}

function byOrder(topics: readonly Topic[], order: readonly string[]): Topic[] {
  const place = new Map(order.map((path, at) => [path, at]));
  return [...topics].sort((a, b) => (place.get(a.path) ?? order.length) - (place.get(b.path) ?? order.length));
}

function distance(topic: Topic): number {
  return Math.abs(topic.gap ?? 0);
}

/** The value that the longest bar stands for. */
export function scale(topics: readonly Topic[]): number {
  return Math.max(0, ...topics.map((topic) => Math.max(topic.share, topic.target ?? 0)));
}

/** The name below the place one looks at: "cards/lost" inside "cards" is "lost". */
export function nameBelow(path: string, parent: string): string {
  return parent !== "" && path.startsWith(`${parent}/`) ? path.slice(parent.length + 1) : path;
}

/** How many there are of each status, in the words of a sentence. */
export function tally(topics: readonly Topic[], word: (status: Status) => string): string {
  const counts = new Map<Status, number>();
  for (const topic of topics) counts.set(topic.status, (counts.get(topic.status) ?? 0) + 1);
  return [...counts].map(([name, times]) => `${times} ${word(name)}`).join(", ");
}
