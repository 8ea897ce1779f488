import { expect, it } from "vitest";
import { count, money, plural, points, score, share } from "./format.ts";

it("shows numbers as Python does", () => {
  expect([count(1234567), count(null)]).toEqual(["1,234,567", "–"]);
  expect([share(0.1234), points(-3.4), points(5), points(-0.04)]).toEqual(["12.3 %", "−3.4", "+5.0", "0.0"]);
  expect([score(0.8), score(undefined)]).toEqual(["0.80", "–"]);
  expect([0, 0.00042, 0.137, 12.5, null].map(money)).toEqual(["$0.00", "$0.00042", "$0.14", "$12.50", "unknown"]);
  expect([plural(1, "record"), plural(1200, "record"), plural(2, "reply", "replies")]).toEqual(["1 record", "1,200 records", "2 replies"]);
});
