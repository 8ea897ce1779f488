// A file of the browser, handed to Python piece by piece.
import type { Host, Shared } from "./host.ts";

/** Bytes of a piece: small enough for the message limit of a Jupyter server, large enough to be quick. */
export const PIECE = 768 * 1024;

type Ask = Host<Shared>["ask"];

/** Sends a file; `told` hears how many bytes are there. Python says no with a `Refused`. */
export async function upload(file: File, ask: Ask, told: (done: number) => void): Promise<void> {
  const token = String(await ask("upload_begin", { name: file.name, size: file.size }));
  for (let offset = 0; offset < file.size; offset += PIECE) {
    const piece = new Uint8Array(await bytes(file.slice(offset, offset + PIECE)));
    told(Number(await ask("upload_add", { token, offset, data: base64(piece) })));
  }
  await ask("upload_end", { token });
}

function bytes(blob: Blob): Promise<ArrayBuffer> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => done(reader.result as ArrayBuffer));
    reader.addEventListener("error", () => failed(reader.error ?? new Error("the file could not be read")));
    reader.readAsArrayBuffer(blob);
  });
}

function base64(piece: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < piece.length; at += 0x8000) parts.push(String.fromCharCode(...piece.subarray(at, at + 0x8000)));
  return btoa(parts.join(""));
}

/** Bytes as a person reads them; as `rftkit.render.size`. */
export function size(value: number): string {
  const units = ["B", "kB", "MB"];
  let left = value;
  for (const unit of units) {
    if (left < 1000) return `${left.toFixed(unit === "B" ? 0 : 1)} ${unit}`;
    left /= 1000;
  }
  return `${left.toFixed(1)} GB`;
}
