// How far long work is: a bar with done and total, the rate, the time left, and Stop beside it.
import { h, type Child } from "./dom.ts";
import { count } from "./format.ts";
import "./progress.css";

export type Steps = { done: number; total: number | null; rate: number; left: number | null; seconds: number; note?: string };

type Given = Steps & { running: boolean; stop?: (() => void) | undefined; stopping?: boolean; what?: string };

/** One line of progress; `stop` where it can be stopped. */
export function progress(given: Given): HTMLElement {
  const { done, total, running, stop, stopping = false, what = "" } = given;
  const known = total !== null && total > 0;
  const part = known ? Math.min(100, (100 * done) / total) : 0;
  const words = known ? `${count(done)} of ${count(total)}${what === "" ? "" : ` ${what}`}` : `${count(done)} ${what}`.trim();
  const bar = h(
    "div",
    {
      class: known || !running ? "rft__progress-bar" : "rft__progress-bar rft__progress-bar--open",
      role: "progressbar",
      "aria-label": what === "" ? "Progress" : what,
      "aria-valuemin": 0,
      "aria-valuemax": total ?? undefined,
      "aria-valuenow": known ? done : undefined,
      "aria-valuetext": words,
      test: "progress-bar",
    },
    h("div", { class: "rft__progress-fill", style: { width: `${part.toFixed(2)}%` } }),
  );
  const button =
    running &&
    stop !== undefined &&
    h("button", { class: "rft__button", type: "button", test: "stop", key: "stop", disabled: stopping, on: { click: stop } }, stopping ? "Stopping…" : "Stop");
  return h("div", { class: "rft__progress" }, bar, h("span", { class: "rft__progress-words", test: "progress-words" }, words, note(given)), button);
}

function note({ running, rate, left, seconds, note = "" }: Given): Child {
  const parts = running
    ? [rate > 0 && `${pace(rate)}`, left !== null && left > 0 && `${duration(left)} left`, note]
    : [seconds > 0 && `in ${duration(seconds)}`];
  const text = parts.filter((one): one is string => typeof one === "string" && one !== "").join(", ");
  return text === "" ? null : h("small", { class: "rft__note" }, ` ${text}`);
}

/** Steps per second, or per minute where that reads better. */
export function pace(rate: number): string {
  return rate >= 0.95 ? `${rate >= 10 ? count(Math.round(rate)) : rate.toFixed(1)} a second` : `${Math.max(0.1, rate * 60).toFixed(rate * 60 >= 9.95 ? 0 : 1)} a minute`;
}

/** Seconds as a person says them. */
export function duration(seconds: number): string {
  if (seconds < 1) return "less than a second";
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
