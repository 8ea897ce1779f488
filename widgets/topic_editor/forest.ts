// A tree as lists: what is below what, how many records each topic has, which rows are in view.
import type { Node, Part } from "./model.ts";

export class Forest {
  readonly below: readonly number[][];
  readonly roots: readonly number[];
  readonly total: readonly number[];
  readonly level: readonly number[];
  private readonly places: ReadonlyMap<string, number>;

  constructor(readonly nodes: readonly Node[]) {
    const below: number[][] = nodes.map(() => []);
    const roots: number[] = [];
    const total = nodes.map((node) => node.own);
    const level: number[] = [];
    nodes.forEach((node, at) => {
      (node.up < 0 ? roots : (below[node.up] as number[])).push(at);
      level.push(node.up < 0 ? 1 : (level[node.up] as number) + 1);
    });
    for (let at = nodes.length - 1; at >= 0; at--) {
      const up = (nodes[at] as Node).up;
      if (up >= 0) total[up] = (total[up] as number) + (total[at] as number); // parents come first, so children are summed before them
    }
    this.below = below;
    this.roots = roots;
    this.total = total;
    this.level = level;
    this.places = new Map(nodes.map((node, at) => [node.id, at]));
  }

  place(id: string): number {
    return this.places.get(id) ?? -1;
  }

  siblings(at: number): readonly number[] {
    const up = (this.nodes[at] as Node).up;
    return up < 0 ? this.roots : (this.below[up] as number[]);
  }

  path(at: number): string {
    const { up, name } = this.nodes[at] as Node;
    return up < 0 ? name : `${this.path(up)}/${name}`;
  }

  /** Whether a topic is another one or below it. */
  within(at: number, above: number): boolean {
    for (let here = at; here >= 0; here = (this.nodes[here] as Node).up) if (here === above) return true;
    return false;
  }

  /** The rows in view: what is in open topics; with a text, what has it in its name, and all above that. */
  visible(open: ReadonlySet<string>, text: string): number[] {
    const wanted = text.trim().toLocaleLowerCase();
    return wanted === "" ? this.opened(open) : this.matching(wanted);
  }

  private opened(open: ReadonlySet<string>): number[] {
    const shown: boolean[] = [];
    const found: number[] = [];
    this.nodes.forEach((node, at) => {
      shown[at] = node.up < 0 || (shown[node.up] === true && open.has((this.nodes[node.up] as Node).id));
      if (shown[at]) found.push(at);
    });
    return found;
  }

  private matching(text: string): number[] {
    const keep = new Set<number>();
    this.nodes.forEach((node, at) => {
      if (!node.name.toLocaleLowerCase().includes(text)) return;
      for (let here = at; here >= 0 && !keep.has(here); here = (this.nodes[here] as Node).up) keep.add(here);
    });
    return [...keep].sort((a, b) => a - b);
  }
}

type Page = { offset: number; stamp: string; nodes: Node[] };

/** All topics of a tree whose first ones are there; null where the tree was changed meanwhile. */
export async function whole(part: Part, more: (offset: number) => Promise<Page>): Promise<Node[] | null> {
  const nodes = [...part.nodes];
  while (nodes.length < part.topics) {
    const page = await more(nodes.length);
    if (page.stamp !== part.stamp || page.nodes.length === 0) return null;
    nodes.push(...page.nodes);
  }
  return nodes;
}
