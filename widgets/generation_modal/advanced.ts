// What is folded: temperature, examples, difficulty, limits, facets, patterns, settings of single topics, seed, budget.
import { h, type Child } from "../shared/dom.ts";
import { number, select, text } from "../shared/fields.ts";
import { plural } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";
import { set, type Local, type Own, type View } from "./model.ts";
import { difficulty, split } from "./settings.ts";

export function advanced(host: View, local: Local): HTMLElement | null {
  if (!host.live) return null;
  const box = h(
    "details",
    { class: "rft-generate__advanced", test: "advanced", open: local.open.has("advanced") },
    h("summary", { key: "advanced" }, "Advanced", h("span", { class: "rft__note" }, changed(host))),
    h("div", { class: "rft__fields" }, numbers(host)),
    facets(host),
    guidance(host),
    overrides(host),
    own(host),
  );
  box.addEventListener("toggle", () => (box.open ? local.open.add("advanced") : local.open.delete("advanced")));
  return box;
}

/** How many settings of the fold differ from the defaults, so that nothing works unseen. */
function changed(host: View): string {
  const { settings: now, overrides, seed, budget_usd: budget } = host.get("choices");
  const marks = [now.temperature !== null, now.strictness !== "medium", now.similarity !== 0.9, Object.keys(now.facets).length > 0, now.guidance.length > 0, now.prompt !== null, Object.keys(overrides).length > 0, seed !== 0, budget !== null];
  const many = marks.filter(Boolean).length;
  return many === 0 ? "" : `  ${plural(many, "setting")} changed`;
}

function numbers(host: View): Child[] {
  const { settings: now, seed, budget_usd: budget, price_per_million: prices } = host.get("choices");
  const why = host.get("can").means;
  const one = (name: string, key: keyof typeof now, options: { min?: number; max?: number; step?: number; placeholder?: string; why?: string | undefined }): HTMLElement =>
    number({ name, test: key.replaceAll("_", "-"), value: now[key] as number | null, change: (value) => set(host, { [key]: value }), ...options });
  const priced = (place: 0 | 1, name: string, test: string): HTMLElement =>
    number({ name, test, value: prices?.[place] ?? null, min: 0, step: 0.01, change: (value) => set(host, { price_per_million: pair(prices, place, value) }) });
  const unknown = host.get("offer")?.cost_usd === null;
  return [
    one("temperature", "temperature", { min: 0, max: 2, step: 0.1, placeholder: "0.7 to 0.9" }),
    one("examples per call", "examples", { min: 1, step: 1, placeholder: "5" }),
    one("similarity limit", "similarity", { min: 0.05, max: 1, step: 0.05, why: why["similarity"] }),
    select({ name: "strictness", test: "strictness", why: why["strictness"], value: now.strictness, options: host.get("can").strictness.map((value) => ({ value, text: value })), change: (value) => set(host, { strictness: value }) }),
    one("limit of generated share", "synthetic_ratio", { min: 0.01, max: 1, step: 0.05 }),
    one("shortest, characters", "min_chars", { min: 1, step: 1 }),
    one("longest, characters", "max_chars", { min: 1, step: 1 }),
    number({ name: "seed", test: "seed", value: seed, step: 1, why: why["seed"], change: (value) => set(host, { seed: value ?? 0 }) }),
    number({ name: "budget, US dollars", test: "budget", value: budget, min: 0, step: 0.1, why: why["cap"], placeholder: "automatic", change: (value) => set(host, { budget_usd: value }) }),
    (unknown || prices !== null) && priced(0, "price of a million tokens read, $", "price-in"),
    (unknown || prices !== null) && priced(1, "price of a million tokens written, $", "price-out"),
    difficulty(host),
  ];
}

function pair(before: readonly [number, number] | null, place: 0 | 1, value: number | null): number[] | null {
  if (value === null) return null;
  const next: [number, number] = before === null ? [0, 0] : [...before];
  next[place] = value;
  return next;
}

function chips(name: string, values: readonly string[], chosen: readonly string[], turn: (value: string) => void, note: string): HTMLElement {
  const marks = values.map((value) => h("button", { class: "rft__chip", type: "button", test: `${name}-${value}`, key: `${name} ${value}`, "aria-pressed": chosen.includes(value), on: { click: () => turn(value) } }, value.replaceAll("_", " ")));
  return h("div", { class: "rft__field", role: "group", "aria-label": name }, h("span", { class: "rft__field-name" }, `${name}: ${note}`), h("div", { class: "rft__chips" }, marks));
}

/** Dimensions of variation; those that are on can have their values changed. */
function facets(host: View): HTMLElement {
  const now = host.get("choices").settings.facets;
  const known = host.get("can").facets;
  const turn = (name: string): void => {
    const { [name]: had, ...rest } = now;
    set(host, { facets: had === undefined ? { ...now, [name]: known[name] ?? [] } : rest });
  };
  const values = Object.entries(now).map(([name, some]) =>
    text({ name: `values of ${name.replaceAll("_", " ")}`, test: `facet-values-${name}`, value: some.join(", "), change: (said) => set(host, { facets: { ...now, [name]: split(said) } }) }),
  );
  return h("div", { class: "rft-generate__part" }, chips("facets", [...new Set([...Object.keys(known), ...Object.keys(now)])], Object.keys(now), turn, "varied evenly over the candidates"), values.length > 0 && h("div", { class: "rft__fields" }, values));
}

function guidance(host: View): HTMLElement {
  const now = host.get("choices").settings.guidance;
  const turn = (name: string): void => set(host, { guidance: now.includes(name) ? now.filter((one) => one !== name) : [...now, name] });
  return h("div", { class: "rft-generate__part" }, chips("patterns", host.get("can").guidance, now, turn, "what a good prompt of this kind looks like"));
}

/** Settings of single topics. */
function overrides(host: View): HTMLElement {
  const now = host.get("choices").overrides;
  const change = (topic: string, own: Own | null): void => {
    const { [topic]: _, ...rest } = now;
    set(host, { overrides: own === null ? rest : { ...rest, [topic]: own } });
  };
  const rows = Object.entries(now).map(([topic, own]) => override(host, topic, own, change));
  const free = host.get("offer")?.lines.map((line) => line.path).filter((path) => path !== "" && !(path in now)) ?? [];
  const add = select({ name: "a topic with settings of its own", test: "override-topic", value: "", options: [{ value: "", text: "add a topic…" }, ...free.map((value) => ({ value, text: value }))], change: (topic) => topic !== "" && change(topic, { strategy: host.get("offer")?.lines.find((line) => line.path === topic)?.strategy ?? "few_shot" }) });
  return h("div", { class: "rft-generate__part", test: "overrides" }, rows, h("div", { class: "rft__fields" }, add));
}

function override(host: View, topic: string, own: Own, change: (topic: string, own: Own | null) => void): HTMLElement {
  const put = (name: keyof Own, value: unknown): void => {
    const { [name]: _, ...rest } = own;
    change(topic, value === null || value === "" ? rest : { ...rest, [name]: value });
  };
  const options = [{ value: "", text: "chosen from the data" }, ...host.get("can").strategies.map(({ name, title }) => ({ value: name, text: title }))];
  return h(
    "div",
    { class: "rft-generate__override", test: "override", "data-topic": topic },
    h("b", {}, topic),
    select({ name: "strategy", test: `override-strategy-${topic}`, value: own.strategy ?? "", options, change: (value) => put("strategy", value) }),
    number({ name: "temperature", test: `override-temperature-${topic}`, value: own.temperature ?? null, min: 0, max: 2, step: 0.1, change: (value) => put("temperature", value) }),
    number({ name: "variations", test: `override-variations-${topic}`, value: own.variations ?? null, min: 1, step: 1, change: (value) => put("variations", value) }),
    button({ text: "Remove", test: "override-remove", act: () => change(topic, null) }),
  );
}

function own(host: View): HTMLElement {
  const { settings: now, base_url: url } = host.get("choices");
  return h(
    "div",
    { class: "rft__fields rft-generate__part rft-generate__wide" },
    text({ name: "an instruction of your own instead of the strategy's", test: "prompt", value: now.prompt, rows: 2, change: (value) => set(host, { prompt: value || null }) }),
    text({ name: "address of an OpenAI-compatible server", test: "base-url", value: url, placeholder: "http://localhost:8000/v1", note: "its key is read from the environment, never from here", change: (value) => set(host, { base_url: value || null }) }),
  );
}
