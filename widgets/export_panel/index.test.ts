import { beforeEach, describe, expect, it } from "vitest";
import { download } from "../shared/download.ts";
import { allByTest, byTest, FakeModel } from "../shared/testing/model.ts";
import panel from "./index.ts";

const one = { train: 90, validation: 10, share: 0.9, groups: 80, left_out: 0, kept: null as number | null, generated: { train: 0.25, validation: 0 }, straddling: 0, topics: [{ path: "<b>Cards</b>", train: 90, validation: 10 }], more: 0, warnings: ["Train is small."] };
const there = { ...one, groups: null, new: 0, leaks: [] as unknown[], when: "2026-01-02 03:04" };
const part = { split: "all", path: "all.jsonl", whole: "/w/all.jsonl", written: 100, skipped: 2, sentences: ["Skipped 2 records: invalid."], first: '{"messages":["<script>"]}', cut: 0, exists: [] as unknown[] };
const state = {
  error: "",
  static_html: "",
  work: null,
  done: null,
  readiness: { ready: false, total: 102, valid: 100, reasons: [{ blocking: true, rule: "balance", sentence: "Balance is 0.10." }], passed: ["100 valid records."] } as unknown,
  split: { state: null, options: { train: 0.9, stratify: "topic", generated_in_validation: false, min_validation: null, seed: 0, keep: null }, changed: false, preview: one, problem: "" } as Record<string, unknown>,
  choices: { split: "all", path: "", format: "trl", columns: null as string[] | null, licence: "", excel_safe: false },
  draft: { parts: [part], problem: "" } as unknown,
  known: { formats: [{ name: "trl", text: "rows for TRL", suffix: ".jsonl", columns: true }, { name: "csv", text: "two columns", suffix: ".csv", columns: false }], columns: ["answer", "topic"], folder: "/w", name: "support", records: 102 },
  written: [] as unknown[],
  python: { split: "ds.split()", export: "ds.export('all.jsonl')" },
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  panel.render({ model, el });
  return model;
};
const toggle = (name: string): void => {
  const box = byTest(el, name) as HTMLInputElement;
  box.checked = !box.checked;
  box.dispatchEvent(new Event("change", { bubbles: true }));
};
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("export panel", () => {
  it("says what blocks and what passes", () => {
    show();
    expect(byTest(el, "ready").textContent).toBe("✗ Not ready yet");
    expect(byTest(el, "reason").textContent).toContain("✗ blocksBalance is 0.10.");
    expect(byTest(el, "passed").textContent).toContain("1 rule passes");
  });

  it("shows a split before it is made, topics as text", () => {
    const model = show();
    expect(byTest(el, "split-preview").textContent).toContain("So it would be divided");
    expect(byTest(el, "train-count").textContent).toBe("90 25.0 % generated");
    expect(byTest(el, "topic-row").textContent).toBe("<b>Cards</b>901010.0 %");
    toggle("generated");
    expect(model.sent.at(-1)).toMatchObject({ act: "choose_split", options: { generated_in_validation: true } });
    byTest(el, "split-run").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "make_split" });
  });

  it("says what leaks since the split was made, and that validation stays", () => {
    const leaking = { ...there, straddling: 1, new: 7, leaks: [{ train_id: "a", validation_id: "b" }] };
    const model = show({ split: { ...state.split, state: leaking, preview: { ...one, kept: 10 } } });
    expect(byTest(el, "leaks").textContent).toContain("1 group on both sides, such as a / b");
    expect(byTest(el, "fresh").textContent).toContain("7 valid records came after the split");
    expect((byTest(el, "keep") as HTMLInputElement).checked).toBe(true);
    toggle("keep");
    expect(model.sent.at(-1)).toMatchObject({ act: "choose_split", options: { keep: false } });
  });

  it("shows the split there is without a preview of the same", () => {
    show({ split: { ...state.split, state: there } });
    expect(byTest(el, "leaks").textContent).toContain("✓ Leak check");
    expect(allByTest(el, "split-preview")).toEqual([]);
  });

  it("shows what each file would hold, as text, and asks before it replaces one", () => {
    const exists = [{ name: "all.jsonl", path: "/w/all.jsonl", bytes: 4, when: "2026-01-02 03:04" }];
    const model = show({ draft: { parts: [{ ...part, exists }], problem: "" } });
    expect(byTest(el, "part").textContent).toContain("▿ 2 skipped");
    expect(byTest(el, "first-record").textContent).toBe('{"messages":["<script>"]}');
    expect((byTest(el, "export-run") as HTMLButtonElement).disabled).toBe(true);
    toggle("replace");
    expect(byTest(el, "export-run").textContent).toBe("Replace and export 100 records");
    byTest(el, "export-run").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "export", options: { replace: true } });
  });

  it("lets columns be chosen where the format has some", () => {
    const model = show({ choices: { ...state.choices, columns: ["topic"] } });
    expect(allByTest(el, "column").map((chip) => chip.getAttribute("aria-pressed"))).toEqual(["false", "true"]);
    allByTest(el, "column")[0]?.click();
    expect(model.sent.at(-1)).toMatchObject({ act: "choose", options: { columns: ["topic", "answer"] } });
  });

  it("leaves columns out where the format has none", () => {
    show({ choices: { ...state.choices, format: "csv" } });
    expect(allByTest(el, "usual-columns")).toEqual([]);
    expect(allByTest(el, "excel-safe")).toHaveLength(1);
  });

  it("lists what was written and offers it to the browser", () => {
    const files = [{ name: "all.jsonl", path: "/w/all.jsonl", bytes: 2_000_000, when: "" }, { name: "big.jsonl", path: "/w/big.jsonl", bytes: 200_000_000, when: "" }];
    const model = show({ written: [{ written: 100, skipped: 0, format: "trl", files, replaced: ["all.jsonl"], sentences: ["Found it."] }] });
    expect(allByTest(el, "file-row").map((row) => row.textContent)).toEqual(["all.jsonl2.0 MBDownload", "big.jsonl200.0 MB"]);
    expect(byTest(el, "replaced").textContent).toBe("In the place of all.jsonl.");
    byTest(el, "download").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "piece", options: { path: "/w/all.jsonl", offset: 0 } });
  });

  it("says what to do first in an empty dataset", () => {
    show({ known: { ...state.known, records: 0 }, draft: null, readiness: null });
    expect(byTest(el, "empty").textContent).toContain("import some");
    expect((el.querySelector("[aria-label=Files]") as HTMLElement).hidden).toBe(true);
  });

  it("puts the pieces of a file together", async () => {
    const data = ["AAEC", "/w=="];
    const blob = await download("/w/a", (_, options) => Promise.resolve({ data: data[Number(options?.["offset"]) / 3], bytes: 4 }));
    expect(blob.size).toBe(4);
  });
});
