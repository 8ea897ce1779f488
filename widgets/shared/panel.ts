// What the panels of a dataset share: what was done last with its Undo, work that runs, the same as Python.
import { h, type Child } from "./dom.ts";
import type { Host, Shared } from "./host.ts";
import { button } from "./pieces.ts";
import { progress } from "./progress.ts";
import { run } from "./widget.ts";
import "./panel.css";

/** What was done last from a screen. */
export type Done = { sentence: string; python: string; undo: boolean } | null;

/** Work that runs behind a panel. */
export type Work = {
  name: string;
  done: number;
  total: number | null;
  rate: number;
  left: number | null;
  seconds: number;
  note: string;
  stopping: boolean;
  can_stop: boolean;
} | null;

interface Working extends Shared {
  work: Work;
  done: Done;
}

/** A host of a panel that works, whatever else it shares. */
type Panel = { live: boolean; get<K extends keyof Working>(key: K): Working[K]; ask: Host<Working>["ask"] };

/** The line under the head of a panel: the work while it runs, else what was done last, with Undo. */
export function status(host: Panel, what: string): Child {
  const work = host.get("work");
  const stop = (): void => void run(null, () => host.ask("stop"));
  if (work !== null) return h("div", { test: "work" }, progress({ ...work, running: true, what, stop: work.can_stop && host.live ? stop : undefined }));
  return told(host);
}

/** A host that knows what was done last, whatever else it shares. */
type Telling = { live: boolean; get(key: "done"): Done; ask: Host<Working>["ask"] };

/** What was done last, with Undo. */
export function told(host: Telling): Child {
  const done = host.get("done");
  if (done === null) return null;
  const back = done.undo && host.live && button({ text: "Undo", test: "undo", title: "Take it back (u)", act: () => void run(null, () => host.ask("undo")) });
  return h("div", { class: "rft__told", role: "status", test: "done" }, h("span", {}, done.sentence), done.python !== "" && h("code", { class: "rft__python" }, done.python), back && h("span", { class: "rft__push" }, back));
}

/** The line of Python that does what the panel does. */
export function python(line: string): HTMLElement {
  return h("p", { class: "rft__as-python" }, h("span", { class: "rft__note" }, "as Python"), h("code", { class: "rft__python", test: "python" }, line));
}

/** The head of a panel: its name, a quiet note, its acts at the right. */
export function heading(name: string, note: Child, ...acts: readonly Child[]): HTMLElement {
  return h("header", { class: "rft__line rft__panel-head" }, h("h2", { class: "rft__title" }, name), h("span", { class: "rft__note", test: "note" }, note), h("span", { class: "rft__push rft__line" }, ...acts));
}

/** Keeps a text as a file of the browser. */
export function keep(name: string, text: string, kind: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  const link = h("a", { href: url });
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** The key u takes back what was done last, wherever in the panel the focus is. */
export function undoKey(body: HTMLElement, host: Telling & { signal: AbortSignal }): void {
  body.addEventListener(
    "keydown",
    (event) => {
      const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if (event.key !== "u" || typing || event.ctrlKey || event.metaKey || event.altKey || host.get("done")?.undo !== true) return;
      event.preventDefault();
      void run(null, () => host.ask("undo"));
    },
    { signal: host.signal },
  );
}
