// A tree that is proposed: its topics with counts and prompts, what it would change, and the decision.
import { h, redraw, type Child } from "../shared/dom.ts";
import { tick } from "../shared/fields.ts";
import { count, plural, share } from "../shared/format.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { run } from "../shared/widget.ts";
import { Details } from "./details.ts";
import { Forest, whole } from "./forest.ts";
import type { Details as Shown, Proposal, View } from "./model.ts";
import { Tree } from "./tree.ts";

export class Proposed {
  readonly node = h("section", { class: "rft-topics__proposal", "aria-label": "What is proposed", test: "proposal" });
  private readonly head = h("div", { class: "rft__panel" });
  private readonly sides = h("div", { class: "rft-topics__sides" });
  private readonly rest = h("p", { class: "rft__note" });
  private tree: Tree;
  private readonly details: Details;
  private stamp = "";
  private categorize = true;

  constructor(private readonly host: View) {
    this.details = new Details({ live: host.live, deeds: () => [], open: (id) => this.tree.reveal(id), describe: () => {} });
    this.tree = this.fresh();
    this.node.append(this.head, this.sides, this.rest);
  }

  private fresh(): Tree {
    return new Tree({
      name: "Proposed topics",
      test: "proposed-tree",
      edit: false,
      chosen: (id) => this.look(id),
      enter: (id) => this.look(id, true),
      rename: () => {},
      place: () => {},
      marked: () => {},
      key: () => false,
    });
  }

  draw(): void {
    const proposal = this.host.get("proposal");
    this.node.hidden = proposal === null;
    if (proposal === null) {
      this.stamp = "";
      return;
    }
    this.drawHead(proposal);
    if (proposal.stamp === this.stamp) return;
    this.stamp = proposal.stamp;
    this.tree = this.fresh();
    this.details.show(null);
    redraw(this.sides, this.tree.node, this.details.node);
    void this.fill(proposal);
  }

  focus(): void {
    this.node.querySelector<HTMLElement>("[data-testid=adopt]")?.focus({ preventScroll: true });
  }

  private async fill(proposal: Proposal): Promise<void> {
    this.tree.show(new Forest(proposal.nodes), proposal.records, proposal.counted);
    const left = proposal.topics - proposal.nodes.length;
    this.rest.textContent = left > 0 && !this.host.live ? `${plural(left, "more topic")}: open the notebook to see them.` : "";
    if (!this.host.live) return;
    const nodes = left === 0 ? proposal.nodes : await whole(proposal, async (offset) => (await this.host.ask("nodes", { offset, proposed: true })) as never);
    if (nodes === null || proposal.stamp !== this.stamp) return;
    if (left > 0) this.tree.show(new Forest(nodes), proposal.records, proposal.counted);
    if (proposal.kind === "split") this.tree.reveal(nodes.find((node) => node.new === true)?.id ?? "");
    this.look(this.tree.active);
  }

  private look(id: string, enter = false): void {
    if (id === "" || !this.host.live) return;
    void run(null, async () => {
      const shown = (await this.host.ask("details", { topic: id, proposed: true })) as Shown;
      if (this.tree.active === id) this.details.show(shown);
      if (enter) this.details.node.focus();
    });
  }

  private drawHead(proposal: Proposal): void {
    const busy = this.host.get("work") !== null;
    const adopt = button({ text: proposal.kind === "split" ? "Split it so" : proposal.fresh ? "Take these topics" : "Take it instead of the tree", test: "adopt", first: true, title: "Save it; Undo brings back what was there", act: () => void run(null, () => this.host.ask("adopt", { categorize: this.categorize })) });
    adopt.disabled = busy;
    const discard = button({ text: "Discard", test: "discard", act: () => void run(null, () => this.host.ask("discard")) });
    discard.disabled = busy;
    const later = !proposal.counted && proposal.records > 0 && tick({ name: "Assign the records that have no topic", test: "categorize", checked: this.categorize, note: " by keywords and by meaning", change: (checked) => (this.categorize = checked) });
    const acts = this.host.live && h("span", { class: "rft__push rft__line" }, adopt, discard);
    redraw(
      this.head,
      h("div", { class: "rft__line rft__panel-head" }, h("h3", { class: "rft__title", test: "proposal-title", dir: "auto" }, title(proposal)), acts),
      facts(numbers(proposal)),
      changes(proposal),
      this.host.live && later,
    );
  }
}

function title({ kind, topics, change, named }: Proposal): string {
  if (kind === "split") return `${named} in ${plural(change.added, "part")}`;
  if (kind === "discover") return `${plural(topics, "topic")} found`;
  return kind === "template" ? `The template ${named.replaceAll("-", " ")}` : `The file ${named.split("/").at(-1)}`;
}

function numbers({ fresh, change, moved, orphans, unassigned, records, counted, leaves, depth, kind }: Proposal): Fact[] {
  const told: Fact[] = [{ name: "finest topics", value: count(leaves), note: depth === 1 ? "on 1 level" : `on ${depth} levels` }];
  const beside: Fact[] = [
    { name: "new", value: count(change.added), test: "added" },
    { name: "kept", value: count(change.kept), test: "kept", why: "Topics of the present tree that stay, with their ids and what was written by hand." },
    { name: "gone", value: count(change.removed), test: "removed" },
  ];
  const named = change.renamed > 0 ? [{ name: "renamed", value: count(change.renamed) }] : [];
  const records_: Fact[] = counted
    ? [
        { name: kind === "split" || !fresh ? "records that change topic" : "records assigned", value: count(moved), note: records > 0 ? share((moved ?? 0) / records) : "", test: "moved" },
        { name: "unassigned after it", value: count(unassigned), why: "Without text, invalid, or taken away by hand." },
      ]
    : [];
  const lost = orphans > 0 ? [{ name: "lose their topic", value: count(orphans), why: "Their topic is gone and nothing takes its place; they are listed with a suggestion." }] : [];
  return [...told, ...(fresh ? [] : [...beside, ...named]), ...records_, ...lost];
}

function changes({ fresh, change }: Proposal): Child {
  if (fresh || change.lines.length === 0) return null;
  const more = change.more > 0 && h("li", { class: "rft__note" }, `${plural(change.more, "more change")}`);
  const lines = change.lines.map((line) => h("li", { dir: "auto" }, line));
  return h("details", { test: "changes", open: change.lines.length <= 6 }, h("summary", {}, "What it changes of the present tree"), h("ul", { class: "rft__list rft-topics__changes" }, lines, more));
}
