import { expect, it } from "vitest";
import cases from "./format.cases.json";
import * as format from "./format.ts";

// tests/widgets/test_format.py reads the same cases
it.each(cases as ["count" | "share" | "points" | "score" | "money", number | null, string][])("%s of %s is %s", (name, value, shown) => {
  expect(format[name](value)).toBe(shown);
});

it("puts a number before its noun", () => {
  expect([format.plural(1, "record"), format.plural(1200, "record"), format.plural(2, "reply", "replies")]).toEqual(["1 record", "1,200 records", "2 replies"]);
});
