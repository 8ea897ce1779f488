// Names on the map: the largest topics first, none over another, more of them the nearer one looks.
import { toScreen, type Camera } from "./camera.ts";
import type { Named } from "./model.ts";

export type Written = { name: string; path: string; x: number; y: number };

const TALL = 16;

/** Which names are written, and where their middle is; `wide` measures a name in pixels. */
export function written(names: readonly Named[], camera: Camera, wide: (name: string) => number): Written[] {
  const taken: { left: number; right: number; y: number }[] = [];
  const found: Written[] = [];
  for (const { name, path, x, y } of names) {
    const [middle, bottom] = toScreen(camera, x, y);
    const half = wide(name) / 2 + 4;
    const at = bottom - 8; // above its dots
    if (at < TALL || at > camera.height || middle < 0 || middle > camera.width) continue;
    const centre = Math.max(half, Math.min(middle, camera.width - half)); // a name at the edge stays whole
    const box = { left: centre - half, right: centre + half, y: at };
    if (taken.some((one) => one.left < box.right && box.left < one.right && Math.abs(one.y - box.y) < TALL)) continue;
    taken.push(box);
    found.push({ name, path, x: centre, y: at });
  }
  return found;
}
