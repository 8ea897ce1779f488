// A model for tests, stricter than the real one: anywidget returns undefined for an unknown key and keeps silent
// about listeners that are never taken off; here both fail.
import type { Model } from "../host.ts";

export class FakeModel implements Model {
  readonly sent: { kind: string; id: string; act: string; options: Record<string, unknown> }[] = [];
  private readonly listeners = new Map<string, Set<(...given: never[]) => void>>();
  private readonly unsaved = new Set<string>();

  constructor(private readonly state: Record<string, unknown>) {}

  get(key: string): unknown {
    if (!(key in this.state)) throw new Error(`no trait is named ${key}; there are ${Object.keys(this.state).join(", ")}`);
    return structuredClone(this.state[key]);
  }

  set(key: string, value: unknown): void {
    this.get(key);
    this.state[key] = structuredClone(value); // refuses what cannot be sent
    this.unsaved.add(key);
  }

  save_changes(): void {
    if (this.unsaved.size === 0) throw new Error("nothing was set before save_changes");
    this.unsaved.clear();
  }

  on(event: string, act: (...given: never[]) => void): void {
    const known = this.listeners.get(event) ?? new Set();
    if (known.has(act)) throw new Error(`a second listener for ${event}`);
    this.listeners.set(event, known.add(act));
  }

  off(event: string, act: (...given: never[]) => void): void {
    if (!this.listeners.get(event)?.delete(act)) throw new Error(`a listener for ${event} was never put on`);
  }

  send(content: unknown): void {
    this.sent.push(structuredClone(content) as (typeof this.sent)[number]);
  }

  /** Python changes traits. */
  push(changes: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(changes)) {
      this.get(key);
      this.state[key] = value;
    }
    for (const key of Object.keys(changes)) this.emit(`change:${key}`);
  }

  /** Python answers a request, the latest unless another is named. */
  answer(reply: { value?: unknown; error?: string }, id = this.sent.at(-1)?.id): void {
    if (id === undefined) throw new Error("nothing was asked");
    this.emit("msg:custom", { kind: "reply", id, ...reply });
  }

  get listening(): number {
    return [...this.listeners.values()].reduce((sum, some) => sum + some.size, 0);
  }

  private emit(event: string, ...given: unknown[]): void {
    for (const act of [...(this.listeners.get(event) ?? [])]) (act as (...given: unknown[]) => void)(...given);
  }
}

/** Everything that was planned for "right after" has happened. */
export async function settled(): Promise<void> {
  await new Promise((done) => setTimeout(done, 0));
}

export function byTest(root: ParentNode, name: string): HTMLElement {
  const found = root.querySelector<HTMLElement>(`[data-testid="${name}"]`);
  if (found === null) throw new Error(`nothing has data-testid="${name}"`);
  return found;
}

export function allByTest(root: ParentNode, name: string): HTMLElement[] {
  return [...root.querySelectorAll<HTMLElement>(`[data-testid="${name}"]`)];
}
