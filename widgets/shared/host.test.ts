import { expect, it, vi } from "vitest";
import { liveHost, type Shared } from "./host.ts";
import { FakeModel } from "./testing/model.ts";

type Traits = Shared & Record<`t${number}`, number>;

it("puts one listener on the signal for all that ends with it", () => {
  const names = Array.from({ length: 20 }, (_, at) => `t${at}` as const);
  const model = new FakeModel(Object.fromEntries([...names.map((name) => [name, 0]), ["error", ""], ["static_html", ""]]));
  const end = new AbortController();
  const put = vi.spyOn(end.signal, "addEventListener");
  const host = liveHost<Traits>(model, end.signal);
  for (const name of names) host.onChange([name], () => {});
  expect(model.listening).toBe(21);
  expect(put).toHaveBeenCalledTimes(1);
  end.abort();
  expect(model.listening).toBe(0);
});
