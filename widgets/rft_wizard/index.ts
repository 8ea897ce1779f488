// From a ready dataset to a deployed model, step by step: where one is, what stands against going on, Back and Continue.
import { h, redraw, type Child } from "../shared/dom.ts";
import type { Host, Shared } from "../shared/host.ts";
import { button } from "../shared/pieces.ts";
import { run, sentence, widget } from "../shared/widget.ts";
import "./index.css";

type Step = { name: string; title: string; says: string; done: boolean; open: boolean; against: string; widgets: string[] };
type Offer = { act: string; title: string; why: string };

export interface RFTWizardModel extends Shared {
  steps: Step[];
  step: string;
  /** Why one cannot go on yet. */
  against: string;
  /** Ways out of a NO-GO. */
  offers: Offer[];
}

type View = Host<RFTWizardModel>;
type Place = { widget: string; box: HTMLElement; end: AbortController };

class Wizard {
  private readonly top = h("div", {});
  private readonly below = h("div", { class: "rft-wizard__panels" });
  private readonly foot = h("div", {});
  private places: Place[] = [];

  constructor(private readonly body: HTMLElement, private readonly host: View) {
    body.append(this.top, this.below, this.foot);
    host.onChange(["steps", "step", "against", "offers"], () => this.draw());
    this.draw();
  }

  private ask(act: string, options: Record<string, unknown> = {}): void {
    void run(null, async () => {
      await this.host.ask(act, options);
      this.body.scrollIntoView({ block: "nearest" });
    });
  }

  private get here(): Step | undefined {
    return this.host.get("steps").find((one) => one.name === this.host.get("step"));
  }

  private draw(): void {
    const here = this.here;
    redraw(this.top, this.way(), h("p", { class: "rft-wizard__says", test: "says" }, here?.says ?? ""));
    this.show(here?.widgets ?? []);
    redraw(this.foot, this.host.live && this.footer());
  }

  /** The steps in their order; those that were reached can be gone to. */
  private way(): HTMLElement {
    const steps = this.host.get("steps");
    const one = (step: Step, at: number): HTMLElement => {
      const now = step.name === this.host.get("step");
      const mark = step.done ? "✓" : String(at + 1);
      const inside: Child[] = [h("span", { class: "rft-wizard__mark", "aria-hidden": true }, mark), " ", step.title];
      const told = step.done ? "done" : step.open ? "open" : "later";
      const click = (): void => this.ask("go", { step: step.name });
      const can = this.host.live && step.open && !now;
      const shown = can ? h("button", { class: "rft__link", type: "button", test: `step-${step.name}`, key: `step ${step.name}`, on: { click } }, inside) : h("span", { test: `step-${step.name}` }, inside);
      return h("li", { class: `rft-wizard__step rft-wizard__step--${now ? "now" : told}`, ...(now ? { "aria-current": "step" } : {}), title: `${step.title}: ${told}` }, shown);
    };
    return h("nav", { "aria-label": "Steps" }, h("ol", { class: "rft-wizard__way" }, steps.map(one)));
  }

  /** Draws the widgets of the step; those that stay are left alone. */
  private show(widgets: readonly string[]): void {
    if (widgets.length === this.places.length && widgets.every((name, at) => this.places[at]?.widget === name)) return;
    for (const place of this.places) place.end.abort();
    this.below.replaceChildren();
    this.places = widgets.map((name) => this.opened(name));
  }

  private opened(name: string): Place {
    const box = h("section", { class: "rft-wizard__panel" });
    const place = { widget: name, box, end: new AbortController() };
    this.below.append(box);
    this.host.signal.addEventListener("abort", () => place.end.abort(), { once: true });
    this.host.child(name, box, place.end.signal).catch((why: unknown) => redraw(box, h("p", { class: "rft__error" }, sentence(why))));
    return place;
  }

  private footer(): HTMLElement {
    const steps = this.host.get("steps");
    const at = steps.findIndex((one) => one.name === this.host.get("step"));
    const against = this.host.get("against");
    const back = at > 0 && button({ text: "← Back", test: "wizard-back", act: () => this.ask("back") });
    const next = steps[at + 1];
    const on = next !== undefined && button({ text: `Continue: ${next.title} →`, test: "wizard-continue", first: against === "", act: () => this.ask("forward") });
    const offers = this.host.get("offers").map((one) => h("li", {}, button({ text: one.title, test: `offer-${one.act}`, act: () => this.ask(one.act) }), h("span", { class: "rft__note" }, ` ${one.why}`)));
    const why = against !== "" && next !== undefined && h("p", { class: "rft__note rft-wizard__why", test: "against" }, `To go on, ${against}.`);
    return h("footer", { class: "rft-wizard__foot" }, offers.length > 0 && h("ul", { class: "rft-wizard__offers", test: "offers" }, offers), why, h("div", { class: "rft__line" }, back, h("span", { class: "rft__push" }, on)));
  }
}

export default widget("wizard", (body, host: View) => void new Wizard(body, host));
