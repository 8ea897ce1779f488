// What a dry run says, piece by piece: verdict, rewards, rules, causes, topics, samples, another run beside it.
import { h, type Child } from "../shared/dom.ts";
import { asSentence, count, money, plural, score, share, signedScore } from "../shared/format.ts";
import { facts, type Fact } from "../shared/pieces.ts";

type Maybe = number | null;
type Rule = { name: string; value: Maybe; low: Maybe; high: Maybe; threshold: number; outcome: string; hard: boolean; sure: boolean | null; text: string; moves: string | null };
type Cause = { cause: string; code: string; severity: string; evidence: string; advice: string; act: string; topic: string | null; count: number; records: { id: string; text: string }[] };
type Topic = { topic: string; prompts: number; mean: Maybe; low: Maybe; high: Maybe; learnable: Maybe; heat: number[] };
type Sample = { group: string; id: string; topic: string | null; reward: Maybe; prompt: string; answer: string };

export type Run = {
  run: string | null;
  model: string | null;
  grader_name: string | null;
  judge: string | null;
  seed: number | null;
  source: string | null;
  cost_usd: Maybe;
  calls: Maybe;
  cached_calls: Maybe;
  missing: Maybe;
  reason: string | null;
  verdict: string;
  prompts: number;
  rollouts_per_prompt: Maybe;
  answers: number;
  mean: Maybe;
  mean_low: Maybe;
  mean_high: Maybe;
  std: Maybe;
  std_within: Maybe;
  share_above_zero: Maybe;
  share_perfect: Maybe;
  learnable: { share: Maybe; low: Maybe; high: Maybe };
  rules: Rule[];
  diagnosis: Cause[];
  bars: { low: number; high: number; count: number }[];
  topics: Topic[];
  samples: Sample[];
  classes: { name: string; meaning: string }[];
};

const VERDICTS: Record<string, { kind: string; mark: string; words: string }> = {
  GO: { kind: "ok", mark: "✓", words: "Training can work with these prompts and this grader." },
  WARNING: { kind: "near", mark: "▿", words: "Training may work; look at what the rules warn of first." },
  "NO-GO": { kind: "far", mark: "✗", words: "Training would not work like this; the causes below say where to begin." },
};
const OUTCOMES: Record<string, { kind: string; mark: string }> = { pass: { kind: "ok", mark: "✓" }, warn: { kind: "near", mark: "▿" }, fail: { kind: "far", mark: "✗" }, skipped: { kind: "near", mark: "–" } };
const CAUSES: Record<string, string> = { GRADER: "the grader", DATA: "the data", TOPIC: "a topic" };

/** The verdict in a word and a sentence, and the numbers behind it. */
export function verdict(run: Run): HTMLElement {
  const { kind, mark, words } = VERDICTS[run.verdict] ?? { kind: "near", mark: "•", words: "" };
  const about = [run.model, run.grader_name !== null && `graded by ${run.grader_name}`, run.source, run.seed !== null && `seed ${run.seed}`, run.cost_usd !== null && run.cost_usd > 0 && money(run.cost_usd)];
  const short = about.filter((one): one is string => typeof one === "string" && one !== "").join(", ");
  const learnable: Fact = { name: "learnable", value: run.learnable.share === null ? "not known" : share(run.learnable.share), note: ends(run.learnable.low, run.learnable.high, share), why: "Prompts whose answers differ in reward: training learns from these alone. With one rollout nobody can say.", test: "learnable" };
  const values: Fact[] = [
    { name: "mean reward", value: score(run.mean), note: ends(run.mean_low, run.mean_high, score), why: "Every prompt counts the same. In brackets: where the mean of all prompts lies in 95 of 100 cases.", test: "mean" },
    learnable,
    { name: "above zero", value: share(run.share_above_zero), test: "above-zero" },
    { name: "perfect", value: share(run.share_perfect), test: "perfect" },
    { name: "spread over prompts", value: score(run.std), why: "Standard deviation of the prompts' mean rewards.", test: "std" },
    { name: "spread within a prompt", value: score(run.std_within), why: "Standard deviation of the rewards of one prompt, as training sees it.", test: "std-within" },
    { name: "prompts", value: count(run.prompts), note: run.rollouts_per_prompt === null ? undefined : `× ${run.rollouts_per_prompt}`, test: "prompts-answered" },
  ];
  const missing = run.missing !== null && run.missing > 0 && h("p", { class: "rft__stale", test: "missing" }, `${plural(run.missing, "answer")} missing: ${run.reason ?? "the calls failed"}.`);
  return h("section", { "aria-label": "Verdict" }, h("p", { class: "rft-dry__verdict" }, h("b", { class: `rft__status rft__status--${kind}`, role: "status", test: "verdict" }, `${mark} ${run.verdict}`), h("span", {}, words)), h("p", { class: "rft__note rft-dry__about" }, short), missing, facts(values));
}

function ends(low: Maybe | undefined, high: Maybe | undefined, shown: (value: Maybe) => string): string | undefined {
  return low === null || low === undefined || high === null || high === undefined ? undefined : `(${shown(low)} to ${shown(high)})`;
}

/** How the rewards of all answers spread. */
export function histogram({ bars, answers }: Run): HTMLElement {
  const most = Math.max(1, ...bars.map((one) => one.count));
  const columns = bars.map((one) => h("div", { class: "rft-dry__column", title: `${score(one.low)} to ${score(one.high)}: ${plural(one.count, "answer")}` }, h("div", { class: "rft-dry__bar", style: { height: `${((100 * one.count) / most).toFixed(1)}%` } })));
  const words = bars.filter((one) => one.count > 0).map((one) => `${score(one.low)} to ${score(one.high)}: ${count(one.count)}`);
  const picture = h("div", { class: "rft-dry__bars", role: "img", "aria-label": `Rewards of ${plural(answers, "answer")}. ${words.join("; ")}`, test: "histogram" }, columns);
  const axis = h("div", { class: "rft-dry__axis", "aria-hidden": true }, h("span", {}, score(bars[0]?.low)), h("span", {}, "reward"), h("span", {}, score(bars[bars.length - 1]?.high)));
  return h("section", { "aria-label": "Rewards" }, h("h3", { class: "rft__head" }, `Rewards of ${plural(answers, "answer")}`), picture, axis);
}

/** Every rule with what was seen and its threshold, which can be moved. */
export function rules({ rules: all }: Run, move?: (name: string, value: number) => void): HTMLElement {
  const row = (rule: Rule): HTMLElement => {
    const { kind, mark } = OUTCOMES[rule.outcome] ?? { kind: "near", mark: "•" };
    const unsure = rule.sure === false && h("small", { class: "rft__note" }, " not sure: the interval lies on both sides");
    return h("tr", { test: "rule", "data-rule": rule.name }, h("td", {}, h("span", { class: `rft__status rft__status--${kind}` }, `${mark} ${rule.outcome}`)), h("th", { scope: "row" }, asSentence(rule.text), unsure), h("td", { class: "rft__number" }, score(rule.value)), h("td", { class: "rft__number" }, threshold(rule, move)));
  };
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "outcome"), h("th", { scope: "col" }, "rule"), h("th", { scope: "col", class: "rft__number" }, "seen"), h("th", { scope: "col", class: "rft__number" }, "threshold")));
  return h("section", { class: "rft-dry__rules", "aria-label": "Rules" }, h("h3", { class: "rft__head" }, "Rules"), h("table", { class: "rft__table" }, head, h("tbody", {}, all.map(row))));
}

function threshold(rule: Rule, move?: (name: string, value: number) => void): Child {
  const name = rule.moves;
  if (move === undefined || name === null) return score(rule.threshold);
  const field = h("input", { type: "number", class: "rft__input rft-dry__threshold", min: 0, max: 1, step: 0.05, key: `threshold ${name}`, test: `threshold-${name}`, "aria-label": `Threshold of ${rule.name.replaceAll("_", " ")}` });
  field.value = String(rule.threshold);
  field.addEventListener("change", () => {
    if (!Number.isNaN(field.valueAsNumber)) move(name, field.valueAsNumber);
  });
  return field;
}

/** Why, and what to do about it; serious causes first. */
export function causes({ diagnosis }: Run): Child {
  if (diagnosis.length === 0) return null;
  const one = (cause: Cause): HTMLElement => {
    const kind = cause.severity === "serious" ? "far" : "near";
    const where = cause.topic === null ? CAUSES[cause.cause] ?? cause.cause : `topic ${cause.topic}`;
    const records = cause.records.length > 0 && h("details", { test: "records" }, h("summary", { class: "rft__note" }, `${plural(cause.count, "prompt")} behind it`), h("ul", { class: "rft__list" }, cause.records.map(({ id, text }) => h("li", { dir: "auto" }, h("code", { class: "rft-dry__id" }, id), " ", text))));
    return h("li", { test: "cause", "data-code": cause.code, class: "rft-dry__cause" }, h("span", { class: `rft__status rft__status--${kind}` }, `${kind === "far" ? "✗" : "▿"} ${where}`), h("div", {}, h("p", {}, asSentence(cause.evidence)), h("p", {}, h("b", {}, asSentence(cause.advice))), records));
  };
  return h("section", { "aria-label": "Diagnosis" }, h("h3", { class: "rft__head" }, "Why, and what to do"), h("ul", { class: "rft-dry__causes" }, diagnosis.map(one)));
}

/** Topics, the lowest mean first, with their prompts by learnability. */
export function topics({ topics: rows, classes }: Run): Child {
  if (rows.length === 0) return null;
  const head = h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "topic"), ...["prompts", "mean reward", ...classes.map((one) => one.name)].map((name, at) => h("th", { scope: "col", class: "rft__number", title: at > 1 ? classes[at - 2]?.meaning : undefined }, name))));
  const row = (one: Topic): HTMLElement => h("tr", { test: "topic-row" }, h("th", { scope: "row", dir: "auto" }, one.topic === "__unassigned" ? "without a topic" : one.topic), h("td", { class: "rft__number" }, count(one.prompts)), h("td", { class: "rft__number" }, score(one.mean), h("small", { class: "rft__note" }, ` ${ends(one.low, one.high, score) ?? ""}`)), one.heat.map((n) => cell(n, one.prompts)));
  const words = "The lowest mean first; how many prompts are too hard, hard, easy, too easy";
  const table = h("div", { class: "rft-dry__topics", role: "group", "aria-label": "Topics by learnability", tabindex: 0 }, h("table", { class: "rft__table" }, head, h("tbody", {}, rows.map(row))));
  return h("section", {}, h("h3", { class: "rft__head" }, "Topics"), h("p", { class: "rft__note" }, words), table);
}

function cell(n: number, whole: number): HTMLElement {
  const part = whole > 0 ? n / whole : 0;
  return h("td", { class: "rft__number rft-dry__cell", style: { "--part": part.toFixed(3) } }, n === 0 ? "" : count(n));
}

/** Answers with the lowest, middle and highest rewards. */
export function samples({ samples: rows }: Run): Child {
  const groups = ["lowest", "middle", "highest"].map((name) => ({ name, rows: rows.filter((one) => one.group === name) })).filter((group) => group.rows.length > 0);
  if (groups.length === 0) return null;
  const one = (row: Sample): HTMLElement => h("li", { test: "sample" }, h("p", { class: "rft__note rft-dry__about" }, `reward ${score(row.reward)}${row.topic === null ? "" : `, ${row.topic}`}`), h("p", { class: "rft-dry__prompt", tabindex: 0, dir: "auto" }, row.prompt), h("p", { class: "rft-dry__answer", tabindex: 0, dir: "auto" }, row.answer === "" ? "(no text)" : row.answer));
  const folded = groups.map((group) => h("details", { test: `samples-${group.name}` }, h("summary", {}, `${group.name} rewards`), h("ol", { class: "rft-dry__samples" }, group.rows.map(one))));
  return h("section", { "aria-label": "Samples" }, h("h3", { class: "rft__head" }, "Samples"), folded);
}

type Moved = { name: string; before: Maybe; after: Maybe; change: Maybe; low: Maybe; high: Maybe; clear: boolean };
export type Compared = { before: string; after: string; prompts?: number; rows?: Moved[]; topics?: Moved[]; problem?: string };

/** Another run beside the one in view: every prompt is compared with itself. */
export function compared(found: Compared): HTMLElement {
  if (found.problem !== undefined) return h("p", { class: "rft__stale", test: "compared" }, found.problem);
  const row = (one: Moved): HTMLElement => h("tr", {}, h("th", { scope: "row", dir: "auto" }, one.name), h("td", { class: "rft__number" }, score(one.before)), h("td", { class: "rft__number" }, score(one.after)), h("td", { class: "rft__number" }, one.change === null ? "–" : signedScore(one.change), h("small", { class: "rft__note" }, ` ${one.low === null || one.high === null ? "" : `(${signedScore(one.low)} to ${signedScore(one.high)})`}`)), h("td", {}, one.clear ? "clear" : "within chance"));
  const head = h("thead", {}, h("tr", {}, ...["number", found.before, found.after, "change", "outcome"].map((name, at) => h("th", { scope: "col", class: at > 0 && at < 4 ? "rft__number" : "" }, name))));
  return h("section", { "aria-label": "Comparison", test: "compared" }, h("h3", { class: "rft__head" }, `What changed since ${found.before}`), h("table", { class: "rft__table" }, h("caption", { class: "rft__note" }, `${plural(found.prompts ?? 0, "prompt")} that both runs have`), head, h("tbody", {}, [...(found.rows ?? []), ...(found.topics ?? [])].map(row))));
}

