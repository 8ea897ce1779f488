// The page of a dataset: counts and scores always in view, the actions in the order of work, panels below.
import { h, redraw, type Child } from "../shared/dom.ts";
import { count, score, share } from "../shared/format.ts";
import { help, typing } from "../shared/help.ts";
import type { Host, Shared } from "../shared/host.ts";
import { button, nextAct, type Advice } from "../shared/pieces.ts";
import { readyWord } from "../shared/readiness.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import "./index.css";

type Summary = {
  name: string;
  version: number | null;
  total: number;
  generated: number;
  valid: number;
  categorized: number;
  last_sanitized: string | null;
  balance: number | null;
  target_fit: number | null;
  synthetic_share: number | null;
  ready: boolean;
  next_act: Advice;
};

type Panel = { name: string; title: string; key: string; python: string; next: boolean; pinned: boolean; widget: string | null };

export interface WorkbenchModel extends Shared {
  /** Counts, scores and the next act, from Python. */
  summary: Summary | null;
  definitions: Record<string, string>;
  panels: Panel[];
  told: { sentence: string; python: string } | null;
}

type View = Host<WorkbenchModel>;

function draw(body: HTMLElement, host: View): void {
  const head = h("div", {});
  const below = h("div", { class: "rft-workbench__panels" });
  body.append(head, below);
  const places = new Map<string, Place>();
  const showHead = (): void => {
    const summary = host.get("summary");
    if (summary === null) return redraw(head, h("p", { class: "rft__empty", test: "empty" }, "Nothing is known of this dataset yet."));
    redraw(head, title(summary, host), counts(summary), scores(summary, host), told(host), actions(host), nextAct(summary.next_act));
  };
  const showPanels = (): void => arrange(below, places, host);
  host.onChange(["summary", "definitions", "panels", "told"], showHead);
  host.onChange(["panels"], showPanels);
  showHead();
  showPanels();
  if (host.live) keys(body, host);
}

function title({ name, version }: Summary, host: View): HTMLElement {
  const undo = host.live && (version ?? 0) > 0 && button({ text: "Undo", test: "undo", title: "Take the last step of the dataset back", act: () => void run(null, () => host.ask("undo")) });
  const note = version !== null && h("span", { class: "rft__note", test: "version" }, `version ${version}`);
  return h("header", { class: "rft__line" }, h("h2", { class: "rft__title" }, name), note, h("span", { class: "rft__push" }, undo));
}

function counts({ total, valid, categorized, generated, last_sanitized }: Summary): HTMLElement {
  const parts: Child[] = [pair("records", count(total)), pair("valid", count(valid)), pair("categorized", count(categorized)), pair("generated", count(generated))];
  return h("p", { class: "rft-workbench__line", test: "counts" }, parts, pair("sanitized", last_sanitized ?? "not yet"));
}

function scores(summary: Summary, host: View): HTMLElement {
  const why = host.get("definitions");
  return h(
    "p",
    { class: "rft-workbench__line", test: "scores" },
    pair("balance", score(summary.balance), why["balance"]),
    pair("target fit", score(summary.target_fit), why["target fit"]),
    pair("synthetic share", share(summary.synthetic_share), why["synthetic share"]),
    summary.total > 0 && readyWord(summary.ready),
  );
}

function pair(name: string, value: string, why?: string): HTMLElement {
  const mark = why !== undefined && h("abbr", { class: "rft__why", title: why, "aria-label": why, tabindex: 0 }, "?");
  return h("span", {}, h("span", { class: "rft__note" }, name), mark, " ", h("b", {}, value));
}

function told(host: View): Child {
  const last = host.get("told");
  return last !== null && h("p", { class: "rft__told", role: "status", test: "told" }, last.sentence, h("code", { class: "rft__python" }, last.python));
}

/** The actions in the order of work; the one that makes most sense now stands out. */
function actions(host: View): Child {
  if (!host.live) return null;
  const one = (panel: Panel): HTMLElement => {
    const open = panel.widget !== null;
    const kind = `rft__button${panel.next ? " rft__button--first" : ""}${open ? " rft-workbench__action--open" : ""}`;
    const click = (): void => void run(null, () => toggle(host, panel));
    const on = { click };
    return h("button", { class: kind, type: "button", test: `open-${panel.name}`, key: `open ${panel.name}`, "aria-expanded": open, title: `g ${panel.key}`, on }, panel.title);
  };
  return h("nav", { class: "rft-workbench__actions", "aria-label": "Panels" }, host.get("panels").map(one));
}

function toggle(host: View, { name, widget }: Panel): Promise<unknown> {
  return widget === null ? host.ask("show_panel", { name }) : host.ask("hide_panel", { name });
}

type Place = { section: HTMLElement; head: HTMLElement; widget: string; end: AbortController };

/** Draws the panels that were opened, takes away those that were closed, and leaves the others alone. */
function arrange(below: HTMLElement, places: Map<string, Place>, host: View): void {
  const open = host.get("panels").filter((panel) => panel.widget !== null);
  for (const [name, place] of places) {
    if (open.some((panel) => panel.name === name && panel.widget === place.widget)) continue;
    place.end.abort();
    place.section.remove();
    places.delete(name);
  }
  for (const panel of open) {
    const place = places.get(panel.name) ?? opened(panel, places, host);
    redraw(place.head, ...bar(panel, host));
    if (below.children[open.indexOf(panel)] !== place.section) below.insertBefore(place.section, below.children[open.indexOf(panel)] ?? null);
  }
}

function opened(panel: Panel, places: Map<string, Place>, host: View): Place {
  const inside = h("div", {});
  const head = h("div", { class: "rft__line rft-workbench__bar" });
  const section = h("section", { class: "rft-workbench__panel", "aria-label": panel.title, test: `panel-${panel.name}` }, head, inside);
  const place = { section, head, widget: panel.widget ?? "", end: new AbortController() };
  host.signal.addEventListener("abort", () => place.end.abort(), { once: true });
  places.set(panel.name, place);
  host.child(place.widget, inside, place.end.signal).catch((why: unknown) => redraw(inside, h("p", { class: "rft__error" }, sentence(why))));
  return place;
}

function bar(panel: Panel, host: View): Child[] {
  const pin = (): void => void run(null, () => host.ask("pin_panel", { name: panel.name, pinned: !panel.pinned }));
  const hide = (): void => void run(null, () => host.ask("hide_panel", { name: panel.name }));
  const pinned = h("button", { class: "rft__link", type: "button", test: `pin-${panel.name}`, key: `pin ${panel.name}`, "aria-pressed": panel.pinned, on: { click: pin } }, panel.pinned ? "unpin" : "pin");
  const close = h("button", { class: "rft__link", type: "button", test: `close-${panel.name}`, key: `close ${panel.name}`, "aria-label": `Close ${panel.title}`, on: { click: hide } }, "close");
  return [h("span", { class: "rft__push rft-workbench__ends" }, pinned, close)];
}

/** "g" and then the letter of a panel goes there; "?" lists them. */
function keys(body: HTMLElement, host: View): void {
  let going = false;
  const hear = (event: KeyboardEvent): void => {
    if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    const panel = going ? host.get("panels").find(({ key }) => key === event.key) : undefined;
    const help_ = event.key === "?" && !going && (event.target as Element).closest(".rft-workbench__panel") === null;
    going = event.key === "g" && !going;
    if (panel !== undefined) void go(body, host, panel);
    else if (help_) help(body, [["g, then", "a letter goes to a panel:"], ...host.get("panels").map(({ key, title }) => [`g ${key}`, title] as const)]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  body.addEventListener("keydown", hear, { capture: true, signal: host.signal });
}

/** The first control of the panel itself, which takes a moment to be drawn; that of its bar where there is none. */
async function control(section: HTMLElement): Promise<HTMLElement | null> {
  const wanted = ":is(button, input, select, textarea, [tabindex='0'])";
  for (let tries = 0; tries < 40; tries++) {
    const found = section.lastElementChild?.querySelector<HTMLElement>(wanted);
    if (found != null) return found;
    await new Promise((done) => setTimeout(done, 50));
  }
  return section.querySelector<HTMLElement>(wanted);
}

async function go(body: HTMLElement, host: View, panel: Panel): Promise<void> {
  if (panel.widget === null) await run(null, () => host.ask("show_panel", { name: panel.name }));
  const section = body.querySelector<HTMLElement>(`[data-testid="panel-${panel.name}"]`);
  if (section === null) return;
  section.scrollIntoView({ block: "nearest" });
  const first = await control(section);
  const there = section.contains(section.ownerDocument.activeElement); // who was quicker is left alone
  if (!there) first?.focus();
}

export default widget("workbench", draw);
