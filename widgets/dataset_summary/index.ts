// One look at a dataset: what is in it, how it scores, whether it is ready, what to do next.
import { h, redraw } from "../shared/dom.ts";
import { count, score, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { button, facts, nextAct, type Advice } from "../shared/pieces.ts";
import { readyWord, reasonList, type Reason } from "../shared/readiness.ts";
import { run, widget } from "../shared/widget.ts";
import "./index.css";

type Summary = {
  name: string;
  version: number | null;
  total: number;
  from_traces: number;
  generated: number;
  valid: number;
  invalid: number;
  categorized: number;
  topics: number;
  last_sanitized: string | null;
  balance: number | null;
  target_fit: number | null;
  synthetic_share: number | null;
  ready: boolean;
  next_act: Advice;
  reasons: Reason[];
};

export interface DatasetSummaryModel extends Shared {
  summary: Summary | null;
  /** Definitions of the scores, from Python. */
  definitions: Record<string, string>;
}

type View = Host<DatasetSummaryModel>;

function draw(body: HTMLElement, host: View): void {
  const show = (): void => {
    const summary = host.get("summary");
    if (summary === null) return redraw(body, h("p", { class: "rft__empty", test: "empty" }, "Nothing is known of this dataset yet."));
    redraw(body, head(summary, host), counts(summary), scores(summary, host), readiness(summary));
  };
  host.onChange(["summary", "definitions"], show);
  show();
}

function head(summary: Summary, host: View): HTMLElement {
  const version = summary.version !== null && h("span", { class: "rft__note", test: "version" }, `version ${summary.version}`);
  const again = host.live && button({ text: "Refresh", test: "refresh", act: () => void run(null, () => host.ask("refresh")) });
  const title = h("h2", { class: "rft__title" }, summary.name);
  const right = again !== false && h("span", { class: "rft__push" }, again);
  return h("header", { class: "rft__line" }, title, version, right);
}

function counts(summary: Summary): HTMLElement {
  const { total, valid, invalid, categorized, generated } = summary;
  return facts([
    { name: "records", value: count(total), note: origin(summary), test: "total" },
    { name: "valid", value: count(valid), note: invalid > 0 ? `${count(invalid)} invalid` : undefined, test: "valid" },
    { name: "categorized", value: count(categorized), note: part(categorized, valid), test: "categorized" },
    { name: "topics", value: count(summary.topics), test: "topics" },
    { name: "generated", value: count(generated), test: "generated" },
    { name: "sanitized", value: summary.last_sanitized ?? "not yet", test: "last-sanitized" },
  ]);
}

function origin(summary: Summary): string | undefined {
  return summary.generated > 0 ? `${count(summary.from_traces)} from traces` : undefined;
}

function part(some: number, all: number): string | undefined {
  return all > 0 && some < all ? `${share(some / all)} of the valid` : undefined;
}

function scores(summary: Summary, host: View): HTMLElement {
  const why = host.get("definitions");
  return facts([
    { name: "balance", value: score(summary.balance), why: why["balance"] ?? "", test: "balance" },
    { name: "target fit", value: score(summary.target_fit), why: why["target fit"] ?? "", test: "target-fit" },
    { name: "synthetic share", value: share(summary.synthetic_share), why: why["synthetic share"] ?? "", test: "synthetic-share" },
  ]);
}

function readiness(summary: Summary): HTMLElement {
  const next = nextAct(summary.next_act);
  // of an empty dataset every rule fails, which says nothing: what to do first does
  const why = summary.total > 0 && [h("p", {}, readyWord(summary.ready)), reasonList(summary.reasons)];
  return h("section", { class: "rft-summary__ready" }, why, next);
}

export default widget("summary", draw);
