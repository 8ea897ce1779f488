// What takes longer than a blink says that it works.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { busy } from "./busy.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function slow(seconds: number, fails = false) {
  const line = document.createElement("div");
  const body = document.createElement("div");
  const answer = (): Promise<unknown> => new Promise((done, failed) => setTimeout(fails ? () => failed(new Error("no")) : () => done(7), seconds * 1000));
  return { line, body, ask: busy(answer, line, body, new AbortController().signal) };
}

test("a quick answer shows nothing", async () => {
  const { line, ask } = slow(0.2);
  const answer = ask("rows");
  await vi.advanceTimersByTimeAsync(300);
  expect(line.textContent).toBe("");
  expect(await answer).toBe(7);
});

test("a slow one says so until all answers are there", async () => {
  const { line, body, ask } = slow(2);
  void ask("delete");
  await vi.advanceTimersByTimeAsync(1000);
  void ask("delete");
  expect(line.textContent).toBe("Working…");
  await vi.advanceTimersByTimeAsync(1100);
  expect(body.getAttribute("aria-busy")).toBe("true");
  await vi.advanceTimersByTimeAsync(1000);
  expect(line.textContent).toBe("");
  expect(body.hasAttribute("aria-busy")).toBe(false);
});

test("a refusal ends it too", async () => {
  const { line, ask } = slow(1, true);
  const answer = ask("delete").catch(() => "refused");
  await vi.advanceTimersByTimeAsync(1100);
  expect(await answer).toBe("refused");
  expect(line.textContent).toBe("");
});
