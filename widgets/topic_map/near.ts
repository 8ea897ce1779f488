// The dot that is nearest to the pointer, found in a grid and not by looking at all of them.

const CELLS = 128;

export class Near {
  private readonly cells: Int32Array;
  private readonly starts: Int32Array;

  constructor(private readonly places: Float32Array) {
    const count = places.length / 2;
    this.starts = new Int32Array(CELLS * CELLS + 1);
    for (let at = 0; at < count; at++) this.add(this.starts, this.cell(at) + 1);
    for (let cell = 1; cell < this.starts.length; cell++) this.add(this.starts, cell, this.starts[cell - 1]);
    const next = this.starts.slice();
    this.cells = new Int32Array(count);
    for (let at = 0; at < count; at++) {
      const cell = this.cell(at);
      this.cells[next[cell] ?? 0] = at;
      this.add(next, cell);
    }
  }

  private add(into: Int32Array, at: number, by = 1): void {
    into[at] = (into[at] ?? 0) + by;
  }

  private cell(at: number): number {
    return fold(this.places[2 * at + 1] ?? 0) * CELLS + fold(this.places[2 * at] ?? 0);
  }

  /** The nearest dot within a distance; -1 where there is none. */
  find(x: number, y: number, distance: number): number {
    let best = -1;
    let least = distance * distance;
    for (let row = fold(y - distance); row <= fold(y + distance); row++) {
      const from = this.starts[row * CELLS + fold(x - distance)] ?? 0;
      const to = this.starts[row * CELLS + fold(x + distance) + 1] ?? 0;
      for (let i = from; i < to; i++) {
        const at = this.cells[i] ?? 0;
        const far = ((this.places[2 * at] ?? 0) - x) ** 2 + ((this.places[2 * at + 1] ?? 0) - y) ** 2;
        if (far <= least) [best, least] = [at, far];
      }
    }
    return best;
  }
}

function fold(value: number): number {
  return Math.max(0, Math.min(CELLS - 1, Math.floor(value * CELLS)));
}
