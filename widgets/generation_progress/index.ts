// A generation while it runs: the bar, the topics, what was rejected and why, the latest sample, the money, Stop.
import { h, redraw, type Child } from "../shared/dom.ts";
import { count, money, plural, share } from "../shared/format.ts";
import type { Host, Shared } from "../shared/host.ts";
import { button, facts, type Fact } from "../shared/pieces.ts";
import { progress } from "../shared/progress.ts";
import { run as perform, widget } from "../shared/widget.ts";
import { list, type Page } from "./made.ts";
import { topics, type Topic } from "./topics.ts";
import "./index.css";

export type Run = {
  state: "waiting" | "running" | "stopping" | "done" | "stopped" | "failed";
  error: string;
  done: number;
  total: number | null;
  rate: number;
  left: number | null;
  seconds: number;
  note: string;
  topics: Topic[];
  more: number;
  generated: number | null;
  valid: number | null;
  reasons: { code: string; count: number; sentence: string }[];
  sample: { topic: string; source: string; text: string } | null;
  cost_usd: number | null;
  priced: boolean;
  answered: number | null;
  asked: number | null;
  calls: number | null;
  cached_calls: number | null;
  model: string;
  gave_up: Record<string, string>;
};

export interface GenerationProgressModel extends Shared {
  run: Run;
  /** A page of what was generated, once it was asked for. */
  made: Page | null;
  can_resume: boolean;
}

type View = Host<GenerationProgressModel>;

const TITLES: Record<Run["state"], string> = {
  waiting: "About to generate",
  running: "Generating",
  stopping: "Stopping",
  done: "Generated",
  stopped: "Stopped",
  failed: "Failed",
};

function draw(body: HTMLElement, host: View): void {
  const local = { all: false };
  const show = (): void => {
    const now = host.get("run");
    const all = (): void => {
      local.all = true;
      show();
    };
    redraw(body, top(now, host), sample(now), topics(now, local.all, all), reasons(now), generated(now, host));
  };
  host.onChange(["run", "made", "can_resume"], show);
  show();
}

function ask(host: View, act: string, options: Record<string, unknown> = {}): void {
  void perform(null, () => host.ask(act, options));
}

function top(now: Run, host: View): HTMLElement {
  const running = now.state === "running" || now.state === "waiting" || now.state === "stopping";
  const bar = progress({
    ...now,
    running,
    stopping: now.state === "stopping",
    what: "valid candidates",
    stop: host.live ? () => ask(host, "stop") : undefined,
  });
  const failed = now.error !== "" && h("p", { class: "rft__error", role: "alert", test: "failure" }, now.error);
  return h("header", { class: "rft-run__top" }, h("h2", { class: "rft__title", test: "state", "data-state": now.state }, TITLES[now.state]), bar, failed, outcome(now, host), facts(numbers(now)));
}

/** What a run that is over left, and what can be done with it. */
function outcome(now: Run, host: View): HTMLElement | null {
  if (now.state !== "done" && now.state !== "stopped" && now.state !== "failed") return null;
  const kept = plural(now.done, "valid candidate");
  const next = now.done > 0 ? `Review them, then add those you accept.` : "";
  const text = {
    done: `${kept} made. ${next}`,
    stopped: `Stopped: ${kept} finished by then and kept. ${next}`,
    failed: `${kept} finished before it failed; answers that were paid for are kept.`,
  }[now.state];
  const resume = host.live && host.get("can_resume") && button({ text: "Resume", test: "resume", first: true, title: "The same plan goes on; no answer is paid for twice", act: () => ask(host, "resume") });
  const python = now.done > 0 && h("code", { class: "rft__python" }, "ds.candidates()");
  return h("p", { class: "rft__told", role: "status", test: "outcome" }, h("span", {}, text, python), resume);
}

function numbers(now: Run): Fact[] {
  const rejected = now.generated === null ? null : now.generated - (now.valid ?? 0);
  const whole = now.generated ?? 0;
  const calls = now.calls ?? now.answered;
  const cached = (now.cached_calls ?? 0) > 0 ? `${count(now.cached_calls)} remembered` : now.calls === null && now.asked !== null ? `of ${count(now.asked)}` : undefined;
  return [
    { name: "generated", value: count(now.generated), test: "generated", why: "candidates that were written, the rejected ones too; counted when a round was judged" },
    { name: "valid share", value: whole > 0 ? share((now.valid ?? 0) / whole) : "–", note: rejected === null ? undefined : `${count(rejected)} rejected`, test: "valid-share", why: "candidates with nothing against them / candidates that were written" },
    { name: "calls", value: count(calls), note: cached, test: "calls" },
    { name: "cost so far", value: now.priced ? money(now.cost_usd) : "–", test: "cost" },
    ...(now.model === "" ? [] : [{ name: "model", value: now.model, test: "model" }]),
  ];
}

function sample(now: Run): HTMLElement | null {
  if (now.sample === null) return null;
  const { source, text, topic } = now.sample;
  const line = (name: string, said: string, test: string): Child[] => [h("dt", {}, name), h("dd", { test, dir: "auto", tabindex: 0 }, said)];
  const pair = h("dl", { class: "rft-run__pair" }, source !== "" && line("source", source, "sample-source"), line("variation", text, "sample-text"));
  return h("section", { test: "sample" }, h("h3", { class: "rft__head" }, "Latest", topic !== "" && h("span", { class: "rft__note" }, ` ${topic}`)), pair);
}

function reasons(now: Run): HTMLElement | null {
  const short = Object.entries(now.gave_up);
  if (now.reasons.length === 0 && short.length === 0) return null;
  const lines = now.reasons.map(({ code, count: times, sentence }) =>
    h("li", { test: "reason" }, h("b", {}, count(times)), ` ${code.replaceAll("_", " ")}`, sentence !== "" && h("span", { class: "rft__note" }, ` – ${sentence}`)),
  );
  const gave = short.map(([path, why]) => h("li", { test: "gave-up" }, h("b", {}, path === "" ? "(no topic)" : path), `: ${why}`));
  return h(
    "section",
    { class: "rft-run__reasons" },
    lines.length > 0 && [h("h3", { class: "rft__head" }, "Rejected because"), h("ul", { class: "rft__list", test: "reasons" }, lines)],
    gave.length > 0 && [h("h3", { class: "rft__head" }, "Fewer than asked for"), h("ul", { class: "rft__list" }, gave)],
  );
}

function generated(now: Run, host: View): HTMLElement | null {
  const made = host.get("made");
  if (!host.live) return null;
  if (made === null) {
    if ((now.generated ?? 0) === 0) return null;
    return h("p", { class: "rft-run__view" }, button({ text: "View generated", test: "view", act: () => ask(host, "view") }));
  }
  const running = now.state === "running" || now.state === "stopping";
  return list(made, { turn: (page) => ask(host, "view", { page }), hide: () => ask(host, "hide"), running });
}

export default widget("run", draw);
