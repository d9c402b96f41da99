/**
 * From the labels of a list, text or numbers, to class indices.
 *
 * @module
 */
import { growingIntegers } from "./growing.ts";

/** Labels as they are read. */
export interface ClassIndex {
  /** Adds the label of the next image. */
  add(label: string): void;
  /**
   * Class names and the class of each image. Classes that are all integers are in the order of their numbers, others in
   * code-unit order, so that the order of the images does not decide.
   */
  finish(): { readonly classes: readonly string[]; readonly labels: Int32Array<ArrayBuffer> };
}

/** Whether a label is an integer as it would be written: `7`, not `07`. */
function isInteger(label: string): boolean {
  return /^(0|-?[1-9]\d{0,14})$/.test(label);
}

/** Makes an empty index. */
export function createClassIndex(): ClassIndex {
  const numbers = new Map<string, number>();
  const labels = growingIntegers();
  return {
    add(label) {
      const number = numbers.get(label) ?? numbers.size;
      if (number === numbers.size) numbers.set(label, number);
      labels.push(number);
    },
    finish() {
      const names = [...numbers.keys()], numeric = names.every(isInteger);
      const classes = [...names].sort((a, b) => numeric ? Number(a) - Number(b) : a < b ? -1 : 1);
      const place = new Int32Array(names.length);
      classes.forEach((name, index) => place[numbers.get(name)!] = index);
      return { classes, labels: labels.array().map((number) => place[number]!) };
    },
  };
}
