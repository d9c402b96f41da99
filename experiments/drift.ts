/**
 * What has changed since a plan was frozen: the program, users' modules, data.
 *
 * @module
 */
import type { Files } from "../datasets/files.ts";
import type { LoadedPlugin } from "../registry/load.ts";
import type { Drifted, RecordedDrift } from "./record.ts";
import type { PlannedRun } from "./resolved.ts";
import type { FrozenPlan } from "./store/plan.ts";

/** What is there now. */
export interface Present {
  /** Access to the data folder. */
  readonly files: Files;
  /** Digest of the program's sources. */
  readonly code: string | null;
  /** Users' modules as loaded. */
  readonly plugins: readonly LoadedPlugin[];
}

/** Compares what a run was planned with to what is there; `undefined` where all of it is the same. */
export async function findDrift(
  plan: Pick<FrozenPlan, "code" | "plugins">,
  { identity }: Pick<PlannedRun, "identity">,
  { files, code, plugins }: Present,
): Promise<RecordedDrift | undefined> {
  const data: Record<string, Drifted> = {}, modules: Record<string, Drifted> = {};
  for (const [path, planned] of Object.entries(identity["data"] as Record<string, string>)) {
    const found = await files.stat(path) === undefined ? null : await files.digest(path);
    if (found !== planned) data[path] = { planned, found };
  }
  for (const { specifier, sha256: planned, kind, name } of plan.plugins) {
    const found = plugins.find((plugin) => plugin.kind === kind && plugin.name === name)?.sha256 ?? null;
    if (found !== planned) modules[specifier] = { planned, found };
  }
  const drift = {
    ...plan.code.sha256 === code ? {} : { code: { planned: plan.code.sha256, found: code } },
    ...Object.keys(data).length > 0 ? { data } : {},
    ...Object.keys(modules).length > 0 ? { plugins: modules } : {},
  };
  return Object.keys(drift).length > 0 ? drift : undefined;
}

/** Tells a drift, one line for each thing that changed. */
export function tellDrift({ code, data = {}, plugins = {} }: RecordedDrift): string[] {
  const short = (digest: string | null) => digest?.slice(0, 12) ?? "nothing";
  const line = (what: string, { planned, found }: Drifted) =>
    `${what}: planned ${short(planned)}, found ${short(found)}`;
  return [
    ...code ? [line("the program's sources", code)] : [],
    ...Object.entries(plugins).map(([specifier, one]) => line(`plugin ${specifier}`, one)),
    ...Object.entries(data).map(([path, one]) => line(`data ${path}`, one)),
  ];
}
