// What the colours mean; a group is selected from here, which is the way without a pointer.
import { h, type Child } from "../shared/dom.ts";
import { count, plural } from "../shared/format.ts";
import type { Legend, Tones } from "./model.ts";

export type LegendActs = { select: (path: string, mode: "only" | "add") => void; light: (group: number) => void };

export function legend({ groups, by }: Legend, tones: Tones, acts: LegendActs | null): HTMLElement {
  const entries = groups.map(({ name, path, count: records, tone }, at) => {
    const [light, dark] = tones[tone] ?? ["gray", "gray"];
    const swatch = h("span", { class: `rft-map__swatch${tone === "none" ? " rft-map__swatch--none" : ""}`, "aria-hidden": true, style: { background: `light-dark(${light}, ${dark})` } });
    const inside: Child[] = [swatch, h("span", { class: "rft-map__group", dir: "auto" }, name), h("span", { class: "rft__note" }, count(records))];
    if (acts === null || path === "") return h("li", {}, h("span", { class: "rft-map__entry" }, inside));
    const on = {
      click: (event: MouseEvent) => acts.select(path, event.shiftKey || event.ctrlKey || event.metaKey ? "add" : "only"),
      pointerenter: () => acts.light(at),
      pointerleave: () => acts.light(-1),
      focus: () => acts.light(at),
      blur: () => acts.light(-1),
    };
    const title = `${path}: select ${plural(records, "record")} (Shift adds to the selection)`;
    return h("li", {}, h("button", { class: "rft-map__entry", type: "button", test: "group", key: `group ${path}`, "data-path": path, title, on }, inside));
  });
  return h("ul", { class: "rft-map__legend", test: "legend", "aria-label": `Colours: ${by}` }, entries);
}
