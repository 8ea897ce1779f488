// One topic: what it says, its records, what is below it, and what can be done with it.
import { h, redraw, type Child } from "../shared/dom.ts";
import { redrawForm, text as textField } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import { button, facts } from "../shared/pieces.ts";
import { text } from "../shared/text.ts";
import type { Central, Details as Shown } from "./model.ts";

/** What can be done with a topic; the key does it in the tree. */
export type Deed = { name: string; test: string; key: string; why: string; act: () => void; off?: boolean };

type Given = {
  live: boolean;
  /** Deeds for the topic that is shown. */
  deeds: (shown: Shown) => Deed[];
  open: (id: string) => void;
  describe: (id: string, change: { description?: string; keywords?: string }) => void;
};

export class Details {
  readonly node = h("section", { class: "rft-topics__details", "aria-label": "The topic", test: "details", tabindex: -1, key: "details" });
  private readonly head = h("div", {});
  private readonly form = h("div", { class: "rft-topics__form" });
  private readonly rest = h("div", { class: "rft-topics__rest" });
  private shown: Shown | null = null;
  private central: Central = null;
  private said = "";

  constructor(private readonly given: Given) {
    this.node.append(this.head, this.form, this.rest);
  }

  get id(): string {
    return this.shown?.id ?? "";
  }

  show(shown: Shown | null): void {
    const other = shown?.id !== this.shown?.id;
    this.shown = shown;
    this.node.hidden = shown === null;
    if (shown === null) return;
    this.drawHead(shown);
    const fields = this.fields(shown);
    if (other) redraw(this.form, ...fields);
    else redrawForm(this.form, ...fields);
    this.drawRest();
  }

  /** Draws what is above the fields; left alone where it is the same, so that a click there is not lost when a field is left. */
  private drawHead(shown: Shown): void {
    const deeds = this.given.live ? this.given.deeds(shown) : [];
    const { description, keywords, by_hand, samples, ...rest } = shown;
    const said = JSON.stringify([rest, deeds.map(({ name, off }) => [name, off])]);
    if (said === this.said) return;
    this.said = said;
    const acts = deeds.map(({ name, test, key, why, act, off }) => {
      const made = button({ text: name, test, title: key === "" ? why : `${why} (${key})`, act });
      made.disabled = off === true;
      return made;
    });
    const above = shown.path.slice(0, -shown.name.length - 1);
    redraw(
      this.head,
      h("h3", { class: "rft__title rft-topics__title", dir: "auto", test: "details-name" }, shown.name, shown.locked && h("span", { class: "rft-topics__tag rft-topics__tag--locked" }, "locked")),
      above !== "" && h("p", { class: "rft__note", dir: "auto" }, `in ${above}`),
      facts(numbers(shown)),
      acts.length > 0 && h("div", { class: "rft-topics__deeds", role: "group", "aria-label": "What to do with it" }, acts),
    );
  }

  showCentral(central: Central): void {
    this.central = central;
    if (this.shown !== null) this.drawRest();
  }

  private fields(shown: Shown): Child[] {
    const { description, keywords, by_hand, locked, id } = shown;
    if (!this.given.live || locked || shown.samples !== undefined) {
      const words = keywords.length > 0 && h("p", {}, h("span", { class: "rft__note" }, "keywords "), h("span", { dir: "auto" }, keywords.join(", ")));
      return [description !== "" && h("p", { dir: "auto", class: "rft-topics__said" }, description), words];
    }
    const note = (part: string): string | undefined => (by_hand.includes(part) ? "written by hand; finding topics again keeps it" : undefined);
    return [
      textField({ name: "description", test: "description", value: description, rows: 2, note: note("description"), change: (value) => this.given.describe(id, { description: value }) }),
      textField({ name: "keywords, separated by commas", test: "keywords", value: keywords.join(", "), note: note("keywords"), change: (value) => this.given.describe(id, { keywords: value }) }),
    ];
  }

  private drawRest(): void {
    const shown = this.shown as Shown;
    redraw(this.rest, this.texts(shown), this.children(shown));
  }

  private texts(shown: Shown): Child {
    if (shown.samples !== undefined) return shown.samples.length > 0 && part("sample prompts", list(shown.samples));
    if (shown.total === 0) return h("p", { class: "rft__note" }, "No record is here.");
    const central = this.central?.id === shown.id ? this.central : null;
    if (central === null) return null;
    if (central.error !== "") return h("p", { class: "rft__error" }, `The central records were not found: ${central.error}`);
    if (central.rows === null) return part("central records", h("p", { class: "rft__note", role: "status" }, "looking for them…"));
    return central.rows.length > 0 && part("central records", list(central.rows.map((row) => row.text)));
  }

  private children(shown: Shown): Child {
    if (shown.children.length === 0) return null;
    const one = ({ id, name, total }: Shown["children"][number]): HTMLElement => {
      const link = h("button", { class: "rft__link", type: "button", key: `child ${id}`, dir: "auto", on: { click: () => this.given.open(id) } }, name);
      return h("li", {}, this.given.live ? link : h("span", { dir: "auto" }, name), h("span", { class: "rft__note" }, total === null ? "" : ` ${count(total)}`));
    };
    const rest = shown.more > 0 && h("li", { class: "rft__note" }, plural(shown.more, "more topic"));
    return part(`${plural(shown.children.length + shown.more, "topic")} below`, h("ul", { class: "rft-topics__children", test: "children" }, shown.children.map(one), rest));
  }
}

function numbers(shown: Shown): { name: string; value: Child; note?: string; why?: string; test?: string }[] {
  const counted = [{ name: "records", value: count(shown.total), note: shown.share === null ? "" : share(shown.share), why: "Records here and in all topics below; the share is of all records.", test: "details-total" }];
  return shown.children.length === 0 || shown.own === 0 ? counted : [...counted, { name: "right here", value: count(shown.own), why: "Records of this topic that are in none below it." }];
}

function part(name: string, body: Child): HTMLElement {
  return h("div", { class: "rft-topics__part" }, h("h4", { class: "rft__note" }, name), body);
}

function list(texts: readonly string[]): HTMLElement {
  return h("ul", { class: "rft-topics__texts", test: "texts" }, texts.map((one, at) => h("li", {}, text(one, { lines: 3, key: `text ${at}` }))));
}
