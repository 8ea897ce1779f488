// The settings that matter now: the strategy with what it is good for, its own few fields, and who writes.
import { h, type Child } from "../shared/dom.ts";
import { number, select, text, tick } from "../shared/fields.ts";
import { count, plural } from "../shared/format.ts";
import { modelLabel, unreachable, type ModelRow } from "../shared/models.ts";
import { ask, set, type View } from "./model.ts";

export function settings(host: View): Child[] {
  return [h("h3", { class: "rft__head" }, "How"), strategies(host), h("div", { class: "rft__fields rft-generate__own" }, own(host)), model(host)];
}

function strategies(host: View): HTMLElement {
  const { strategy } = host.get("choices");
  const fits = host.get("fits");
  const best = fits?.recommended ?? "";
  const auto = {
    name: "",
    title: "Chosen from the data",
    note: best === "" ? "message variation where most records have several turns, else few-shot" : `${fits?.mixed === true ? "mostly " : ""}${title(host, best).toLowerCase()} here`,
  };
  const rest = host.get("can").strategies.map((one) => ({ name: one.name, title: one.title, note: `${one.does} Best for ${one.best}; quality ${one.quality}, cost ${one.cost}.` }));
  const rows = [auto, ...rest].map((one) => {
    const chosen = (strategy ?? "") === one.name;
    const named = one.name !== "" && one.name === best ? `${one.title} ★ recommended` : one.title;
    const control = tick({ name: named, test: `strategy-${one.name || "auto"}`, checked: chosen, note: one.note, type: "radio", group: "strategy", change: () => set(host, { strategy: one.name === "" ? null : one.name }) });
    return h("div", { class: "rft-generate__strategy", "data-chosen": chosen }, control, fit(host, one.name));
  });
  return h("fieldset", { class: "rft-generate__strategies", "aria-label": "Strategy", test: "strategies", disabled: !host.live }, rows);
}

/** Why a strategy cannot serve, in the plan's own words. */
function fit(host: View, name: string): Child {
  const one = host.get("fits")?.fits[name];
  if (one === undefined || one.served === one.of) return null;
  const where = one.served === 0 ? "Cannot serve here" : `Serves ${count(one.served)} of ${plural(one.of, "topic")}`;
  return h("small", { class: one.served === 0 ? "rft__status rft__status--far rft-generate__fit" : "rft__status rft__status--near rft-generate__fit", test: `fit-${name}` }, `${where}: ${one.reason}`);
}

function title(host: View, name: string): string {
  return host.get("can").strategies.find((one) => one.name === name)?.title ?? name;
}

/** The fields of the strategy that is chosen. */
function own(host: View): Child[] {
  const { strategy, settings: now } = host.get("choices");
  const variations = number({ name: "variations per record", test: "variations", value: now.variations, min: 1, step: 1, change: (value) => set(host, { variations: value }) });
  const intent = tick({ name: "Preserve intent", test: "preserve-intent", checked: now.preserve_intent, note: "stay on the topic of the source", change: (value) => set(host, { preserve_intent: value ? null : false }) });
  const examples = number({ name: "examples shown per call", test: "examples", value: now.examples, min: 1, step: 1, placeholder: "5", change: (value) => set(host, { examples: value }) });
  const diversity = select({ name: "examples chosen by", test: "diversity", value: now.diversity, options: host.get("can").diversity.map((value) => ({ value, text: value })), change: (value) => set(host, { diversity: value }) });
  const words = (name: string, test: string, value: readonly string[], key: string, placeholder: string): HTMLElement =>
    text({ name, test, value: value.join(", "), placeholder, change: (said) => set(host, { [key]: split(said) }) });
  const parts: Record<string, () => Child[]> = {
    "": () => [variations, intent],
    message_variation: () => [variations, intent],
    few_shot: () => [examples, diversity],
    topic_description: () => [difficulty(host)],
    scenario_expansion: () => [
      text({ name: "scenario", test: "scenario", value: now.scenario, placeholder: "A user asks to book a flight", rows: 2, change: (value) => set(host, { scenario: value || null }) }),
      words("aspects to vary", "aspects", now.aspects, "aspects", "destination, passengers, constraints"),
    ],
    tool_chain: () => [
      text({
        name: "tool patterns, one per line",
        test: "tool-patterns",
        value: now.tool_patterns.map((one) => one.join(", ")).join("\n"),
        placeholder: "web_search, calculator",
        rows: 2,
        note: "names of tools in the order they are needed",
        change: (value) => set(host, { tool_patterns: value.split("\n").map(split).filter((one) => one.length > 0) }),
      }),
      tick({ name: "Multi-turn", test: "multi-turn", checked: now.multi_turn, note: "earlier calls are shown with their results", change: (value) => set(host, { multi_turn: value || null }) }),
    ],
  };
  return host.live ? (parts[strategy ?? ""] ?? parts[""])?.() ?? [] : [];
}

export function split(said: string): string[] {
  return said.split(",").map((one) => one.trim()).filter((one) => one !== "");
}

export function difficulty(host: View): HTMLElement {
  const now = host.get("choices").settings.difficulty;
  const every = host.get("can").facets["difficulty"] ?? [];
  const turn = (value: string): void => {
    const left = now.includes(value) ? now.filter((one) => one !== value) : every.filter((one) => one === value || now.includes(one));
    set(host, { difficulty: left.length === 0 || left.length === every.length ? null : left });
  };
  const chips = every.map((value) => h("button", { class: "rft__chip", type: "button", test: `difficulty-${value}`, key: `difficulty ${value}`, "aria-pressed": now.includes(value), on: { click: () => turn(value) } }, value));
  return h("div", { class: "rft__field", role: "group", "aria-label": "difficulty" }, h("span", { class: "rft__field-name" }, "difficulty"), h("div", { class: "rft__chips" }, chips));
}

/** Who writes: what can be called from here first, and what is missing for the rest. */
function model(host: View): HTMLElement {
  const { model: chosen, base_url: url } = host.get("choices");
  const rows = host.get("models");
  const now = chosen ?? host.get("offer")?.model ?? "rftkit/offline";
  if (!host.live) return h("p", {}, `Model: ${now}`);
  const own: ModelRow = { name: now, provider: "", reachable: true, why_not: null, input_usd_per_million: null, output_usd_per_million: null };
  const listed = rows.some((row) => row.name === now) ? rows : [...rows, own];
  const options = listed.map((row) => ({ value: row.name, text: modelLabel(row), disabled: !row.reachable && url === null && row.name !== now }));
  const pick = select({ name: "model", test: "model", value: now, options, change: (value) => set(host, { model: value }) });
  const other = text({ name: "or another, as litellm names it", test: "model-name", value: "", placeholder: "openai/gpt-4o-mini", change: (value) => value !== "" && set(host, { model: value }) });
  const why = listed.find((row) => row.name === now && !row.reachable && url === null);
  const missing = why !== undefined && h("p", { class: "rft__status rft__status--far", test: "model-missing" }, `${now} cannot be called yet: ${why.why_not ?? ""}.`);
  const offline = now === "rftkit/offline" && h("p", { class: "rft__note", test: "offline" }, "rftkit/offline is a rule-based writer without a key: it re-phrases and swaps what is in your data. It is no language model.");
  const waiting = rows.length === 0 && h("p", { class: "rft__note", role: "status" }, "Looking which models can be called from here…");
  return h("div", { class: "rft-generate__model" }, h("div", { class: "rft__fields" }, pick, other), waiting, missing, offline, unreachable(rows));
}

/** Asks for the models once, after the first paint. */
export function wantModels(host: View): void {
  if (host.live && host.get("models").length === 0) ask(host, "list_models");
}
