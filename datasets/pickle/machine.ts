/**
 * The stack and the memo of a pickle at work.
 *
 * @module
 */
import { callGlobal, setState } from "./globals.ts";
import type { PickleInput } from "./input.ts";

/** Stack slots that a pickle may have, and lists, tuples, their items and memo entries; a `.bin` of 100,000 images needs a tenth. */
const MOST_VALUES = 2 ** 22;

/** A file of one byte a value would take tens of times its size: beyond so many values there are 16 bytes for each. */
const FREE_VALUES = 2 ** 16, BYTES_A_VALUE = 16;

/** Marks within marks. */
const MOST_MARKS = 1000;

/** What an opcode works on. */
export interface Machine {
  /** The pickle. */
  readonly input: PickleInput;
  /** Puts a value on the stack. */
  push(value: unknown): void;
  /** Takes values above the last mark off the stack. */
  pop(count: number): unknown[];
  /** The value on top, which stays. */
  top(): unknown;
  /** Puts a mark on the stack. */
  mark(): void;
  /** Takes all values above the last mark off, and the mark. */
  popToMark(): unknown[];
  /** Takes the top off, be it a value or a mark. */
  drop(): void;
  /** Puts a kept value on the stack. */
  get(key: number): void;
  /** Keeps the top under a number. */
  put(key: number): void;
  /** Keeps the top under the next number. */
  memoize(): void;
  /** Counts a list, tuple or dictionary, with the items of an array. */
  made<T>(value: T): T;
  /** Counts items that a list or dictionary receives. */
  count(items: number): void;
  /** Calls a name of the white list. */
  reduce(): void;
  /** Sets the state of an array or a type. */
  build(): void;
}

/** Makes a machine with nothing on its stack. */
export function createMachine(input: PickleInput): Machine {
  const stack: unknown[] = [], marks: number[] = [], memo = new Map<number, unknown>();
  const most = Math.min(MOST_VALUES, FREE_VALUES + Math.floor(input.length / BYTES_A_VALUE));
  let values = 0, allocated = 0;

  function limit(count: number): void {
    if (count > most) {
      throw input.fail(`found more than ${most} values in ${input.length} bytes, image files are wanted`);
    }
  }
  function count(items: number): void {
    limit(values += items);
  }
  function made<T>(value: T): T {
    count(Array.isArray(value) ? 1 + value.length : 1);
    return value;
  }
  function push(value: unknown): void {
    limit(stack.length + 1);
    stack.push(value);
  }
  function pop(count: number): unknown[] {
    if (stack.length - (marks.at(-1) ?? 0) < count) throw input.fail(`it wants ${count} values that are not there`);
    return stack.splice(stack.length - count);
  }
  function top(): unknown {
    if (stack.length === (marks.at(-1) ?? 0)) throw input.fail("it wants a value that is not there");
    return stack.at(-1);
  }
  function popToMark(): unknown[] {
    const mark = marks.pop();
    if (mark === undefined) throw input.fail("it wants a mark that is not there");
    return stack.splice(mark);
  }
  function put(key: number): void {
    if (!Number.isInteger(key) || key < 0) throw input.fail("it keeps a value under what is no number");
    if (!memo.has(key)) made(key);
    memo.set(key, top());
  }
  /** A string is written once and may be encoded often: that must not multiply it. */
  function allocate(bytes: number): Uint8Array {
    allocated += bytes;
    if (allocated > input.length) throw input.fail("it makes more bytes than the file has");
    return new Uint8Array(bytes);
  }

  return {
    input,
    push,
    pop,
    top,
    mark() {
      if (marks.length === MOST_MARKS) throw input.fail(`it nests deeper than ${MOST_MARKS}`);
      marks.push(stack.length);
    },
    popToMark,
    drop() {
      if (marks.length > 0 && marks.at(-1) === stack.length) marks.pop();
      else pop(1);
    },
    get(key) {
      if (!memo.has(key)) throw input.fail(`it wants value ${key}, which was not kept`);
      push(memo.get(key));
    },
    put,
    memoize: () => put(memo.size),
    made,
    count,
    reduce() {
      const [callee, args] = pop(2);
      push(made(callGlobal(callee, args, { input, allocate })));
    },
    build() {
      const [state] = pop(1);
      setState(top(), state, { input, allocate });
    },
  };
}
