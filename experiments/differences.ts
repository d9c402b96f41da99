/**
 * In what runs differ, as dotted keys: rows of a plan among each other, a planned run from a record.
 *
 * @module
 */
import type { UsedPlugin } from "./plan_plugins.ts";
import type { ResolvedRun } from "./resolved.ts";

/** One key with the values that two sides have; a side without the key has none. */
export interface KeyDifference {
  /** Dotted key of the resolved run, such as `head.m` or `evaluate.unseen.protocol.far`. */
  readonly key: string;
  /** Value of the side that is asked about. */
  readonly planned?: unknown;
  /** Value of the side that it is compared with. */
  readonly found?: unknown;
}

/** How the rows of a plan differ. */
export interface RowDifferences {
  /** Label of the row that the others are compared with. */
  readonly base: string;
  /** Every key in which rows differ, in the order of the run. */
  readonly keys: readonly string[];
  /** What each row changes of the base, in the order of the rows. */
  readonly rows: readonly { readonly label: string; readonly changes: readonly KeyDifference[] }[];
}

/**
 * The dotted keys of a value with what stands at each. Plugins and evaluations in lists go by their names, with one
 * more key for their order; other lists stand whole.
 */
export function flattenKeys(value: unknown, prefix = "", into = new Map<string, unknown>()): Map<string, unknown> {
  const below = (key: string) => prefix === "" ? key : `${prefix}.${key}`;
  if (Array.isArray(value) && value.some(isObject)) {
    const names = value.map((item) => isObject(item) ? item["name"] : undefined);
    const named = names.every((name) => typeof name === "string") && new Set(names).size === names.length;
    if (named) into.set(prefix, names);
    value.forEach((item, i) => {
      const { name, ...rest } = item;
      flattenKeys(named ? rest : item, below(named ? name : `${i}`), into);
    });
  } else if (isObject(value) && !Array.isArray(value) && Object.keys(value).length > 0) {
    for (const [key, inner] of Object.entries(value)) flattenKeys(inner, below(key), into);
  } else if (prefix !== "") into.set(prefix, value);
  return into;
}

/**
 * The dotted keys of a run's identity: those of the resolved run, `schemaVersion`, `plugins.<kind>.<name>.version` (and
 * `.sha256` for a user's module) and `digests.<path>`.
 */
export function identityKeys(identity: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const { schemaVersion, run, plugins, data } = identity as {
    schemaVersion?: number;
    run?: ResolvedRun;
    plugins?: readonly UsedPlugin[];
    data?: Readonly<Record<string, string | null>>;
  };
  const keys = flattenKeys(run ?? {});
  for (const { kind, name, version, sha256 } of plugins ?? []) {
    keys.set(`plugins.${kind}.${name}.version`, version);
    if (sha256 !== null) keys.set(`plugins.${kind}.${name}.sha256`, sha256);
  }
  for (const [path, digest] of Object.entries(data ?? {})) keys.set(`digests.${path}`, digest);
  return keys.set("schemaVersion", schemaVersion);
}

/** The keys whose values differ, first those of `planned` in their order. */
export function keyDifferences(
  planned: ReadonlyMap<string, unknown>,
  found: ReadonlyMap<string, unknown>,
): KeyDifference[] {
  const keys = new Set([...planned.keys(), ...found.keys()]);
  return [...keys].filter((key) => text(planned.get(key)) !== text(found.get(key))).map((key) => ({
    key,
    ...planned.has(key) ? { planned: planned.get(key) } : {},
    ...found.has(key) ? { found: found.get(key) } : {},
  }));
}

/**
 * In which keys of the resolved run rows differ, and what each changes of one of them.
 *
 * @param rows Rows with the run of any seed.
 * @param base Label of the row to compare with, such as the table's baseline; by default, or where no row has it, the
 * first.
 */
export function rowDifferences(
  rows: readonly { readonly label: string; readonly run: Omit<ResolvedRun, "seed"> }[],
  base: string | null = null,
): RowDifferences {
  const first = rows.find(({ label }) => label === base) ?? rows[0];
  if (!first) return { base: "", keys: [], rows: [] };
  const sections = Object.keys(first.run) as (keyof typeof first.run)[];
  // Rows share the sections that they leave alone, and those that differ are shared by many.
  const known = new Map<unknown, readonly KeyDifference[]>();
  const keys = new Set<string>();
  const all = rows.map(({ label, run }) => ({
    label,
    changes: sections.flatMap((section) => {
      const value = run[section], of = first.run[section];
      if (value === of) return [];
      const id = isObject(value) ? value : `${section} ${text(value)}`;
      if (!known.has(id)) known.set(id, keyDifferences(flattenKeys(value, section), flattenKeys(of, section)));
      return known.get(id)!;
    }),
  }));
  for (const section of sections) {
    const order = [...flattenKeys(first.run[section], section).keys()], found = new Set<string>();
    for (const { changes } of all) {
      for (const { key } of changes) if (key === section || key.startsWith(`${section}.`)) found.add(key);
    }
    const places = new Map(order.map((key, i) => [key, i])), place = (key: string) => places.get(key) ?? order.length;
    [...found].sort((a, b) => place(a) - place(b)).forEach((key) => keys.add(key));
  }
  return { base: first.label, keys: [...keys], rows: all };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? "absent";
}
