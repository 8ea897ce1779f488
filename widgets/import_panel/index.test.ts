import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { size, upload } from "../shared/upload.ts";
import panel from "./index.ts";

const file = (name: string, more: Record<string, unknown> = {}) => ({ name, path: `/data/${name}`, size: "1.0 kB", format: "openai-rft", container: "jsonl", why: "40 of the first 40 rows.", confidence: 0.9, mapping: {}, error: "", prompt: [], ...more });
const found = { count: 1, size: "1.0 kB", looked: 1, most: 50, readable: 1, columns: ["question", "reply"], files: [file("faq.csv", { format: "input-answer", mapping: { input: "question" } })] };
const state = {
  error: "",
  static_html: "",
  work: null,
  done: null,
  found: null as unknown,
  options: { source: "", format: null as string | null, mapping: {}, mixed: false, fold: true, replace: false },
  known: { formats: [{ name: "openai-rft", text: "prompts" }, { name: "input-answer", text: "two columns" }], fields: ["input", "answer"], limit: 200_000_000, records: 7, name: "support" },
  account: null as unknown,
  python: "ds.import_()",
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  panel.render({ model, el });
  return model;
};
const change = (name: string, value: string): void => {
  const control = byTest(el, name) as HTMLSelectElement;
  control.value = value;
  control.dispatchEvent(new Event("change", { bubbles: true }));
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("import panel", () => {
  it("asks to look at what was typed and says how large a file may be", () => {
    const model = show();
    expect(byTest(el, "empty").textContent).toContain("nothing is imported before you say so");
    expect(byTest(el, "drop").textContent).toContain("up to 200.0 MB");
    const field = byTest(el, "source") as HTMLInputElement;
    field.value = "logs/*.jsonl";
    field.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "look", options: { source: "logs/*.jsonl" } });
  });

  it("shows the mapping of each file and lets it be overruled", () => {
    const model = show({ found });
    expect(byTest(el, "mapping").textContent).toBe("input ← question");
    change("map-answer", "reply");
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { mapping: { answer: "reply" } } });
    change("choose-format", "openai-rft");
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { format: "openai-rft" } });
  });

  it("imports nothing that cannot be read, and says why as text", () => {
    show({ found: { ...found, readable: 0, files: [file("<b>", { format: "", error: "<i>No</i> records." })] } });
    expect((byTest(el, "start") as HTMLButtonElement).disabled).toBe(true);
    expect(byTest(el, "why").textContent).toBe("<i>No</i> records.");
    expect((byTest(el, "overrule") as HTMLDetailsElement).open).toBe(true);
    expect(el.querySelector("i")).toBeNull();
  });

  it("says what replacing takes out", () => {
    show({ found, options: { ...state.options, replace: true } });
    expect(byTest(el, "replace-note").textContent).toContain("7 records");
  });

  it("accounts for every line and turns the pages of those that were lost", async () => {
    const rows = [{ file: "a.jsonl", line: 1234, reason: "No JSON.", text: "<script>" }];
    const account = { read: 5, added: 3, duplicates_skipped: 0, blank: 1, folded: 0, unreadable: 1, when: "2026-01-02 03:04", sentences: [], lost: { total: 2, offset: 0, rows } };
    const model = show({ account });
    expect(byTest(el, "added").textContent).toBe("3");
    expect(byTest(el, "lost-row").textContent).toBe("1,234a.jsonlNo JSON.<script>");
    byTest(el, "lost-next").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "unreadable", options: { offset: 1 } });
    model.answer({ value: { total: 2, offset: 1, rows: [{ ...rows[0], line: 9 }] } });
    await settled();
    expect(allByTest(el, "lost-row").map((row) => row.firstChild?.textContent)).toEqual(["9"]);
  });

  it("hands a file over in pieces, in order", async () => {
    const asked: { act: string; options: Record<string, unknown> }[] = [];
    const told: number[] = [];
    await upload(
      new File([new Uint8Array(800_000).fill(65)], "a.jsonl"),
      async (act, options = {}) => {
        asked.push({ act, options });
        return act === "upload_begin" ? "t" : act === "upload_add" ? Number(options["offset"]) + atob(String(options["data"])).length : "path";
      },
      (done) => told.push(done),
    );
    expect(asked.map(({ act }) => act)).toEqual(["upload_begin", "upload_add", "upload_add", "upload_end"]);
    expect(told).toEqual([786_432, 800_000]);
    expect(size(1_240_000)).toBe("1.2 MB");
  });
});
