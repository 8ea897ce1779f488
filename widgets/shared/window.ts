// Which rows are in sight. Browsers cap the height of an element, so that long lists scroll in a smaller scale.

export type Window = { total: number; inSight: number; row: number };

/** Higher than this an element is not drawn everywhere. */
export const TALLEST = 12_000_000;

function scale({ total, inSight, row }: Window): number {
  const full = total * row;
  const room = inSight * row;
  return full <= TALLEST ? 1 : (full - room) / (TALLEST - room);
}

/** The first row in sight at a scroll position. */
export function place(window: Window, scrollTop: number): number {
  const first = Math.round((scrollTop * scale(window)) / window.row);
  return Math.max(0, Math.min(first, window.total - window.inSight));
}

/** The scroll position at which a row is the first in sight. */
export function scrollFor(window: Window, first: number): number {
  const within = Math.max(0, Math.min(first, window.total - window.inSight));
  return (within * window.row) / scale(window);
}
