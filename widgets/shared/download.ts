// A file of the kernel, taken over by the browser piece by piece.
import type { Host, Shared } from "./host.ts";

type Piece = { data: string; bytes: number };

/** Asks for the pieces of a file until it is whole; `told` hears how many bytes are there. */
export async function download(path: string, ask: Host<Shared>["ask"], told: (done: number) => void = () => {}): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let done = 0;
  for (;;) {
    const { data, bytes } = (await ask("piece", { path, offset: done })) as Piece;
    const part = Uint8Array.from(atob(data), (sign) => sign.charCodeAt(0));
    parts.push(part);
    done += part.length;
    told(done);
    if (done >= bytes || part.length === 0) return new Blob(parts);
  }
}

/** Keeps a blob as a file of the browser. */
export function keepBlob(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}
