/**
 * The folder of one run: `record.json`, `history.jsonl`, `checkpoint/`, `scores/`, `lists/`, `weights.safetensors`,
 * `failed.json` of a try that failed, `log.txt` of a process that died, the files of sinks, and the lock and lease of who
 * trains it.
 *
 * @module
 */
import { dirname } from "node:path";
import type { SinkFiles } from "../../sinks/sink.ts";
import type { Scratch } from "../held_embeddings.ts";
import { hostName } from "../machine.ts";
import type { Plane } from "../plane.ts";
import { checkRecord, type RunRecord } from "../record.ts";
import { rowsInFile } from "../rows_in_file.ts";
import {
  ignoreAbsence,
  isThere,
  readIfThere,
  readTextIfThere,
  syncFolder,
  writeAtomically,
  writeWhole,
} from "./atomic.ts";
import { heldBy } from "./busy.ts";
import { historyUpTo, parseHistory } from "./history.ts";
import { isStill, tryLock } from "./holder.ts";
import { type Lease, takeLease } from "./lease.ts";
import { SILENCE } from "./lease_files.ts";
import type { StoredPairs } from "../scored_pairs.ts";
import { decodeFloats, encodeFloats } from "./npy.ts";
import { writePairs } from "./pairs.ts";
import { type MeasureLine, MEASURES, measuresUpTo, readMeasures } from "./measures.ts";
import { within } from "./paths.ts";
import { PLANE, readPlane } from "./plane.ts";
import { readRungs, type RungLine, RUNGS, rungsWith } from "./rungs.ts";

const WEIGHTS = "weights.safetensors";

/** The folder of one run. Every file in it is whole or absent; a symbolic link in it is refused, for reading too. */
export class RunFolder {
  /** Path of the folder. */
  readonly path: string;
  /** Temporary files in it, for what is too much for memory. */
  readonly scratch: Scratch;
  #lock: Deno.FsFile | undefined;
  #lease: Lease | undefined;

  /** Use {@link Store.folder}, which checks the names. */
  constructor(path: string) {
    this.path = path;
    this.scratch = rowsInFile(path);
  }

  /**
   * Writes `record.json`.
   *
   * @throws {TypeError} naming every field that the schema refuses; nothing is written then.
   */
  async writeRecord(record: RunRecord): Promise<void> {
    checkRecord(record, "record.json");
    await writeAtomically(await this.#file("record.json"), JSON.stringify(record, null, 2) + "\n");
  }

  /**
   * Reads `record.json`, or gives `undefined` when there is none.
   *
   * @throws {SyntaxError | TypeError} naming the file if it is damaged.
   * @throws {RangeError} if it is a symbolic link.
   */
  async readRecord(): Promise<RunRecord | undefined> {
    const path = await within(this.path, "record.json");
    const text = await readTextIfThere(path);
    if (text === undefined) return undefined;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (error) {
      throw new SyntaxError(`Cannot read ${path}: ${(error as Error).message}; delete the file to run this run again`);
    }
    return checkRecord(value, path);
  }

  /** Renames the record of a try that failed to `failed.json`, so that the run counts as one that is still to end. */
  async setRecordAside(): Promise<void> {
    await Deno.rename(await this.#file("record.json"), await this.#file("failed.json"));
    await syncFolder(this.path);
  }

  /** Adds one line to `history.jsonl`. */
  async appendHistory(line: Readonly<Record<string, unknown>>): Promise<void> {
    await Deno.writeTextFile(await this.#file("history.jsonl"), JSON.stringify(line) + "\n", { append: true });
  }

  /** Figures from the middle of training, in the order in which they were measured; see {@link readRungs}. */
  async readRungs(): Promise<RungLine[]> {
    return await readRungs(this.path);
  }

  /** Adds a figure to `rungs.jsonl`, durably. One that is there already stays as it is: decisions may rest on it. */
  async appendRung(line: RungLine): Promise<void> {
    const text = await rungsWith(this.path, line);
    if (text !== undefined) await writeAtomically(await this.#file(RUNGS), text);
  }

  /** Makes the lines of `history.jsonl` durable. */
  async syncHistory(): Promise<void> {
    try {
      using file = await Deno.open(await within(this.path, "history.jsonl"), { write: true });
      await file.sync();
    } catch (error) {
      ignoreAbsence(error);
    }
  }

  /** The lines of `history.jsonl`; a last line that a crash cut off is left out. */
  async readHistory(): Promise<Record<string, unknown>[]> {
    const path = await within(this.path, "history.jsonl");
    return parseHistory(await readTextIfThere(path) ?? "", path);
  }

  /**
   * Drops the lines whose `step` is past `afterStep`, which a resumed run will write again, and what a crash left behind
   * them.
   */
  async truncateHistory(afterStep: number): Promise<void> {
    const path = await within(this.path, "history.jsonl");
    const kept = historyUpTo(await readTextIfThere(path) ?? "", path, afterStep);
    await writeAtomically(await this.#file("history.jsonl"), kept.map((line) => JSON.stringify(line) + "\n").join(""));
  }

  /** Figures of `output.evaluateEvery`, by step; see {@link readMeasures}. */
  async readMeasures(): Promise<MeasureLine[]> {
    return await readMeasures(this.path);
  }

  /** Adds the figures of a step to `measures.jsonl`, durably, in place of those of later steps. */
  async appendMeasures(line: MeasureLine): Promise<void> {
    const text = await measuresUpTo(this.path, line.step - 1) ?? "";
    await writeAtomically(await this.#file(MEASURES), `${text}${JSON.stringify(line)}\n`);
  }

  /** Drops the figures past a step, which a resumed run measures again. */
  async truncateMeasures(afterStep: number): Promise<void> {
    const text = await measuresUpTo(this.path, afterStep);
    if (text !== undefined) await writeAtomically(await this.#file(MEASURES), text);
  }

  /** Stores two-dimensional embeddings as `plane.json`. */
  async writePlane(plane: Plane): Promise<void> {
    await writeAtomically(await this.#file(PLANE), JSON.stringify(plane) + "\n");
  }

  /** Reads what {@link writePlane} wrote; see {@link readPlane}. */
  async readPlane(): Promise<Plane | undefined> {
    return await readPlane(this.path);
  }

  /** Stores a checkpoint; the one before stays until the next. */
  async writeCheckpoint(bytes: Uint8Array): Promise<void> {
    const current = await this.#file("checkpoint", "current");
    await writeAtomically(`${current}.new`, bytes);
    await Deno.rename(current, await this.#file("checkpoint", "previous")).catch(ignoreAbsence);
    await Deno.rename(`${current}.new`, current);
    await syncFolder(`${this.path}/checkpoint`);
  }

  /** The newest checkpoint, or the one before, or `undefined` when there is none. */
  async readCheckpoint(which: "newest" | "previous" = "newest"): Promise<Uint8Array | undefined> {
    const newest = which === "newest" ? await readIfThere(await within(this.path, "checkpoint", "current")) : undefined;
    return newest ?? await readIfThere(await within(this.path, "checkpoint", "previous"));
  }

  /** Whether an interrupted run left a checkpoint. */
  async hasCheckpoint(): Promise<boolean> {
    return await isThere(`${this.path}/checkpoint/current`) || await isThere(`${this.path}/checkpoint/previous`);
  }

  /** Deletes the checkpoints. */
  async removeCheckpoint(): Promise<void> {
    await this.#lease?.check();
    await within(this.path, "checkpoint");
    await Deno.remove(`${this.path}/checkpoint`, { recursive: true }).catch(ignoreAbsence);
  }

  /** Stores the end of what a process printed that died in this run, as `log.txt`. */
  async writeLog(text: string): Promise<void> {
    await writeAtomically(await this.#file("log.txt"), text);
  }

  /** Deletes what {@link writeLog} wrote. */
  async removeLog(): Promise<void> {
    await this.#lease?.check();
    await Deno.remove(`${this.path}/log.txt`).catch(ignoreAbsence);
  }

  /** Stores the weights of a completed run as `weights.safetensors`. */
  async writeWeights(bytes: Uint8Array): Promise<void> {
    await writeAtomically(await this.#file(WEIGHTS), bytes);
  }

  /** Reads what {@link writeWeights} wrote, or gives `undefined` when there is none. */
  async readWeights(): Promise<Uint8Array | undefined> {
    return await readIfThere(await within(this.path, WEIGHTS));
  }

  /** Stores per-pair scores of an evaluation as `scores/<name>.npy`. */
  async writeScores(name: string, scores: Float32Array): Promise<void> {
    await writeAtomically(await this.#file("scores", fileOf(name, "npy")), encodeFloats(scores));
  }

  /** Reads what {@link writeScores} wrote, or gives `undefined` when there is none. */
  async readScores(name: string): Promise<Float32Array | undefined> {
    const path = await within(this.path, "scores", fileOf(name, "npy"));
    const bytes = await readIfThere(path);
    return bytes && decodeFloats(bytes, path);
  }

  /** Whether scores are stored; they may be damaged. */
  async hasScores(name: string): Promise<boolean> {
    return await isThere(`${this.path}/scores/${fileOf(name, "npy")}`);
  }

  /** Stores pairs that were scored beside the run folders, where no other run of the experiment has; see {@link writePairs}. */
  async writePairs(digest: string, pairs: StoredPairs): Promise<void> {
    await this.#lease?.check();
    await writePairs(dirname(this.path), digest, pairs);
  }

  /** Stores a list of images that an evaluation gives as `lists/<evaluation>.<list>.txt`, one name a line. */
  async writeList(evaluation: string, list: string, names: readonly string[]): Promise<void> {
    const text = names.map((name) => `${name}\n`).join("");
    await writeAtomically(await this.#file("lists", fileOf(`${evaluation}.${list}`, "txt")), text);
  }

  /** The files of a sink, in a folder of its name. */
  sinkFiles(name: string): SinkFiles {
    const parts = (path: string) => [name, ...path.split("/")];
    return {
      read: async (path) => await readIfThere(await within(this.path, ...parts(path))),
      write: async (path, bytes) => await writeAtomically(await this.#file(...parts(path)), bytes),
      append: async (path, bytes) => await Deno.writeFile(await this.#file(...parts(path)), bytes, { append: true }),
    };
  }

  /** Deletes everything in the folder but the lock and the lease; the caller has claimed it. */
  async clear(): Promise<void> {
    await this.#lease?.check();
    for await (const { name } of Deno.readDir(await within(this.path))) {
      if (name !== "lock" && name !== "lease") await Deno.remove(`${this.path}/${name}`, { recursive: true });
    }
  }

  /**
   * Takes the run for this process, until {@link release} or the end of the process, however it ends: by a lock, which
   * decides on one machine, and a lease, which other machines see too.
   *
   * @param silence Milliseconds after which a holder on another machine that gives no sign of life is taken to be dead;
   *   they begin with the first look of this process.
   * @throws {RunBusyError} naming the process that has it.
   */
  async claim(silence: number = SILENCE): Promise<void> {
    const path = await this.#file("lock"), host = await hostName();
    const file = await Deno.open(path, { create: true, read: true, write: true });
    try {
      // Whoever had it may have removed the whole folder.
      if (!await tryLock(file) || !await isStill(file, path)) {
        throw heldBy(this.path, (await readTextIfThere(path))?.trim());
      }
      const holder = `pid ${Deno.pid}${host === null ? "" : ` on ${host}`} since ${new Date().toISOString()}`;
      this.#lease = await takeLease(this.path, { holder, host, silence });
      await file.truncate(0);
      await writeWhole(file, `${holder}\n`);
      this.#lock = file;
    } catch (error) {
      await this.#lease?.release().catch(() => {});
      this.#lease = undefined;
      file.close();
      throw error;
    }
  }

  /** Deletes the folder with all that is in it; the caller has claimed it. */
  async remove(): Promise<void> {
    await this.#lease?.check();
    await Deno.remove(await within(this.path), { recursive: true });
    await syncFolder(dirname(this.path));
  }

  /** Gives the run free. */
  async release(): Promise<void> {
    try {
      await this.#lease?.release();
      await this.#lock?.truncate(0);
    } finally {
      this.#lock?.close();
      this.#lease = this.#lock = undefined;
    }
  }

  /** Path of a file to be written, its folder made; none where another process has taken a claimed run over. */
  async #file(...names: string[]): Promise<string> {
    await this.#lease?.check();
    const path = await within(this.path, ...names);
    await Deno.mkdir(dirname(path), { recursive: true });
    return path;
  }
}

function fileOf(name: string, extension: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$/.test(name)) {
    throw new RangeError(
      `Cannot name a file after "${name}": wanted letters, digits, ".", "_" or "-", the first no dot`,
    );
  }
  return `${name}.${extension}`;
}
