// Who writes: a list of models, what can be called from here first, and what is missing for the rest. Never a key.
import { h, type Child } from "./dom.ts";
import { number, select, text } from "./fields.ts";
import { money, plural } from "./format.ts";

export type ModelRow = { name: string; provider: string; reachable: boolean; why_not: string | null; input_usd_per_million: number | null; output_usd_per_million: number | null };

export type Choice = { name: string; base_url: string | null; prices: [number, number] | null };

/** The fields that choose a model; `change` is told what the person wants. */
export function modelChoice(now: Choice, rows: readonly ModelRow[], change: (wanted: Choice) => void): HTMLElement {
  const own: ModelRow = { name: now.name, provider: "", reachable: true, why_not: null, input_usd_per_million: null, output_usd_per_million: null };
  const listed = rows.some((row) => row.name === now.name) ? rows : [...rows, own];
  const options = listed.map((row) => ({ value: row.name, text: modelLabel(row), disabled: !row.reachable && now.base_url === null && row.name !== now.name }));
  const pick = select({ name: "model", test: "model", value: now.name, options, change: (name) => change({ ...now, name }) });
  const other = text({ name: "or another, as litellm names it", test: "model-name", value: "", placeholder: "bedrock/us.amazon.nova-lite-v1:0", change: (name) => name !== "" && change({ ...now, name }) });
  const url = text({ name: "address of a server of your own", test: "base-url", value: now.base_url, placeholder: "http://127.0.0.1:8000/v1", change: (value) => change({ ...now, base_url: value === "" ? null : value }) });
  const price = (at: 0 | 1, name: string, test: string): HTMLElement =>
    number({ name, test, value: now.prices?.[at] ?? null, min: 0, placeholder: "unknown", change: (value) => change({ ...now, prices: value === null ? null : at === 0 ? [value, now.prices?.[1] ?? 0] : [now.prices?.[0] ?? 0, value] }) });
  const unpriced = listed.find((row) => row.name === now.name)?.input_usd_per_million === null && now.name !== "rftkit/offline";
  const why = listed.find((row) => row.name === now.name && !row.reachable && now.base_url === null);
  return h(
    "div",
    { class: "rft__models" },
    h("div", { class: "rft__fields" }, pick, other, url, unpriced && price(0, "US dollars per million tokens in", "price-in"), unpriced && price(1, "and out", "price-out")),
    rows.length === 0 && h("p", { class: "rft__note", role: "status" }, "Looking which models can be called from here…"),
    why !== undefined && h("p", { class: "rft__status rft__status--far", test: "model-missing" }, `${now.name} cannot be called yet: ${why.why_not ?? ""}.`),
    unreachable(rows),
    h("p", { class: "rft__note" }, "Keys are read from the environment of the kernel; none is shown or saved."),
  );
}

/** A model with its price, as a list shows it. */
export function modelLabel(row: ModelRow): string {
  if (row.name === "rftkit/offline") return `${row.name} – free`;
  const prices = row.input_usd_per_million === null ? "price unknown" : `${money(row.input_usd_per_million)} in, ${money(row.output_usd_per_million)} out per million tokens`;
  return `${row.name} – ${prices}${row.reachable ? "" : " – not reachable"}`;
}

/** The models that cannot be called from here, each with what is missing. */
export function unreachable(rows: readonly ModelRow[]): Child {
  const away = rows.filter((row) => !row.reachable);
  if (away.length === 0) return null;
  const lines = away.map((row) => h("li", {}, `${row.name}: ${row.why_not ?? ""}`));
  return h("details", { test: "unreachable" }, h("summary", { class: "rft__note" }, `${plural(away.length, "model")} more, and what is missing for each`), h("ul", { class: "rft__list rft__note" }, lines));
}
