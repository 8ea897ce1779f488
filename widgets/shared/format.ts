// Numbers as Python shows them in rftkit/render/numbers.py; format.cases.json is tested on both sides.

const DASH = "–";
type Maybe = number | null | undefined;

/** A whole number, thousands separated. */
export function count(value: Maybe): string {
  return value === null || value === undefined ? DASH : fixed(value, 0);
}

/** A fraction as percent with one decimal. */
export function share(value: Maybe): string {
  return value === null || value === undefined ? DASH : `${fixed(100 * value, 1)} %`;
}

/** Percentage points, the difference of two shares, with their sign. */
export function points(value: Maybe): string {
  if (value === null || value === undefined) return DASH;
  const shown = fixed(Math.abs(value), 1);
  return shown === "0.0" ? shown : (value > 0 ? "+" : "−") + shown;
}

/** A score between 0 and 1 with two decimals. */
export function score(value: Maybe): string {
  return value === null || value === undefined ? DASH : fixed(value, 2);
}

/** US dollars with the digits that matter. */
export function money(value: Maybe): string {
  if (value === null || value === undefined) return "unknown";
  return `$${value === 0 || value >= 0.01 ? value.toFixed(2) : String(Number(value.toPrecision(2)))}`;
}

/** A number with its noun. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** What Python said, as a sentence: a capital first, a full stop last. */
export function asSentence(text: string): string {
  const end = /[.!?…]$/.test(text) ? "" : ".";
  const shown = text.replace(/(\d) ?%/g, "$1\u00a0%"); // one space, as numbers have it elsewhere, and no line ends there
  return shown.charAt(0).toUpperCase() + shown.slice(1) + end;
}

/** A difference of scores with its sign. */
export function signedScore(value: Maybe): string {
  const shown = score(value === null || value === undefined ? value : Math.abs(value));
  return value === null || value === undefined || shown === "0.00" ? shown : `${value > 0 ? "+" : "−"}${shown}`;
}

function fixed(value: number, digits: number): string {
  // half to even, as Python rounds
  const options = { minimumFractionDigits: digits, maximumFractionDigits: digits, roundingMode: "halfEven" } as const;
  return value.toLocaleString("en-US", options);
}
