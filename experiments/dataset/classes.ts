/**
 * What the class labels of a set look like: sizes, gaps, classes of one image.
 *
 * @module
 */
import type { ImageSet } from "../../datasets/mod.ts";
import { countClasses } from "./stats.ts";

/** Classes with so many images. */
export interface SizeBin {
  /** Fewest images of these classes. */
  readonly from: number;
  /** Most images. */
  readonly to: number;
  /** How many classes there are. */
  readonly classes: number;
}

/** Findings on the classes of a set. */
export interface ClassFindings {
  /** Names of classes that have no image. */
  readonly empty: readonly string[];
  /** Names of classes that have one image. */
  readonly single: readonly string[];
  /** Numbers that are missing where all classes are named by numbers. */
  readonly missingNumbers: { readonly count: number; readonly first: readonly number[] };
  /** Sizes: 1, 2 to 3, 4 to 7, … */
  readonly sizes: readonly SizeBin[];
}

/** Missing numbers that are told one by one. */
const TOLD = 10;

/** Looks at the labels of a set. */
export function classFindings(images: ImageSet): ClassFindings {
  const counts = countClasses(images), { classes } = images;
  const named = (count: number) => classes.filter((_, label) => counts[label] === count);
  return { empty: named(0), single: named(1), missingNumbers: missingNumbers(classes), sizes: sizeBins(counts) };
}

/** Whether all names are whole numbers, so that they say nothing of who it is. */
export function areNumbers(names: readonly string[]): boolean {
  return names.length > 0 && names.every((name) => /^\d{1,15}$/.test(name));
}

function missingNumbers(names: readonly string[]): ClassFindings["missingNumbers"] {
  if (!areNumbers(names)) return { count: 0, first: [] };
  const numbers = Float64Array.from(new Set(names.map(Number))).sort(), first: number[] = [];
  let count = 0;
  for (let i = 1; i < numbers.length; i++) {
    count += numbers[i]! - numbers[i - 1]! - 1;
    for (let n = numbers[i - 1]! + 1; n < numbers[i]! && first.length < TOLD; n++) first.push(n);
  }
  return { count, first };
}

function sizeBins(counts: Int32Array): SizeBin[] {
  const bins = new Map<number, number>();
  for (const count of counts) {
    if (count === 0) continue;
    const power = 31 - Math.clz32(count);
    bins.set(power, (bins.get(power) ?? 0) + 1);
  }
  return [...bins].sort((a, b) => a[0] - b[0])
    .map(([power, classes]) => ({ from: 2 ** power, to: 2 ** (power + 1) - 1, classes }));
}
