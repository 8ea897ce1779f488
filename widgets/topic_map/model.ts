// What the map shares with Python.

export type Named = { name: string; path: string; x: number; y: number; count: number };

export type Drawn = {
  /** Rises when places change. */
  number: number;
  version: number;
  method: "pca" | "umap";
  shown: number;
  said: string;
  stale: string;
  python: string;
  names: Named[];
};

export type Group = { name: string; path: string; count: number; tone: string };

export type By = "topic" | "confidence" | "valid" | "generated";

export type Legend = { by: By; level: number; levels: number; groups: Group[] };

export type Selection = { count: number; number: number; topics: { topic: string; count: number }[]; more: number };

export type Tones = Record<string, [string, string]>;

export type Peek = { id: string; valid: boolean | null; generated: boolean; text: string; topic: string; confidence: number | null };

/** The dots: places from 0 to 1, two numbers each, and the place of each one's group in the legend. */
export type Dots = { places: Float32Array; groups: Uint8Array };

export const KEYS = [
  ["drag", "move the map; with Shift draw a lasso"],
  ["Ctrl wheel", "zoom; the wheel alone while the map has the focus"],
  ["+ −", "zoom"],
  ["← ↑ → ↓", "move the map"],
  ["0", "show all of it"],
  ["l", "lasso or move"],
  ["t", "assign the selected to a topic"],
  ["u", "undo"],
  ["Esc", "close the record, then drop the selection"],
  ["?", "this list"],
] as const;

/** Numbers as they were sent: 16 bits each, the smaller half first. */
export function places(view: DataView): Float32Array {
  const found = new Float32Array(view.byteLength / 2);
  for (let at = 0; at < found.length; at++) found[at] = view.getUint16(2 * at, true) / 65535;
  return found;
}

export function bytes(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
