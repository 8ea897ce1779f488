import { beforeEach, describe, expect, it } from "vitest";
import { allByTest, byTest, FakeModel, settled } from "../shared/testing/model.ts";
import { Forest } from "./forest.ts";
import editor from "./index.ts";

type Row = { id: string; up: number; name: string; own: number; locked: boolean };
const row = (name: string, up: number, own: number, locked = false): Row => ({ id: `t-${name}`, up, name, own, locked });
const cards = [row("Cards", -1, 0), row("Lost", 0, 30), row("New", 0, 12), row("Loans", -1, 60, true)];
const part = (nodes: Row[], stamp = "4") => ({ stamp, topics: nodes.length, leaves: nodes.length, depth: 2, records: 102, unassigned: 0, nodes });
const change = { added: 1, kept: 3, removed: 1, renamed: 0, moved: 0, described: 0, reordered: 0, lines: ["gone: <b>Old</b> (nothing took its place)"], more: 0 };
const proposal = { ...part([row("Rates", -1, 5)], "p"), kind: "discover", named: "", counted: true, fresh: false, moved: 5, orphans: 2, change, python: "ds.discover_topics(count=1)" };
const details = { id: "t-Lost", path: "Cards/Lost", name: "Lost", description: "", keywords: ["lost"], by_hand: ["keywords"], locked: false, own: 30, total: 30, share: 0.294, children: [], more: 0 };
const state = {
  error: "",
  static_html: "",
  pointed: { total: 0, topics: {} },
  linked: false,
  work: null as unknown,
  done: null as unknown,
  tree: part(cards) as unknown,
  proposal: null as unknown,
  suggestions: null as unknown,
  orphans: { total: 0, more: 0, groups: [] as unknown[] },
  central: null as unknown,
  known: { templates: ["banking", "travel"], embedders: ["auto", "lsa"], depth: 5, records: 102, limit: 5000000, name: "support" },
};

let el: HTMLElement;
const show = (changes: Record<string, unknown> = {}): FakeModel => {
  const model = new FakeModel({ ...structuredClone(state), ...changes });
  editor.render({ model, el });
  return model;
};
const tree = (): HTMLElement => byTest(el, "tree");
const press = (node: HTMLElement, key: string, more: KeyboardEventInit = {}): void => void node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
const current = (): string => tree().querySelector("[data-current]")?.getAttribute("data-name") ?? "";
const names = (): string[] => [...tree().querySelectorAll("[data-testid=topic]")].map((node) => node.getAttribute("data-name") ?? "");
beforeEach(() => {
  el = document.createElement("div");
  document.body.replaceChildren(el);
});

describe("topic editor", () => {
  it("is a tree for those who cannot see it", () => {
    show();
    const lost = tree().querySelector("[data-name=Lost]") as HTMLElement;
    expect(tree().getAttribute("role")).toBe("tree");
    expect(lost.getAttribute("role")).toBe("treeitem");
    expect([lost.getAttribute("aria-level"), lost.getAttribute("aria-posinset"), lost.getAttribute("aria-setsize")]).toEqual(["2", "1", "2"]);
    expect(tree().querySelector("[data-name=Cards]")?.getAttribute("aria-expanded")).toBe("true");
    expect(lost.hasAttribute("aria-expanded")).toBe(false);
    expect(lost.textContent).toContain("29.4 %");
    expect(tree().querySelector(`#${tree().getAttribute("aria-activedescendant")}`)?.getAttribute("data-name")).toBe("Cards");
  });

  it("is walked through by the keys of every tree, and by letters", () => {
    show();
    press(tree(), "End");
    expect(current()).toBe("Loans");
    press(tree(), "Home");
    press(tree(), "ArrowRight"); // open already: to the first below
    expect(current()).toBe("Lost");
    press(tree(), "ArrowLeft");
    press(tree(), "ArrowLeft");
    expect(names()).toEqual(["Cards", "Loans"]);
    press(tree(), "l");
    press(tree(), "o");
    expect(current()).toBe("Loans");
    press(tree(), "*");
    expect(names()).toEqual(["Cards", "Lost", "New", "Loans"]);
  });

  it("renames in place, and Escape leaves the name", () => {
    const model = show();
    press(tree(), "ArrowDown");
    press(tree(), "F2");
    const field = byTest(el, "rename") as HTMLInputElement;
    expect(document.activeElement).toBe(field);
    field.value = "<img src=x>";
    press(field, "Escape");
    expect(model.sent.filter(({ act }) => act === "rename_topic")).toEqual([]);
    press(tree(), "F2");
    (byTest(el, "rename") as HTMLInputElement).value = "Stolen";
    press(byTest(el, "rename"), "Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "rename_topic", options: { topic: "t-Lost", name: "Stolen" } });
    expect(document.activeElement).toBe(tree());
  });

  it("moves by a dialog that offers no topic below the one that moves", () => {
    const model = show();
    press(tree(), "M");
    expect(allByTest(el, "pick-choice").map((one) => one.getAttribute("data-id"))).toEqual(["t-Loans"]);
    press(byTest(el, "pick-filter"), "Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "move_topic", options: { topic: "t-Cards", parent: "t-Loans" } });
  });

  it("merges what is marked, into a topic of the tree or a new one", () => {
    const model = show();
    press(tree(), "ArrowDown");
    press(tree(), " ");
    press(tree(), "ArrowDown");
    press(tree(), "C");
    const field = byTest(el, "pick-filter") as HTMLInputElement;
    field.value = "Plastic";
    field.dispatchEvent(new Event("input"));
    press(field, "Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "merge_topics", options: { topics: ["t-Lost", "t-New"], into: "Plastic" } });
  });

  it("asks where records go before it deletes, and not where there are none", () => {
    const model = show({ tree: part([...cards, row("Empty", -1, 0)]) });
    press(tree(), "ArrowDown");
    press(tree(), "Delete");
    expect(byTest(el, "dialog").textContent).toContain("30 records");
    press(byTest(el, "pick-filter"), "Enter");
    expect(model.sent.at(-1)).toMatchObject({ act: "delete_topic", options: { topic: "t-Lost", into: "" } });
    press(tree(), "End");
    press(tree(), "Delete");
    expect(model.sent.at(-1)).toMatchObject({ act: "delete_topic", options: { topic: "t-Empty" } });
  });

  it("moves among siblings with Alt and an arrow", () => {
    const model = show();
    press(tree(), "ArrowDown");
    press(tree(), "ArrowDown", { altKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "move_topic", options: { topic: "t-Lost", parent: "t-Cards", before: "", last: true } });
    press(tree(), "ArrowDown");
    press(tree(), "ArrowUp", { altKey: true });
    expect(model.sent.at(-1)).toMatchObject({ act: "move_topic", options: { topic: "t-New", before: "t-Lost" } });
  });

  it("looks for names and shows where they are", () => {
    show();
    const field = byTest(el, "filter") as HTMLInputElement;
    field.value = "NEW";
    field.dispatchEvent(new Event("input"));
    expect(names()).toEqual(["Cards", "New"]);
    expect(byTest(el, "found").textContent).toBe("1 topic");
  });

  it("draws only the rows in sight of a large tree, and counts what is below", () => {
    const many = Array.from({ length: 3000 }, (_, at) => row(`n${at}`, at < 5 ? -1 : Math.floor(at / 5), 1));
    show({ tree: part(many) });
    press(tree(), "*");
    expect(names().length).toBeLessThan(40);
    expect(new Forest(many).roots.reduce((sum, at) => sum + (new Forest(many).total[at] ?? 0), 0)).toBe(3000);
  });

  it("fetches the rest of a large tree page by page", async () => {
    const model = show({ tree: { ...part(cards), topics: 5 } });
    await settled();
    const asked = model.sent.find(({ act }) => act === "nodes");
    expect(asked?.options).toEqual({ offset: 4 });
    while (model.sent.at(-1)?.act !== "nodes") model.sent.pop();
    model.answer({ value: { offset: 4, stamp: "4", nodes: [row("Rates", -1, 1)] } });
    await settled();
    expect(names()).toEqual(["Cards", "Lost", "New", "Loans", "Rates"]);
  });

  it("shows a proposal with what it changes, instead of the tree, until it is decided", async () => {
    const model = show({ proposal });
    expect(byTest(el, "proposal-title").textContent).toBe("1 topic found");
    expect(byTest(el, "moved").textContent).toContain("5");
    expect(byTest(el, "changes").textContent).toContain("gone: <b>Old</b>");
    expect(el.querySelector("b:not([class]) > b")).toBeNull();
    expect(tree().closest("[hidden]")).not.toBeNull();
    expect(byTest(el, "python").textContent).toBe("ds.discover_topics(count=1)");
    byTest(el, "adopt").click();
    expect(model.sent.at(-1)?.act).toBe("adopt");
    model.push({ proposal: null });
    await settled();
    expect(tree().closest("[hidden]")).toBeNull();
  });

  it("starts in three ways where there is no topic", () => {
    const model = show({ tree: part([]) });
    byTest(el, "discover").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "discover", options: { depth: 2, count: null, embedder: "auto", seed: 0 } });
    ([...byTest(el, "way-to-start").children][1] as HTMLElement).click();
    expect(byTest(el, "python").textContent).toBe('ds.use_template("banking")');
    byTest(el, "template-look").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "propose_template", options: { name: "banking" } });
    ([...byTest(el, "way-to-start").children][3] as HTMLElement).click();
    (byTest(el, "hand-name") as HTMLInputElement).value = "Cards/Lost";
    byTest(el, "hand-add").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "add_topic", options: { name: "Cards/Lost", parent: "" } });
  });

  it("keeps what is said of a topic, and its texts are text", async () => {
    const model = show();
    press(tree(), "ArrowDown");
    await new Promise((done) => setTimeout(done, 100));
    model.answer({ value: details });
    await settled();
    expect(byTest(el, "details-name").textContent).toBe("Lost");
    model.push({ central: { id: "t-Lost", rows: [{ id: "a", topic: "Cards/Lost", text: "<img src=x onerror=alert(1)>" }], error: "" } });
    await settled();
    expect(byTest(el, "texts").textContent).toContain("<img src=x");
    expect(el.querySelector("img")).toBeNull();
    const field = byTest(el, "keywords") as HTMLInputElement;
    field.value = "lost, stolen";
    field.dispatchEvent(new Event("change"));
    expect(model.sent.at(-1)).toMatchObject({ act: "describe_topic", options: { topic: "t-Lost", keywords: "lost, stolen" } });
  });

  it("lists records that lost their topic and topics that others suggest", () => {
    const orphans = { total: 3, more: 0, groups: [{ topic: "Old", suggestion: "Cards/Lost", count: 3, sample: "<i>hm</i>" }] };
    const suggestions = [{ name: "Rates", description: "", keywords: ["rate"], count: 9, samples: ["What rate?"] }];
    const model = show({ orphans, suggestions, tree: { ...part(cards), unassigned: 12 } });
    byTest(el, "orphans-take").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "assign_orphans", options: { topic: "Old", to: "Cards/Lost" } });
    byTest(el, "accept").click();
    expect(model.sent.at(-1)).toMatchObject({ act: "accept", options: { name: "Rates" } });
    expect(byTest(el, "orphan").textContent).toContain("<i>hm</i>");
  });

  it("takes the last deed back with u", () => {
    const model = show({ done: { sentence: "Renamed.", python: "", undo: true } });
    press(tree(), "u");
    expect(model.sent.at(-1)?.act).toBe("undo");
  });

  it("is a page to read in a report", () => {
    editor.freeze({ ...structuredClone(state), tree: { ...part(cards), topics: 9 } } as never, el);
    expect(names()).toEqual(["Cards", "Lost", "New", "Loans"]);
    expect(el.querySelector("[data-testid=add], [data-testid=start]:not([hidden])")).toBeNull();
    expect(el.textContent).toContain("5 more topics in the notebook");
  });

  it("marks the topics of records that are selected on a map, and asks for those of a topic", async () => {
    const model = show({ pointed: { total: 7, topics: { "t-Lost": 5, "t-New": 2 } }, linked: true });
    const marks = (): string[] => [...tree().querySelectorAll("[data-testid=selected-here]")].map((node) => node.textContent ?? "");
    expect(marks()).toEqual(["5 selected", "2 selected"]);
    press(tree(), "ArrowLeft"); // Cards is closed: what is below it is said there
    expect(marks()).toEqual(["7 selected"]);
    press(tree(), "R");
    await settled();
    expect(model.sent.filter(({ act }) => act === "show_records").map(({ options }) => options)).toEqual([{ topic: "t-Cards" }]);
    model.push({ pointed: { total: 0, topics: {} } });
    await settled();
    expect(marks()).toEqual([]);
  });
});
