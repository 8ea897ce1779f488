// What was generated so far, a page at a time: the source, the new words, stars, and why one was rejected.
import { h } from "../shared/dom.ts";
import { count } from "../shared/format.ts";
import { button } from "../shared/pieces.ts";

export type Made = {
  candidate_id: string;
  topic: string | null;
  valid: boolean;
  reasons: string[] | null;
  quality: number | null;
  source: string;
  text: string;
};

export type Page = { rows: Made[]; page: number; pages: number; size: number; total: number };

type Acts = { turn: (page: number) => void; hide: () => void; running: boolean };

export function list(made: Page, { turn, hide, running }: Acts): HTMLElement {
  const first = made.page * made.size + 1;
  const place = made.total === 0 ? "nothing yet" : `${count(first)} to ${count(first + made.rows.length - 1)} of ${count(made.total)}`;
  const back = button({ text: "Earlier", test: "earlier", act: () => turn(made.page - 1) });
  const last = made.page + 1 >= made.pages;
  const on = button({ text: last && running ? "Look again" : "Later", test: "later", act: () => turn(last ? made.page : made.page + 1) });
  back.disabled = made.page === 0;
  on.disabled = last && !running;
  const line = h("div", { class: "rft__line rft__line--ends" }, h("h3", { class: "rft__head" }, "Generated so far ", h("span", { class: "rft__note", test: "made-place" }, place)), h("span", { class: "rft__line" }, back, on, button({ text: "Hide", test: "hide", act: hide })));
  return h("section", { test: "made" }, line, h("ol", { class: "rft-run__made" }, made.rows.map(row)));
}

function row(one: Made): HTMLElement {
  const reasons = (one.reasons ?? []).map((code) => code.replaceAll("_", " ")).join(", ");
  const verdict = one.valid ? h("span", { class: "rft__status rft__status--ok", title: one.quality === null ? undefined : `${one.quality} of 5 stars` }, stars(one.quality)) : h("span", { class: "rft__status rft__status--far" }, `✗ ${reasons}`);
  return h(
    "li",
    { test: "candidate", "data-valid": one.valid },
    h("div", { class: "rft__line rft__line--ends" }, h("span", { class: "rft__note" }, one.topic ?? "(no topic)"), verdict),
    one.source !== "" && h("p", { class: "rft-run__source rft__note", dir: "auto" }, one.source),
    h("p", { class: "rft-run__text", dir: "auto", tabindex: 0 }, one.text === "" ? "(no text)" : one.text),
  );
}

/** Stars as marks, with the number for those who do not see them. */
function stars(quality: number | null): string {
  if (quality === null) return "✓ valid";
  const whole = Math.round(quality);
  return `${"★".repeat(whole)}${"☆".repeat(Math.max(0, 5 - whole))}`;
}

