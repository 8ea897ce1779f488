// Focus that is not lost: where a control goes away with what it did, the keys go to where the eye goes.

/** Draws, and moves the focus on where it was inside `node` and what had it is gone. */
export function keepingFocus(node: HTMLElement, draw: () => void, onward: () => void): void {
  const { ownerDocument: page } = node;
  const inside = node.contains(page.activeElement);
  draw();
  if (inside && !node.contains(page.activeElement)) onward();
}
