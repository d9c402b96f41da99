/**
 * The names that a pickle may use: those by which Python and NumPy write bytes, arrays and numbers. Nothing of them is
 * run; each is a function here that gives plain data.
 *
 * @module
 */
import type { PickleInput } from "./input.ts";

/** A name of the white list. */
export class PickleGlobal {
  /** `module.name`. */
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** A type of NumPy. */
export class PickleDtype {
  /** Kind and bytes, such as `u1`. */
  readonly code: string;
  /** Bytes of an element. */
  readonly size: number;
  /** Byte order: `|` where it does not matter, `<` or `>`. */
  order = "|";
  constructor(code: string) {
    this.code = code;
    this.size = Number(code.slice(1));
  }
}

/** An array of NumPy, of bytes or truth values. */
export class NumpyArray {
  /** Type of the elements: `u1` bytes, `b1` truth values as 0 and 1. */
  dtype: "u1" | "b1" = "u1";
  /** Lengths by axis. */
  shape: readonly number[] = [0];
  /** Whether the first axis is the fastest. */
  fortran = false;
  /** The elements; a view of the file where it has them in one piece. */
  data: Uint8Array = new Uint8Array(0);
}

/** What the functions of the list may ask of the machine. */
export interface Calls {
  /** The pickle, for errors. */
  readonly input: PickleInput;
  /** Counts bytes that are not a view of the file, and fails where they are more than the file could need. */
  allocate(bytes: number): Uint8Array;
}

type Call = (args: readonly unknown[], calls: Calls) => unknown;

const numpyNames = (name: string): string[] => [`numpy.core.${name}`, `numpy._core.${name}`];
const entries = (names: readonly string[], call: Call | undefined): [string, Call | undefined][] =>
  names.map((name) => [name, call]);

/** Every name that is known, and what calling it gives; `numpy.ndarray` is only named. */
const GLOBALS: ReadonlyMap<string, Call | undefined> = new Map([
  ...entries(numpyNames("multiarray._reconstruct"), reconstruct),
  ...entries(numpyNames("multiarray.scalar"), scalar),
  ...entries(numpyNames("numeric._frombuffer"), fromBuffer),
  ...entries(["numpy.ndarray"], undefined),
  ...entries(["numpy.dtype"], dtype),
  ...entries(["_codecs.encode"], encode),
  ...entries(["builtins.bytes", "__builtin__.bytes"], emptyBytes),
]);

/**
 * A name that a pickle asks for.
 *
 * @throws {SyntaxError} if it is not on the list.
 */
export function findGlobal(module: unknown, name: unknown, input: PickleInput): PickleGlobal {
  const full = `${module}.${name}`;
  if (typeof module === "string" && typeof name === "string" && GLOBALS.has(full)) return new PickleGlobal(full);
  throw input.fail(
    `it names ${
      JSON.stringify(full.slice(0, 100))
    }, and nothing is run of a file; bytes, text, numbers, lists, tuples ` +
      "and NumPy arrays of bytes are read",
  );
}

/** Gives what calling a name would. */
export function callGlobal(callee: unknown, args: unknown, calls: Calls): unknown {
  const call = callee instanceof PickleGlobal ? GLOBALS.get(callee.name) : undefined;
  if (call && Array.isArray(args)) return call(args, calls);
  throw calls.input.fail("it calls what is no function of the few that are known");
}

/** Gives an array or a type its state, which is all that may have one. */
export function setState(target: unknown, state: unknown, { input }: Calls): void {
  if (target instanceof PickleDtype && Array.isArray(state)) {
    const order = textOf(state[1]);
    if (order === undefined || !/^[|<>=]$/.test(order) || state.slice(2, 5).some((part) => part !== null)) {
      throw input.fail("it describes a type of several fields, a plain one is wanted");
    }
    target.order = order === "=" ? "<" : order;
  } else if (target instanceof NumpyArray && Array.isArray(state) && state.length === 5) {
    const [, shape, type, fortran, data] = state;
    fill(target, { data, type, shape, fortran: fortran === true || fortran === 1 }, input);
  } else {
    throw input.fail("it sets the state of what is no NumPy array and no type");
  }
}

function fill(
  array: NumpyArray,
  { data, type, shape, fortran }: { data: unknown; type: unknown; shape: unknown; fortran: boolean },
  input: PickleInput,
): NumpyArray {
  if (!(type instanceof PickleDtype) || (type.code !== "u1" && type.code !== "b1")) {
    throw input.fail(`it has an array of ${type instanceof PickleDtype ? type.code : "no type"}, u1 or b1 is wanted`);
  }
  if (!Array.isArray(shape) || shape.length > 32 || !shape.every((side) => Number.isInteger(side) && side >= 0)) {
    throw input.fail("it has an array without a shape");
  }
  const count = shape.reduce((product: number, side: number) => product * side, 1);
  if (!(data instanceof Uint8Array) || data.length !== count) {
    const found = data instanceof Uint8Array ? `${data.length} bytes` : "no bytes";
    throw input.fail(`it has an array of shape ${shape.join(" × ")} with ${found}`);
  }
  array.dtype = type.code, array.shape = shape, array.fortran = fortran, array.data = data;
  return array;
}

function reconstruct([type]: readonly unknown[], { input }: Calls): NumpyArray {
  if (!(type instanceof PickleGlobal && type.name === "numpy.ndarray")) throw input.fail("it makes no numpy.ndarray");
  return new NumpyArray();
}

function fromBuffer([data, type, shape, order]: readonly unknown[], { input }: Calls): NumpyArray {
  return fill(new NumpyArray(), { data, type, shape, fortran: textOf(order) === "F" }, input);
}

function dtype([code]: readonly unknown[], { input }: Calls): PickleDtype {
  const text = textOf(code);
  if (text === undefined || !/^[biuf][1248]$/.test(text)) {
    throw input.fail(`it has the type ${JSON.stringify(text ?? null)}, one such as u1 or b1 is wanted`);
  }
  return new PickleDtype(text);
}

/** A truth value or a whole number. */
function scalar([type, data]: readonly unknown[], { input }: Calls): boolean | number | bigint {
  if (
    !(type instanceof PickleDtype && data instanceof Uint8Array && data.length === type.size) || type.code[0] === "f"
  ) {
    throw input.fail("it has a number of another type than whole numbers and truth values");
  }
  if (type.code === "b1") return data[0] !== 0;
  let value = 0n;
  const bytes = type.order === ">" ? data : data.toReversed();
  for (const byte of bytes) value = value * 256n + BigInt(byte);
  const signed = type.code[0] === "i" ? BigInt.asIntN(8 * type.size, value) : value;
  return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
}

/** Bytes that Python 3 writes as text for protocols 0 to 2. */
function encode([text, encoding]: readonly unknown[], { input, allocate }: Calls): Uint8Array {
  if (typeof text !== "string" || !/^latin-?1$/.test(textOf(encoding) ?? "")) {
    throw input.fail("it encodes something else than text as latin1");
  }
  const bytes = allocate(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 255) throw input.fail(`it encodes the character number ${code} as latin1, at most 255 is wanted`);
    bytes[i] = code;
  }
  return bytes;
}

function emptyBytes(args: readonly unknown[], { input }: Calls): Uint8Array {
  if (args.length === 0) return new Uint8Array(0);
  throw input.fail("it makes bytes of something, only empty ones are made so");
}

/** Short text, which Python 2 writes as bytes. */
function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array && value.length < 20 ? String.fromCharCode(...value) : undefined;
}
