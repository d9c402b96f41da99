/**
 * Collects what a page needs to train an experiment's runs, and says of each that cannot be trained there why.
 *
 * @module
 */
import type { Files } from "../../datasets/mod.ts";
import { optionalPathsOf, pathsOf } from "../../experiments/readers.ts";
import type { RunRecord } from "../../experiments/record.ts";
import type { ResolvedRun } from "../../experiments/resolved.ts";
import type { Registries } from "../../registry/builtins.ts";
import type { Exhibit } from "../exhibit.ts";
import { formatBytes } from "../quantities.ts";
import type { Cell, Cells, PackedFile } from "./cells.ts";

/** Data that is laid beside a page may take this many bytes in all: 32 MiB. */
export const DATA_BYTES: number = 2 ** 25;

/** Points of a published loss curve, at most. */
const POINTS = 200;

/** What a page is made with, beside the experiment. */
export interface CollectOptions {
  /** The built-in plugins. */
  readonly registries: Registries;
  /** The data folder. */
  readonly files: Files;
  /** The program that the page will load. */
  readonly program: Cells["program"];
  /** Bytes of data that may lie beside the page, by default {@link DATA_BYTES}. */
  readonly dataBytes?: number;
}

/** Data that was found, or why it is not laid beside the page. */
type Found = { readonly files: readonly PackedFile[] } | { readonly unable: string };

/** Collects the completed runs that trained, in the order of the exhibit, and the data that they share. */
export async function collectCells(exhibit: Exhibit, options: CollectOptions): Promise<Cells> {
  const { experiment, plan, rows, records } = exhibit, { program } = options;
  const packed = new Map<string, PackedFile>(), found = new Map<string, Promise<Found>>();
  const runs: Cell[] = [];
  const place = ({ row }: RunRecord) => rows.indexOf(row);
  const trained = records.filter(({ status, cost }) => status === "completed" && (cost?.steps ?? 0) > 0);
  for (const record of trained.toSorted((a, b) => place(a) - place(b) || a.seed - b.seed)) {
    const data = await dataOf(record, { ...options, packed, found });
    const unable = strangerTo(record) ?? foreignImages(record) ?? ("unable" in data ? data.unable : null);
    runs.push({ record: slim(record), losses: await lossesOf(exhibit, record.id), unable });
    if (unable === null && "files" in data) { for (const file of data.files) packed.set(file.path, file); }
  }
  const receipt = plan?.output.receipt;
  return {
    experiment,
    program,
    tolerance: plan?.table.tolerance ?? {},
    ...receipt === undefined ? {} : { receipt },
    runs,
    data: [...packed.values()].sort((a, b) => a.path < b.path ? -1 : 1),
  };
}

/** Plugins of users, which no page executes. */
function strangerTo({ identity }: RunRecord): string | undefined {
  const used = (identity["plugins"] ?? []) as readonly { kind: string; name: string; sha256: string | null }[];
  const names = used.flatMap(({ kind, name, sha256 }) => sha256 === null ? [] : [`${kind} "${name}"`]);
  return names.length === 0
    ? undefined
    : `Cannot train this run in a browser: it uses ${names.join(", ")}, which is not part of the program; train it ` +
      "with verify --allow-plugins";
}

/** Images whose decoders are programs of their own, which no page has. */
function foreignImages({ data }: RunRecord): string | undefined {
  const decoder = data.map(({ decoder }) => decoder).find((decoder) => decoder.includes("@jsquash"));
  return decoder &&
    `Cannot train this run in a browser: its images are decoded by ${decoder}, which is not part of the program; train ` +
      "it with verify, or publish PNG images";
}

async function dataOf(
  record: RunRecord,
  { registries, files, dataBytes = DATA_BYTES, packed, found }: CollectOptions & {
    readonly packed: ReadonlyMap<string, PackedFile>;
    readonly found: Map<string, Promise<Found>>;
  },
): Promise<Found> {
  const { needed, optional } = pathsOfRun(record.manifest, registries), all: PackedFile[] = [];
  if (needed.length === 0) return { files: [] };
  const refuse = (why: string) => ({ unable: `Cannot train this run in a browser: ${why}` });
  const unlicensed = record.data.find(({ license, role }) => license === null && readsFiles(record, role, registries));
  if (unlicensed) {
    return refuse(
      `the manifest names no licence of the data of "${unlicensed.role}", so it is not passed on; add "license:" to ` +
        "its reader, or train it with verify",
    );
  }
  for (const path of [...needed, ...optional]) {
    const one = found.get(path) ?? lookAt(path, files, dataBytes);
    found.set(path, one);
    const result = await one;
    if ("files" in result) all.push(...result.files);
    else if (needed.includes(path)) return refuse(result.unable);
  }
  const bytes = [...new Map([...packed, ...all.map((file) => [file.path, file] as const)]).values()]
    .reduce((sum, { size }) => sum + size, 0);
  if (bytes > dataBytes) {
    return refuse(
      `its data would bring the files beside the page to ${formatBytes(bytes)}, at most ${
        formatBytes(dataBytes)
      } are ` +
        "laid there; train it with verify",
    );
  }
  return { files: all };
}

/** The files at a path, hashed; files that are too large are not read. */
async function lookAt(path: string, files: Files, most: number): Promise<Found> {
  try {
    const kind = await files.stat(path);
    if (kind === undefined) {
      return {
        unable: `${files.locate(path)} is not there; name the data folder with --data, or train it with verify`,
      };
    }
    if (/^\/|(^|\/)\.\.(\/|$)/.test(path)) {
      return { unable: `"${path}" leads out of the data folder; put the data there, or train it with verify` };
    }
    const entries = kind === "file"
      ? [{ path, size: await files.size(path) }]
      : (await files.list(path)).map((entry) => ({ ...entry, path: `${path}/${entry.path}` }));
    const bytes = entries.reduce((sum, { size }) => sum + size, 0);
    if (bytes > most) {
      return {
        unable:
          `"${path}" takes ${formatBytes(bytes)}, at most ${formatBytes(most)} are laid beside the page; train it ` +
          "with verify",
      };
    }
    const hashed: PackedFile[] = [];
    for (const { path, size } of entries) {
      hashed.push({
        path: path.split("/").filter((part) => part && part !== ".").join("/"),
        size,
        sha256: await files.digest(path),
      });
    }
    return { files: hashed };
  } catch (error) {
    return { unable: (error as Error).message };
  }
}

function pathsOfRun(
  { data, evaluate, weights }: ResolvedRun,
  registries: Registries,
): { readonly needed: string[]; readonly optional: string[] } {
  const sections = [data.train, ...evaluate.map(({ data }) => data)];
  return {
    needed: [
      ...new Set([...sections.flatMap((one) => pathsOf(one, registries)), ...weights === null ? [] : [weights]]),
    ],
    optional: [...new Set(sections.flatMap((section) => optionalPathsOf(section, registries)))],
  };
}

function readsFiles({ manifest: { data, evaluate } }: RunRecord, role: string, registries: Registries): boolean {
  const section = role === "train" ? data.train : evaluate.find(({ name }) => name === role)?.data;
  return section !== undefined && pathsOf(section, registries).length > 0;
}

/** A record without what no verdict needs. */
function slim({ curves: _, diagnostics, ...record }: RunRecord): RunRecord {
  const { targetAngles: _angles, targetLogit: _logit, ...rest } = diagnostics;
  return { ...record, diagnostics: rest };
}

async function lossesOf(exhibit: Exhibit, id: string): Promise<[number, number][]> {
  const lines = (await exhibit.history(id)).flatMap(({ step, loss }): [number, number][] =>
    typeof step === "number" && typeof loss === "number" ? [[step, Number(loss.toPrecision(5))]] : []
  );
  const every = Math.ceil(lines.length / POINTS);
  return lines.filter((_, i) => i % every === 0 || i === lines.length - 1);
}
