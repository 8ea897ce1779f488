// The target of a topic as a tick that can be dragged, or moved with the arrow keys.
import { h } from "../shared/dom.ts";
import { share as percent } from "../shared/format.ts";
import type { Topic } from "./rows.ts";

/** A step of the arrow keys, and of the mouse: tenths of a point are enough. */
const STEP = 0.005;
const GRAIN = 1000;
const PAUSE = 120;

export type Trying = {
  /** What the whole width of a bar stands for; it stays while a tick is dragged. */
  full: () => number;
  /** Rows keep their order and scale while a target is tried; `dragging` until the mouse lets go. */
  hold: (dragging: boolean) => void;
  tryTarget: (path: string, share: number) => void;
  /** A target that was typed: it is tried, and the rows keep their order. */
  hand: (path: string, share: number) => void;
};

export function tick(topic: Topic, { full, hold, tryTarget }: Pick<Trying, "full" | "hold" | "tryTarget">, signal: AbortSignal): HTMLElement {
  const now = topic.target ?? 0;
  const node = h("div", {
    class: "rft__tick rft__tick--drag",
    role: "slider",
    tabindex: 0,
    key: `target ${topic.path}`,
    test: "target-tick",
    title: `Target ${percent(now)}: drag it, or use the arrow keys`,
    "aria-label": `Target share of ${topic.path}`,
    "aria-valuemin": 0,
    "aria-valuemax": 100,
    "aria-valuenow": Math.round(1000 * now) / 10,
    "aria-valuetext": percent(now),
  });
  node.addEventListener("keydown", (event) => {
    const step = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    hold(false);
    tryTarget(topic.path, within(now + step * (event.shiftKey ? 10 : 1)));
  });
  node.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    node.focus({ preventScroll: true });
    hold(true);
    drag(node, topic.path, full(), { hold, tryTarget }, signal);
  });
  return node;
}

// The page is drawn anew while the mouse moves, so the document listens and not the tick.
function drag(node: HTMLElement, path: string, full: number, { hold, tryTarget }: Pick<Trying, "hold" | "tryTarget">, signal: AbortSignal): void {
  const { left, width } = (node.parentElement ?? node).getBoundingClientRect();
  const done = new AbortController();
  signal.addEventListener("abort", () => done.abort(), { once: true, signal: done.signal });
  const page = node.ownerDocument;
  const later = paced((value: number) => tryTarget(path, value));
  const at = (event: PointerEvent): number => shareAt(event.clientX - left, width, full);
  page.addEventListener("pointermove", (event) => later(at(event)), { signal: done.signal });
  for (const kind of ["pointerup", "pointercancel"] as const) {
    page.addEventListener(
      kind,
      (event) => {
        done.abort();
        later.cancel();
        if (kind === "pointerup") tryTarget(path, at(event));
        hold(false);
      },
      { signal: done.signal },
    );
  }
}

/** The share that a place on a bar stands for. */
export function shareAt(offset: number, width: number, full: number): number {
  return within(Math.round(((width > 0 ? offset / width : 0) * full) * GRAIN) / GRAIN);
}

function within(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Passes on the latest value, not more often than every PAUSE. */
function paced(act: (value: number) => void): { (value: number): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let latest = 0;
  const call = (value: number): void => {
    latest = value;
    timer ??= setTimeout(() => {
      timer = undefined;
      act(latest);
    }, PAUSE);
  };
  call.cancel = () => clearTimeout(timer);
  return call;
}
