// Generate: what goes in, how, what comes out and at what price; after the approval the run itself.
import { h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm, tick } from "../shared/fields.ts";
import { count, money, plural } from "../shared/format.ts";
import type { Shared } from "../shared/host.ts";
import type { ModelRow } from "../shared/models.ts";
import { button } from "../shared/pieces.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import { advanced } from "./advanced.ts";
import { ask, set, type Can, type Choices, type Fits, type Local, type Offer, type Priced, type Source, type View } from "./model.ts";
import { out, price } from "./offer.ts";
import { settings, wantModels } from "./settings.ts";
import { source } from "./source.ts";
import "./index.css";

export interface GenerationModalModel extends Shared {
  choices: Choices;
  can: Can;
  offer: Offer | null;
  planning: boolean;
  /** Why there is no plan. */
  refusal: string;
  fits: Fits | null;
  models: ModelRow[];
  found: { text: string; records: Source[] } | null;
  /** The run that was started, as "anywidget:id". */
  progress: string | null;
  /** Why the modal was opened. */
  note: string;
}

function draw(body: HTMLElement, host: View): void {
  const local: Local = { open: new Set(), lines: false };
  const part = (name: string, test: string): HTMLElement => h("section", { class: `rft-generate__${name}`, test });
  const [left, right, how, fold, end] = [part("in", "goes-in"), part("out", "comes-out"), part("how", "how"), part("fold", "fold"), part("approve", "approve")];
  const form = h("div", { class: "rft-generate__form", test: "form" }, h("div", { class: "rft-generate__columns" }, left, right), how, fold, end);
  const place = h("div", { class: "rft-generate__run" });
  form.prepend(top(host));
  body.append(form, place);

  const showIn = (): void => redrawForm(left, source(host));
  const showOut = (): void => redraw(right, out(host, local, showOut));
  const showHow = (): void => redrawForm(how, settings(host));
  const showFold = (): void => redrawForm(fold, advanced(host, local));
  const showEnd = (): void => redraw(end, approve(host));
  const follow = (keys: readonly (keyof GenerationModalModel)[], act: () => void): void => {
    host.onChange(keys, act);
    act();
  };
  follow(["choices", "can", "found", "offer"], showIn);
  follow(["offer", "planning", "refusal", "choices"], showOut);
  follow(["choices", "can", "fits", "models", "offer"], showHow);
  follow(["choices", "can", "offer"], showFold);
  follow(["offer", "planning", "refusal", "choices", "models"], showEnd);
  follow(["progress"], running(host, form, place));
  follow(["fits", "planning"], () => wantFits(host));
  wantModels(host);
}

function top(host: View): HTMLElement {
  const note = host.get("note");
  return h("header", { class: "rft-generate__top" }, h("h2", { class: "rft__title" }, "Generate"), note !== "" && h("p", { class: "rft__note", test: "note" }, note));
}

/** Asks which strategies can serve, once the plan is there. */
function wantFits(host: View): void {
  if (host.live && host.get("fits") === null && !host.get("planning") && host.get("offer") !== null) ask(host, "check_strategies");
}

/** Shows the run in the place of the form. */
function running(host: View, form: HTMLElement, place: HTMLElement): () => void {
  let end = new AbortController();
  host.signal.addEventListener("abort", () => end.abort(), { once: true });
  return () => {
    end.abort();
    end = new AbortController();
    const reference = host.get("progress");
    form.hidden = reference !== null;
    redraw(place);
    if (reference === null) return;
    const child = h("div", {});
    const back = host.live && button({ text: "Back to the plan", test: "back", act: () => ask(host, "back") });
    redraw(place, child, h("p", { class: "rft-generate__back" }, back, h("span", { class: "rft__note" }, " The run goes on; closing this does not stop it.")));
    host.child(reference, child, end.signal).catch((why: unknown) => redraw(child, h("p", { class: "rft__error" }, sentence(why))));
  };
}

/** The announced price and cap, the pilot, and the button that approves them. */
function approve(host: View): Child[] {
  const offer = host.get("offer");
  if (offer === null || !host.live) return [offer !== null && python(offer)];
  const few = host.get("choices").pilot ? offer.pilot : null;
  const now: Priced = few ?? offer;
  const start = button({ text: label(now, few !== null), test: "start", first: true, act: () => void run(start, () => host.ask("start")) });
  start.disabled = host.get("planning") || now.requested === 0 || blocked(host);
  return [offer.pilot !== null && pilot(host, offer, offer.pilot), h("div", { class: "rft__line rft__line--ends rft-generate__last" }, h("p", { test: "announced" }, announced(now)), start), python(offer)];
}

function label(now: Priced, few: boolean): string {
  const cost = now.free ? "free" : now.cost_usd === null ? "price unknown" : `about ${money(now.cost_usd)}`;
  return `${few ? "Start the pilot" : "Start"}: ${plural(now.requested, "candidate")}, ${cost}`;
}

function announced(now: Priced): string {
  const cost = price(now);
  const calls = `${plural(now.calls, "call")} to ${now.model}`;
  if (now.free) return `${calls}, free. Nothing enters the dataset before you have reviewed it.`;
  const cap = now.cap_usd === null ? "There is no cap, because the price is not known: give it under Advanced." : `Never more than ${money(now.cap_usd)}: the run stops before that.`;
  return `${calls}, ${cost.value === "unknown" ? "price unknown" : cost.value}${cost.note === undefined ? "" : ` (${cost.note})`}. ${cap} Starting approves this.`;
}

/** Whether the model cannot be called from here, as far as is known. */
function blocked(host: View): boolean {
  const { base_url: url } = host.get("choices");
  const now = host.get("offer")?.model;
  return url === null && host.get("models").some((row) => row.name === now && !row.reachable);
}

function pilot(host: View, offer: Offer, few: Priced): HTMLElement {
  const chosen = host.get("choices").pilot;
  const one = (name: string, test: string, checked: boolean, note: string, value: boolean): HTMLElement =>
    tick({ name, test, checked, note, type: "radio", group: "pilot", change: () => set(host, { pilot: value }) });
  return h(
    "fieldset",
    { class: "rft-generate__pilot", "aria-label": "Pilot or all" },
    one(`A pilot of ${count(few.requested)} first`, "pilot-first", chosen, "read them before the rest is made; the same answers are not paid for again", true),
    one(`All ${count(offer.requested)} at once`, "pilot-all", !chosen, price(offer).value, false),
  );
}

function python(offer: Offer): HTMLElement {
  return h("details", { class: "rft-generate__python" }, h("summary", { class: "rft__note" }, "as Python"), h("code", { class: "rft__python", test: "python" }, offer.python));
}

export default widget("generate", draw);
