// Whether the dataset is ready for training, with every rule that says so.
import { h, type Child } from "../shared/dom.ts";
import { plural } from "../shared/format.ts";
import { readyWord, reasonList } from "../shared/readiness.ts";
import type { Readiness } from "./model.ts";

export function ready({ ready: is, valid, reasons, passed }: Readiness): Child[] {
  const rest = passed.length > 0 && h("details", { test: "passed" }, h("summary", { class: "rft__note" }, `${plural(passed.length, "rule")} ${passed.length === 1 ? "passes" : "pass"}`), h("ul", { class: "rft__list" }, passed.map((text) => h("li", {}, text))));
  return [
    h("p", {}, readyWord(is), h("span", { class: "rft__note" }, ` ${plural(valid, "valid record")}`)),
    reasonList(reasons),
    rest,
  ];
}
