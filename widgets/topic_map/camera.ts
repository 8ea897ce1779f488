// Where a place of the map is on the screen. Places are from 0 to 1; the screen is in pixels.

export type Camera = { width: number; height: number; /** Pixels for the whole of the map. */ scale: number; left: number; top: number };

const MARGIN = 18;
const NEAREST = 60; // times as large as the whole

/** The camera that shows all of it. */
export function whole(width: number, height: number): Camera {
  const scale = Math.max(40, Math.min(width, height) - 2 * MARGIN);
  return { width, height, scale, left: (width - scale) / 2, top: (height - scale) / 2 };
}

export function toScreen(camera: Camera, x: number, y: number): [number, number] {
  return [camera.left + x * camera.scale, camera.top + y * camera.scale];
}

export function toPlace(camera: Camera, x: number, y: number): [number, number] {
  return [(x - camera.left) / camera.scale, (y - camera.top) / camera.scale];
}

/** Zooms; what is under the point stays there. */
export function zoomed(camera: Camera, by: number, x: number, y: number): Camera {
  const smallest = whole(camera.width, camera.height).scale;
  const scale = Math.max(smallest / 2, Math.min(camera.scale * by, smallest * NEAREST));
  const [px, py] = toPlace(camera, x, y);
  return { ...camera, scale, left: x - px * scale, top: y - py * scale };
}

export function moved(camera: Camera, dx: number, dy: number): Camera {
  // something of the map stays in sight
  const within = (value: number, room: number): number => Math.max(60 - camera.scale, Math.min(value, room - 60));
  return { ...camera, left: within(camera.left + dx, camera.width), top: within(camera.top + dy, camera.height) };
}

/** The same part of the map on a screen of another size. */
export function resized(camera: Camera, width: number, height: number): Camera {
  const [x, y] = toPlace(camera, camera.width / 2, camera.height / 2);
  const scale = camera.scale * (whole(width, height).scale / whole(camera.width, camera.height).scale);
  return { width, height, scale, left: width / 2 - x * scale, top: height / 2 - y * scale };
}
