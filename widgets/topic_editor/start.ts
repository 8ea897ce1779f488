// Three ways to topics: found in the data, from a template or a file, by hand.
import { h, redraw, type Child } from "../shared/dom.ts";
import { number, redrawForm, select, text } from "../shared/fields.ts";
import { Refused } from "../shared/host.ts";
import { button, choices } from "../shared/pieces.ts";
import { size, upload } from "../shared/upload.ts";
import { run } from "../shared/widget.ts";
import type { View } from "./model.ts";

type Way = "data" | "template" | "file" | "hand";

const WHY: Record<string, string> = {
  auto: "the best that is installed for so many records",
  minilm: "a small language model: the best topics, about 450 texts a second",
  static: "word vectors adapted to the small model: for many records",
  lsa: "from the words of the records alone: quick, and needs nothing installed",
};

export class Start {
  readonly node = h("section", { class: "rft-topics__start", "aria-label": "A new tree", test: "start" });
  private readonly form = h("div", { class: "rft-topics__way" });
  private way: Way = "data";
  private options = { depth: 2, count: null as number | null, embedder: "auto", seed: 0, model: "" };
  private template = "";
  private sending = "";

  constructor(private readonly host: View, private readonly add: (name: string) => void, private readonly changed: () => void) {
    const template = host.get("known").templates[0] ?? "";
    this.template = template;
  }

  draw(): void {
    const ways: { text: string; value: Way }[] = [
      { text: "Find in the data", value: "data" },
      { text: "Template", value: "template" },
      { text: "File", value: "file" },
      { text: "By hand", value: "hand" },
    ];
    const tabs = choices("way to start", ways.map((one) => ({ ...one, chosen: one.value === this.way })), (way) => this.choose(way));
    if (this.form.parentElement !== this.node) redraw(this.node, h("div", {}), this.form);
    redraw(this.node.firstElementChild as HTMLElement, tabs);
    redrawForm(this.form, ...this.fields());
  }

  focus(): void {
    this.node.querySelector<HTMLElement>("button[aria-pressed=true]")?.focus({ preventScroll: true });
  }

  /** The line of Python for what is chosen here. */
  python(): string {
    if (this.way === "template") return `ds.use_template(${JSON.stringify(this.template)})`;
    if (this.way === "file") return `ds.load_topics("topics.json")`;
    if (this.way === "hand") return `ds.change_topics(lambda tree: tree.add("Cards/Lost"), "topics add")`;
    const { depth, count, embedder, seed, model } = this.options;
    const given = [depth !== 2 && `depth=${depth}`, count !== null && `count=${count}`, model !== "" && `model=${JSON.stringify(model)}`, embedder !== "auto" && `embedder=${JSON.stringify(embedder)}`, seed !== 0 && `seed=${seed}`];
    return `ds.discover_topics(${given.filter((one) => one !== false).join(", ")})`;
  }

  private choose(way: Way): void {
    this.way = way;
    this.draw();
    this.changed();
  }

  private set(options: Partial<Start["options"]>): void {
    this.options = { ...this.options, ...options };
    this.draw();
    this.changed();
  }

  private fields(): Child[] {
    if (this.way === "template") return this.templates();
    if (this.way === "file") return this.files();
    return this.way === "hand" ? this.byHand() : this.data();
  }

  private data(): Child[] {
    const { embedders, depth: most, records } = this.host.get("known");
    const { depth, count, embedder, seed, model } = this.options;
    const busy = this.host.get("work") !== null;
    const levels = Array.from({ length: most }, (_, at) => ({ value: String(at + 1), text: at === 0 ? "1 level" : `${at + 1} levels` }));
    const go = button({ text: "Find topics", test: "discover", first: true, act: () => void run(null, () => this.host.ask("discover", { ...this.options })) });
    go.disabled = busy || records === 0;
    const none = records === 0 && h("p", { class: "rft__note" }, "There are no records to find topics in yet; import some, or begin with a template.");
    return [
      h("p", {}, "Prompts that are alike become a topic, named after the words that set it apart. What is found is shown first; nothing changes before you take it."),
      h(
        "div",
        { class: "rft__fields" },
        number({ name: "number of topics", test: "count", value: count, min: 1, step: 1, placeholder: "auto", why: "Of the finest level; found by itself where it is left open.", change: (value) => this.set({ count: value }) }),
        select({ name: "levels", test: "depth", value: String(depth), options: levels, change: (value) => this.set({ depth: Number(value) }) }),
        select({ name: "compare prompts by", test: "embedder", value: embedder, options: embedders.map((one) => ({ value: one, text: one })), note: WHY[embedder], change: (value) => this.set({ embedder: value }) }),
        number({ name: "seed", test: "seed", value: seed, step: 1, why: "The same records and seed give the same topics.", change: (value) => this.set({ seed: value ?? 0 }) }),
        text({ name: "named by the model", test: "model", value: model, placeholder: "none", why: "A model of litellm, with one short call for each topic, which may cost money; by their keywords where it is left open.", change: (value) => this.set({ model: value }) }),
      ),
      none,
      h("p", { class: "rft__line" }, go),
    ];
  }

  private templates(): Child[] {
    const { templates } = this.host.get("known");
    const options = templates.map((one) => ({ value: one, text: one.replaceAll("-", " ") }));
    const look = button({ text: "Look at it", test: "template-look", first: true, act: () => void run(null, () => this.host.ask("propose_template", { name: this.template })) });
    const chosen = select({ name: "template", test: "template", value: this.template, options, change: (value) => { this.template = value; this.changed(); } });
    return [h("p", {}, "A tree that suits many datasets of its kind, to begin with. Records are assigned when you take it."), h("div", { class: "rft-topics__one" }, chosen, look)];
  }

  private files(): Child[] {
    const look = (path: string): void => void run(null, () => this.host.ask("propose_file", { path }));
    const field = text({ name: "topic file", test: "file-path", value: "", placeholder: "topics.json", note: "as the kernel sees it; JSON by name with subtopics, nested lists, or what is saved here", change: () => {} });
    const input = field.querySelector("input") as HTMLInputElement;
    input.addEventListener("keydown", (event) => event.key === "Enter" && look(input.value));
    const file = h("input", { type: "file", test: "file", key: "file", "aria-label": "A topic file of this computer" });
    file.accept = ".json,application/json";
    file.addEventListener("change", () => void this.send(file.files?.[0]));
    const own = h("label", { class: "rft-topics__upload" }, h("span", { class: "rft__note" }, this.sending === "" ? "or from this computer" : this.sending), file);
    return [h("div", { class: "rft-topics__one" }, field, button({ text: "Look at it", test: "file-look", first: true, act: () => look(input.value) })), own];
  }

  private async send(file: File | undefined): Promise<void> {
    if (file === undefined) return;
    const most = this.host.get("known").limit;
    this.sending = file.size > most ? `${file.name} has ${size(file.size)}, and ${size(most)} can be handed over` : `${file.name} is on its way`;
    this.draw();
    if (file.size > most) return;
    try {
      await upload(file, (act, options) => this.host.ask(act, options), () => {});
    } catch (why) {
      if (!(why instanceof Refused)) throw why;
    }
    this.sending = "";
    this.draw();
  }

  private byHand(): Child[] {
    const field = text({ name: "first topic", test: "hand-name", value: "", placeholder: "Cards/Lost", note: "a slash makes a topic below another", change: () => {} });
    const input = field.querySelector("input") as HTMLInputElement;
    const add = (): void => {
      if (input.value.trim() !== "") this.add(input.value.trim());
      input.value = "";
    };
    input.addEventListener("keydown", (event) => event.key === "Enter" && add());
    return [h("div", { class: "rft-topics__one" }, field, button({ text: "Add", test: "hand-add", first: true, act: add }))];
  }
}
