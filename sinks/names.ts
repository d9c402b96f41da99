/**
 * What sinks call the numbers of a run.
 *
 * @module
 */
import type { LoggedEnd, LoggedStep } from "./sink.ts";

/** The numbers of a step: `train/loss`, `train/learningRate`, …, `statistics/targetAngle`. */
export function numbersOf({ step: _, statistics, seconds: __, ...own }: LoggedStep): [name: string, value: number][] {
  return [
    ...Object.entries(own).map(([name, value]): [string, number] => [`train/${name}`, value]),
    ...Object.entries(statistics).map(([name, value]): [string, number] => [`statistics/${name}`, value]),
  ].filter((entry): entry is [string, number] => typeof entry[1] === "number");
}

/** The figures of a run that ended: `unseen/accuracy`; those that are not finite are left out. */
export function figuresOf({ metrics }: LoggedEnd): [name: string, value: number][] {
  return metrics.flatMap(({ evaluation, name, value }): [string, number][] =>
    value === null ? [] : [[`${evaluation}/${name}`, value]]
  );
}

/** The parameters of a run as dotted keys with plain values, `head.m` and `train.augment.0.name`. */
export function flatten(value: unknown, path = ""): [name: string, value: string | number | boolean | null][] {
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean" || value === null) {
    return [[path, value]];
  }
  if (typeof value !== "object") return [];
  return Object.entries(value as object).flatMap(([key, inner]) => flatten(inner, path ? `${path}.${key}` : key));
}
