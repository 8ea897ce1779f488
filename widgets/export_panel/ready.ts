// Whether the dataset is ready for training, with every rule that says so.
import { h, type Child } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import type { Readiness, Reason } from "./model.ts";

export function ready({ ready: is, valid, reasons, passed }: Readiness): Child[] {
  const word = is ? "✓ Ready for training" : "✗ Not ready yet";
  const rest = passed.length > 0 && h("details", { test: "passed" }, h("summary", { class: "rft__note" }, `${plural(passed.length, "rule")} ${passed.length === 1 ? "passes" : "pass"}`), h("ul", { class: "rft__list" }, passed.map((text) => h("li", {}, text))));
  return [
    h("p", {}, h("b", { class: `rft__status rft__status--${is ? "ok" : "far"}`, test: "ready" }, word), h("span", { class: "rft__note" }, ` ${plural(valid, "valid record")}`)),
    reasons.length > 0 && h("ul", { class: "rft-export__reasons", test: "reasons" }, reasons.map(line)),
    rest,
  ];
}

function line({ blocking, rule, sentence }: Reason): HTMLElement {
  const [kind, words] = blocking ? ["far", "✗ blocks"] : ["near", "▿ worth a look"];
  return h("li", { test: "reason", "data-rule": rule }, h("span", { class: `rft__status rft__status--${kind}` }, words), h("span", {}, sentence));
}
