/**
 * Parameters of a run that no code read: a setting that does nothing must not make a row of a table.
 *
 * @module
 */
import canonicalize from "canonicalize";
import { z } from "zod";
import { unwrap } from "../registry/legal.ts";
import { type Kind, nameKey, type Registries, tableOfKind } from "../registry/registries.ts";
import { isMapping, type ReadLog } from "./reads.ts";
import type { ResolvedRun, Section } from "./resolved.ts";

/** A plugin of a run, where it stands and what it was given. */
interface Used {
  /** Where it stands, such as `train.augment.0`. */
  readonly path: string;
  readonly kind: Kind;
  readonly name: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/**
 * Finds the parameters that no code read.
 *
 * @param known Whether all reads of training are known; they are not where it went on from an old checkpoint.
 * @returns Dotted paths of those that stand at their defaults, such as `head.m2`.
 * @throws {RangeError} naming a parameter that was set to something else, and what to do.
 */
export function checkReads(run: ResolvedRun, registries: Registries, log: ReadLog, known: boolean): string[] {
  const trained = known && run.train.steps > 0;
  const used = [...trained ? trainingPlugins(run) : [], ...plugin("backbone", "backbone", run.backbone)]
    .concat(run.evaluate.flatMap(({ name, protocol, data }) => [
      ...plugin(`evaluate.${name}`, "protocol", protocol),
      ...plugin(`evaluate.${name}.data`, "reader", data),
    ]));
  const { unread, wrong } = unreadBy(used, registries, log);
  if (wrong.length > 0) throw refusal(wrong);
  return unread;
}

/**
 * Refuses a run after its first steps, for what is known by then of its heads, optimizer and schedule: these do the same
 * in every step. What augmentations, samplers and readers read may be up to chance, and is known at the end.
 *
 * @param step Steps done.
 * @throws {RangeError} as {@link checkReads} does.
 */
export function checkFirstReads(run: ResolvedRun, registries: Registries, log: ReadLog, step: number): void {
  const { name, ...params } = run.schedule;
  // A schedule may read a parameter late, and is a function of the step.
  const rate = registries.schedule.get(String(name)).create(params, run.train.steps);
  for (let at = 0; at < run.train.steps; at++) rate(at);
  const { wrong } = unreadBy(losses(run).concat(updates(run)), registries, log);
  if (wrong.length > 0) throw refusal(wrong.map((one) => `${one} by step ${step}`));
}

/** What no code read: paths of what stands at its default, and sentences on the rest. */
function unreadBy(
  used: readonly Used[],
  registries: Registries,
  log: ReadLog,
): { readonly unread: string[]; readonly wrong: string[] } {
  const unread: string[] = [], wrong: string[] = [];
  for (const { path, kind, name, params } of used) {
    const seen = log.of(kind, name, params), { shape } = tableOfKind(registries, kind).get(name).params;
    for (const { at, value } of unreadOf(params, seen)) {
      if (canonicalize(defaultOf(shape, at)) === canonicalize(value)) unread.push(`${path}.${at.join(".")}`);
      else wrong.push(`${path}.${at.join(".")} = ${canonicalize(value)} was read by no code of ${kind} "${name}"`);
    }
  }
  return { unread, wrong };
}

function refusal(wrong: readonly string[]): RangeError {
  return new RangeError(
    `Cannot accept the run: ${
      wrong.join("; ")
    }; leave it out, choose a plugin or a setting that uses it, or mend the plugin`,
  );
}

function trainingPlugins(run: ResolvedRun): Used[] {
  return [
    ...plugin("data.train", "reader", run.data.train),
    ...losses(run),
    ...updates(run),
    ...run.train.augment.flatMap((section, i) => plugin(`train.augment.${i}`, "augmentation", section)),
    ...plugin("train.sampler", "sampler", run.train.sampler),
  ];
}

function losses({ head, auxiliary }: ResolvedRun): Used[] {
  const more = auxiliary.flatMap(({ weight: _, ...section }, i) => plugin(`auxiliary.${i}`, "head", section));
  return [...plugin("head", "head", head), ...more];
}

function updates({ optimizer, schedule }: ResolvedRun): Used[] {
  return [...plugin("optimizer", "optimizer", optimizer), ...plugin("schedule", "schedule", schedule)];
}

/** A plugin and the readers that its section names in turn. */
function plugin(path: string, kind: Kind, section: Section): Used[] {
  const { [nameKey(kind)]: name, ...params } = section;
  const nested = Object.entries(params).flatMap(([key, value]) =>
    [value].flat().map((item, i) => ({ item, path: `${path}.${key}${Array.isArray(value) ? `.${i}` : ""}` }))
  ).filter(({ item }) => typeof item === "object" && item !== null && "reader" in item);
  return [
    { path, kind, name: String(name), params },
    ...nested.flatMap(({ item, path }) => plugin(path, "reader", item as Section)),
  ];
}

interface Unread {
  readonly at: readonly string[];
  readonly value: unknown;
}

/** What was not read of a value; of one that was read, the fields that were not. */
function unreadOf(value: unknown, seen: ReadonlySet<string>, at: readonly string[] = []): Unread[] {
  if (at.length > 0 && !Array.isArray(value) && !seen.has(at.join("."))) {
    // An element of a list is read with the list.
    if (!/^\d+$/.test(at.at(-1)!)) return [{ at, value }];
  }
  if (Array.isArray(value)) {
    if (!seen.has(at.join("."))) return [{ at, value }];
    return value.flatMap((item, i) => isMapping(item) ? unreadOf(item, seen, [...at, `${i}`]) : []);
  }
  if (!isMapping(value)) return [];
  return Object.entries(value).flatMap(([name, field]) => unreadOf(field, seen, [...at, name]));
}

/** The default at a path in a schema's shape, or `undefined`. */
function defaultOf(shape: Readonly<Record<string, unknown>>, [name, ...rest]: readonly string[]): unknown {
  const schema = shape[name!] as z.ZodType | undefined;
  if (!schema) return undefined;
  const { success, data } = schema.safeParse(undefined);
  if (rest.length === 0) return success ? data : undefined;
  const inner = unwrap(schema);
  const own = inner instanceof z.ZodObject ? defaultOf(inner.shape, rest) : undefined;
  return own ?? rest.reduce((value: unknown, key) => (value as Record<string, unknown> | undefined)?.[key], data);
}
