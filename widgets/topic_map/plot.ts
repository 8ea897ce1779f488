// The drawing itself: dots, names, the lasso; moved, zoomed and pointed at.
import { h } from "../shared/dom.ts";
import { moved, resized, toPlace, toScreen, whole, zoomed, type Camera } from "./camera.ts";
import type { Dots, Named } from "./model.ts";
import { written } from "./names.ts";
import { Near } from "./near.ts";

export type Tool = "move" | "lasso";

export type PlotActs = {
  /** The colours of the groups, as CSS. */
  colours: () => { groups: string[]; ink: string; ground: string };
  point: (at: number, x: number, y: number) => void;
  open: (at: number) => void;
  lasso: (polygon: [number, number][], mode: "only" | "add" | "remove") => void;
};

const REACH = 9; // pixels around the pointer
const STILL = 4; // a drag shorter than that is a click

export class Plot {
  readonly canvas = h("canvas", { class: "rft-map__canvas", test: "map-canvas", key: "map-canvas", tabindex: 0, role: "img" });
  tool: Tool = "move";
  lit = -1;
  here = -1;
  private dots: Dots = { places: new Float32Array(), groups: new Uint8Array() };
  private near = new Near(this.dots.places);
  private names: readonly Named[] = [];
  private marked: Uint8Array = new Uint8Array();
  private some = false;
  private camera: Camera = whole(600, 400);
  private path: [number, number][] = [];
  private drag: { x: number; y: number; far: number; lasso: boolean } | null = null;
  private planned = false;

  constructor(private readonly acts: PlotActs, private readonly signal: AbortSignal) {
    const on = <K extends keyof HTMLElementEventMap>(name: K, act: (event: HTMLElementEventMap[K]) => void, passive = true): void => this.canvas.addEventListener(name, act, { signal, passive });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.moves(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => this.cancel());
    on("pointerleave", () => this.drag === null && this.acts.point(-1, 0, 0));
    on("wheel", (event) => this.wheel(event), false);
  }

  show(dots: Dots, names: readonly Named[]): void {
    if (dots.places !== this.dots.places) this.near = new Near(dots.places);
    this.dots = dots;
    this.names = names;
    this.plan();
  }

  mark(marked: Uint8Array): void {
    this.marked = marked;
    this.some = marked.some((one) => one === 1);
    this.plan();
  }

  light(group: number): void {
    if (this.lit === group) return;
    this.lit = group;
    this.plan();
  }

  resize(width: number, height: number): void {
    if (width <= 0 || (width === this.camera.width && height === this.camera.height)) return;
    this.camera = resized(this.camera, width, height);
    this.plan();
  }

  // -- moving -----------------------------------------------------------------------------------------------------

  zoom(by: number, x = this.camera.width / 2, y = this.camera.height / 2): void {
    this.camera = zoomed(this.camera, by, x, y);
    this.plan();
  }

  move(dx: number, dy: number): void {
    this.camera = moved(this.camera, dx, dy);
    this.plan();
  }

  all(): void {
    this.camera = whole(this.camera.width, this.camera.height);
    this.plan();
  }

  private at(event: MouseEvent): [number, number] {
    const box = this.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  private down(event: PointerEvent): void {
    if (event.button !== 0) return;
    const [x, y] = this.at(event);
    this.drag = { x, y, far: 0, lasso: (this.tool === "lasso") !== event.shiftKey };
    this.path = [[x, y]];
    this.canvas.setPointerCapture?.(event.pointerId);
  }

  private moves(event: PointerEvent): void {
    const [x, y] = this.at(event);
    if (this.drag === null) {
      this.here = this.nearest(x, y);
      return this.acts.point(this.here, x, y);
    }
    const [dx, dy] = [x - this.drag.x, y - this.drag.y];
    this.drag = { ...this.drag, x, y, far: this.drag.far + Math.hypot(dx, dy) };
    if (this.drag.lasso) this.path.push([x, y]);
    else this.camera = moved(this.camera, dx, dy);
    this.plan();
  }

  private up(event: PointerEvent): void {
    const drag = this.drag;
    const path = this.path;
    this.cancel();
    if (drag === null) return;
    if (drag.far < STILL) {
      const found = this.nearest(drag.x, drag.y);
      if (found >= 0) this.acts.open(found);
    } else if (drag.lasso && path.length > 2) {
      const mode = event.altKey ? "remove" : event.ctrlKey || event.metaKey ? "add" : "only";
      this.acts.lasso(thinned(path).map(([x, y]) => toPlace(this.camera, x, y)), mode);
    }
  }

  private cancel(): void {
    this.drag = null;
    this.path = [];
    this.plan();
  }

  private nearest(x: number, y: number): number {
    const [px, py] = toPlace(this.camera, x, y);
    return this.near.find(px, py, REACH / this.camera.scale);
  }

  /** The page scrolls unless the map has the focus or Ctrl is held. */
  private wheel(event: WheelEvent): void {
    const meant = event.ctrlKey || event.metaKey || this.canvas.ownerDocument.activeElement === this.canvas;
    if (!meant) return;
    event.preventDefault();
    const [x, y] = this.at(event);
    this.zoom(Math.exp(-Math.max(-60, Math.min(event.deltaY, 60)) / 180), x, y);
  }

  // -- drawing ----------------------------------------------------------------------------------------------------

  plan(): void {
    if (this.planned) return;
    this.planned = true;
    requestAnimationFrame(() => {
      this.planned = false;
      if (!this.signal.aborted) this.draw();
    });
  }

  private draw(): void {
    const { width, height } = this.camera;
    const dense = globalThis.devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * dense) || this.canvas.height !== Math.round(height * dense)) {
      this.canvas.width = Math.round(width * dense);
      this.canvas.height = Math.round(height * dense);
    }
    const pen = this.canvas.getContext("2d");
    if (pen === null) return;
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const { groups, ink, ground } = this.acts.colours();
    this.drawDots(pen, groups);
    this.drawNames(pen, ink, ground);
    this.drawLasso(pen, ink);
  }

  /** Wide enough to be seen where there are few, small where there are many, larger the nearer one looks. */
  private get radius(): number {
    const count = this.dots.groups.length;
    const near = Math.sqrt(this.camera.scale / whole(this.camera.width, this.camera.height).scale);
    return Math.min(6, Math.max(1, (count > 20_000 ? 1 : count > 3_000 ? 1.5 : count > 300 ? 2.4 : 4) * near));
  }

  private drawDots(pen: CanvasRenderingContext2D, colours: readonly string[]): void {
    // the first group is drawn last: the largest must not hide under the unassigned
    for (let group = colours.length - 1; group >= 0; group--) {
      const lit = this.lit < 0 || this.lit === group;
      this.drawGroup(pen, group, colours[group] ?? "gray", lit ? (this.some ? 0.16 : 0.72) : 0.07, false);
    }
    if (!this.some) return;
    for (let group = colours.length - 1; group >= 0; group--) this.drawGroup(pen, group, colours[group] ?? "gray", 0.95, true);
  }

  private drawGroup(pen: CanvasRenderingContext2D, group: number, colour: string, alpha: number, marked: boolean): void {
    const { places, groups } = this.dots;
    const { left, top, scale, width, height } = this.camera;
    const r = this.radius + (marked ? 0.6 : 0);
    const round = groups.length <= 3_000;
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    for (let at = 0; at < groups.length; at++) {
      if (groups[at] !== group || (this.some && (this.marked[at] === 1) !== marked)) continue;
      const x = left + (places[2 * at] ?? 0) * scale;
      const y = top + (places[2 * at + 1] ?? 0) * scale;
      if (x < -r || y < -r || x > width + r || y > height + r) continue;
      if (!round) pen.fillRect(x - r, y - r, 2 * r, 2 * r);
      else {
        pen.beginPath();
        pen.arc(x, y, r, 0, 7);
        pen.fill();
      }
    }
    pen.globalAlpha = 1;
  }

  private drawNames(pen: CanvasRenderingContext2D, ink: string, ground: string): void {
    pen.font = `600 12px ${getComputedStyle(this.canvas).fontFamily}`;
    pen.textAlign = "center";
    pen.lineJoin = "round";
    for (const { name, x, y } of written(this.names, this.camera, (text) => pen.measureText(text).width)) {
      pen.lineWidth = 4;
      pen.globalAlpha = 0.85;
      pen.strokeStyle = ground;
      pen.strokeText(name, x, y);
      pen.globalAlpha = 1;
      pen.fillStyle = ink;
      pen.fillText(name, x, y);
    }
  }

  private drawLasso(pen: CanvasRenderingContext2D, ink: string): void {
    if (this.drag?.lasso !== true || this.path.length < 2) return;
    pen.beginPath();
    this.path.forEach(([x, y], at) => (at === 0 ? pen.moveTo(x, y) : pen.lineTo(x, y)));
    pen.closePath();
    pen.strokeStyle = pen.fillStyle = ink;
    pen.lineWidth = 1.5;
    pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 0.06;
    pen.fill();
    pen.globalAlpha = 1;
  }

  /** Where a dot is on the screen now. */
  placeOf(at: number): [number, number] {
    return toScreen(this.camera, this.dots.places[2 * at] ?? 0, this.dots.places[2 * at + 1] ?? 0);
  }
}

/** A lasso with fewer corners: every few pixels one is enough. */
export function thinned(path: readonly [number, number][]): [number, number][] {
  const found: [number, number][] = [];
  for (const point of path) {
    const last = found.at(-1);
    if (last === undefined || Math.hypot(point[0] - last[0], point[1] - last[1]) >= 4) found.push(point);
  }
  return found.length > 2 ? found : [...path];
}
