// The frame around every widget: one root element, the error line, quiet keys, one end for all listeners.
import { h, redraw } from "./dom.ts";
import { busy } from "./busy.ts";
import { liveHost, frozenHost, Refused, type Host, type Model, type Shared, type Widgets } from "./host.ts";
import "./widget.css";

/** Draws into `body` and keeps it up to date through the host; every listener ends with `host.signal`. */
export type View<S extends Shared> = (body: HTMLElement, host: Host<S>) => void;

type Given = { model: Model; el: HTMLElement; signal?: AbortSignal; host?: Widgets };

/** What a bundle exports: `render` for a kernel, `freeze` for a saved page. */
export function widget<S extends Shared>(name: string, view: View<S>) {
  return {
    render({ model, el, signal, host }: Given): () => void {
      const end = new AbortController();
      signal?.addEventListener("abort", () => end.abort(), { once: true });
      mount(name, el, liveHost<S>(model, end.signal, host), view);
      return () => end.abort();
    },
    freeze(state: S, el: HTMLElement): void {
      mount(name, el, frozenHost(state, new AbortController().signal), view);
    },
  };
}

function mount<S extends Shared>(name: string, el: HTMLElement, given: Host<S>, view: View<S>): void {
  const error = h("div", { role: "alert", test: "error" });
  const body = h("div", { class: "rft__body" });
  const waiting = h("div", { class: "rft__busy", role: "status", test: "working" });
  const host = given.live ? { ...given, ask: busy(given.ask, waiting, body, given.signal) } : given;
  const root = h("div", { class: `rft rft-${name}`, test: name }, error, given.live && waiting, body);
  // JupyterLab leaves the keys of an element with this attribute alone, so that "a" accepts and does not add a cell.
  // It must be on the focused element itself: the selectors of its shortcuts match that element before any parent.
  root.addEventListener("focusin", ({ target }) => (target as Element).setAttribute("data-lm-suppress-shortcuts", "true"), {
    signal: host.signal,
  });
  const drawError = (): void => {
    const text = host.get("error");
    redraw(error, text !== "" && h("p", { class: "rft__error" }, text));
  };
  el.replaceChildren(root);
  host.onChange(["error"], drawError);
  drawError();
  try {
    view(body, host);
  } catch (why) {
    // a view that cannot be drawn says so where it would have been
    redraw(body, h("p", { class: "rft__error" }, `This widget could not be drawn: ${sentence(why)}`));
  }
}

/** Runs an act of a control: the control is off meanwhile, a refusal is shown beside it. */
export async function run(control: HTMLButtonElement | null, act: () => Promise<unknown>): Promise<void> {
  if (control !== null) control.disabled = true;
  try {
    await act();
  } catch (why) {
    if (!(why instanceof Refused)) throw why; // a refusal is already in the error line
  } finally {
    if (control !== null) control.disabled = false;
  }
}

export function sentence(why: unknown): string {
  return why instanceof Error ? why.message : String(why);
}
