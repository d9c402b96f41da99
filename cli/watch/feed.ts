/**
 * What listeners of the live view are sent: everything once, then what has changed. Each part has the number of the look
 * at which it changed, so that one who comes back gets what it has missed.
 *
 * @module
 */
import type { LiveRun, LiveUpdate } from "../../reports/live/state.ts";
import type { Look } from "./watcher.ts";

/** A part with the number of the look at which it changed. */
interface Part<T> {
  readonly json: string;
  readonly value: T;
  readonly since: number;
}

/** The parts of the newest look. */
export class Feed {
  /** Tells this server from one before it, whose numbers mean nothing here. */
  readonly #era: string;
  #number = 0;
  #head: Part<Look["head"]> | undefined;
  #table: Part<string> | undefined;
  #runs = new Map<string, Part<LiveRun>>();

  /** @param era A text that no other server has. */
  constructor(era: string) {
    this.#era = era;
  }

  /** Id of what was taken last. */
  get id(): string {
    return `${this.#era}.${this.#number}`;
  }

  /** Takes a look; gives whether anything has changed. */
  take({ head, runs, table }: Look): boolean {
    const number = this.#number + 1;
    let changed = false;
    const part = <T>(before: Part<T> | undefined, value: T): Part<T> => {
      const json = JSON.stringify(value);
      if (before?.json === json) return before;
      changed = true;
      return { json, value, since: number };
    };
    this.#head = part(this.#head, head);
    this.#table = part(this.#table, table);
    this.#runs = new Map(runs.map((run) => [run.id, part(this.#runs.get(run.id), run)]));
    if (changed) this.#number = number;
    return changed;
  }

  /** What has changed since the event of an id; everything for an id that is not this server's. */
  since(id: string | null): LiveUpdate {
    const [era, number] = id?.split(".") ?? [], from = era === this.#era ? Number(number) : 0;
    const isNew = (part: Part<unknown> | undefined) => part !== undefined && !(part.since <= from);
    const runs = [...this.#runs.values()].filter(isNew).map(({ value }) => value);
    return {
      ...isNew(this.#head) ? { head: this.#head!.value } : {},
      ...runs.length > 0 ? { runs } : {},
      ...isNew(this.#table) ? { table: this.#table!.value } : {},
    };
  }
}
