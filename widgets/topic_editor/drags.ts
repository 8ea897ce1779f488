// A topic is dragged: into another one, or before or after it at its edges.
import type { Forest } from "./forest.ts";
import { ROW, type Node } from "./model.ts";

type Given = {
  node: HTMLElement;
  sheet: HTMLElement;
  forest: () => Forest | null;
  idUnder: (event: Event) => string;
  rowOf: (id: string) => HTMLElement | null;
  place: (id: string, parent: string, before: string, last: boolean) => void;
};

type Drop = { id: string; where: string; parent: string; before: string; last: boolean };

export function drags({ node, sheet, forest, idUnder, rowOf, place }: Given): void {
  let dragged = "";
  const show = (drop: Drop | null): void => {
    for (const row of sheet.querySelectorAll<HTMLElement>("[data-drop]")) delete row.dataset["drop"];
    if (drop !== null) rowOf(drop.id)?.setAttribute("data-drop", drop.where);
  };
  sheet.addEventListener("dragstart", (event) => {
    dragged = idUnder(event);
    event.dataTransfer?.setData("text/plain", dragged);
    if (event.dataTransfer !== null) event.dataTransfer.effectAllowed = "move";
  });
  node.addEventListener("dragover", (event) => {
    const found = drop(event, forest(), dragged);
    show(found);
    if (found !== null) event.preventDefault();
  });
  node.addEventListener("dragleave", () => show(null));
  node.addEventListener("dragend", () => show(null));
  node.addEventListener("drop", (event) => {
    const found = drop(event, forest(), dragged);
    show(null);
    if (found === null) return;
    event.preventDefault();
    place(dragged, found.parent, found.before, found.last);
  });
}

/** Where a topic would go; null where it cannot. */
function drop(event: DragEvent, forest: Forest | null, dragged: string): Drop | null {
  const row = (event.target as Element).closest<HTMLElement>("[data-id]");
  const id = row?.dataset["id"] ?? "";
  if (forest === null || row === null || id === "" || dragged === "" || id === dragged) return null;
  const [from, at] = [forest.place(dragged), forest.place(id)];
  if (from < 0 || forest.within(at, from)) return null;
  const edge = (event.clientY - row.getBoundingClientRect().top) / ROW;
  const up = (forest.nodes[at] as Node).up;
  const parent = up < 0 ? "" : (forest.nodes[up] as Node).id;
  if (edge < 0.28) return { id, where: "before", parent, before: id, last: false };
  if (edge <= 0.72) return (forest.nodes[from] as Node).up === at ? null : { id, where: "into", parent: id, before: "", last: false };
  const rest = forest.siblings(at).filter((other) => other !== from);
  const next = rest[rest.indexOf(at) + 1];
  return { id, where: "after", parent, before: next === undefined ? "" : (forest.nodes[next] as Node).id, last: next === undefined };
}
