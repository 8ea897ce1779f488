// The keys that move, the same on every screen: arrows or j and k, Home and End, Enter opens, Escape leaves.

export type Moves = { open?: (item: HTMLElement) => void; leave?: () => void };

/** Lets the keys move the focus along the items inside a node; one of them is in the order of Tab. */
export function moveAlong(node: HTMLElement, selector: string, moves: Moves = {}): void {
  const items = (): HTMLElement[] => [...node.querySelectorAll<HTMLElement>(selector)];
  items().forEach((item, place) => (item.tabIndex = place === 0 ? 0 : -1));
  node.addEventListener("keydown", (event) => {
    const all = items();
    const here = all.indexOf(event.target as HTMLElement);
    if (here < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = target(event.key, here, all.length);
    if (next !== null) focus(all, next);
    else if (event.key === "Enter") moves.open?.(all[here] as HTMLElement);
    else if (event.key === "Escape") moves.leave?.();
    else return;
    event.preventDefault();
  });
}

function target(key: string, here: number, count: number): number | null {
  if (key === "ArrowDown" || key === "j") return Math.min(here + 1, count - 1);
  if (key === "ArrowUp" || key === "k") return Math.max(here - 1, 0);
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : null;
}

function focus(items: HTMLElement[], place: number): void {
  items.forEach((item, at) => (item.tabIndex = at === place ? 0 : -1));
  items[place]?.focus();
}
