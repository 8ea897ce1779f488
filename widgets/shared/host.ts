// What a view may ask of whatever feeds it. A running kernel is one host, the frozen state of a report another.

/** The values that a widget shares with Python, by the names of the Python traits. */
export type Shared = { error: string; static_html: string };

/** A sentence from Python for a request that could not be done. */
export class Refused extends Error {}

export interface Host<S extends Shared> {
  /** False in a saved page: nothing can be asked, controls are left out. */
  readonly live: boolean;
  readonly signal: AbortSignal;
  get<K extends keyof S>(key: K): S[K];
  /** Calls `act` after any of the keys changed; ends with the view. */
  onChange(keys: readonly (keyof S)[], act: () => void): void;
  /** Asks the Python object to run one of its acts; rejects with `Refused` and a sentence. Numbers that are sent as
   * they are come as `buffers` of the value, one DataView each. */
  ask(act: string, options?: Record<string, unknown>): Promise<unknown>;
  /** Draws the widget that a trait refers to ("anywidget:id") into an element, until `end`. */
  child(reference: string, el: HTMLElement, end: AbortSignal): Promise<void>;
}

/** The part of anywidget's host that is used: other widgets of the page by their reference. */
export interface Widgets {
  getWidget(reference: string): Promise<{ render(place: { el: HTMLElement; signal: AbortSignal }): Promise<void> }>;
}

/** The part of anywidget's model that is used. */
export interface Model {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
  save_changes(): void;
  on(event: string, act: (...given: never[]) => void): void;
  off(event: string, act: (...given: never[]) => void): void;
  send(content: unknown): void;
}

type Reply = { kind: "reply"; id: string; value?: unknown; error?: string };

function isReply(message: unknown): message is Reply {
  return typeof message === "object" && message !== null && (message as Reply).kind === "reply";
}

let asked = 0;
const page = Math.random().toString(36).slice(2, 8);

/** A host on a live kernel. */
export function liveHost<S extends Shared>(model: Model, signal: AbortSignal, widgets?: Widgets): Host<S> {
  const waiting = new Map<string, { done: (value: unknown) => void; failed: (why: Error) => void }>();
  const hear = (message: unknown, buffers: unknown): void => {
    if (!isReply(message)) return;
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.error !== undefined) call?.failed(new Refused(message.error));
    else call?.done(Array.isArray(buffers) && buffers.length > 0 ? { ...(message.value as object), buffers } : message.value);
  };
  listen(model, "msg:custom", hear, signal);
  return {
    live: true,
    signal,
    get: (key) => model.get(key as string) as S[typeof key],
    onChange(keys, act) {
      const once = together(act, signal);
      for (const key of keys) listen(model, `change:${String(key)}`, once, signal);
    },
    ask(act, options = {}) {
      const id = `${page}-${++asked}`;
      return new Promise((done, failed) => {
        waiting.set(id, { done, failed });
        model.send({ kind: "ask", id, act, options });
      });
    },
    async child(reference, el, end) {
      if (widgets === undefined) throw new Refused("This page cannot show a widget inside another; show it in a cell of its own.");
      const found = await widgets.getWidget(reference);
      if (!end.aborted) await found.render({ el, signal: end });
    },
  };
}

/** A host on the state that a report was saved with. */
export function frozenHost<S extends Shared>(state: S, signal: AbortSignal): Host<S> {
  return {
    live: false,
    signal,
    get: (key) => state[key],
    onChange() {},
    ask: () => Promise.reject(new Refused("This is a saved page; open the notebook to change anything.")),
    child: () => Promise.resolve(), // what a widget opens inside itself is part of a session, not of a saved page
  };
}

const ends = new WeakMap<AbortSignal, (() => void)[]>();

function listen(model: Model, event: string, act: (message: unknown, buffers: unknown) => void, signal: AbortSignal): void {
  model.on(event, act);
  atEnd(signal, () => model.off(event, act));
}

/** One listener on the signal for all that ends with it, however many traits a view looks at. */
function atEnd(signal: AbortSignal, end: () => void): void {
  const known = ends.get(signal);
  if (known !== undefined) return void known.push(end);
  const all = [end];
  ends.set(signal, all);
  signal.addEventListener("abort", () => all.forEach((one) => one()), { once: true });
}

// Several traits that change under one hold_sync arrive one by one; the view is drawn once.
function together(act: () => void, signal: AbortSignal): () => void {
  let planned = false;
  return () => {
    if (planned) return;
    planned = true;
    queueMicrotask(() => {
      planned = false;
      if (!signal.aborted) act();
    });
  };
}
