/**
 * The opcodes of pickles, protocols 0 to 5, and what each does here.
 *
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 *
 * @module
 */
import { findGlobal } from "./globals.ts";
import type { Machine } from "./machine.ts";
import { latin1, parseFloating, parseInteger, unescapeUnicode, unquote, utf8 } from "./text.ts";

/** An opcode; without `run` it is one that is refused. */
export interface Opcode {
  /** Python's name. */
  readonly name: string;
  /** Does its work. */
  run?(machine: Machine): void;
}

type Run = (machine: Machine) => void;

const push = (value: (machine: Machine) => unknown): Run => (machine) => machine.push(value(machine));
const bytes = (count: 1 | 4 | 8): Run => push(({ input }) => input.take(input.unsigned(count)));
const text = (count: 1 | 4 | 8): Run => push(({ input }) => utf8(input.take(input.unsigned(count)), input));
const tuple = (count: number): Run => push((machine) => machine.made(machine.pop(count)));
const number = (line: Uint8Array): number => Number(latin1(line.subarray(0, 20)) || NaN);

function pair([module, name]: readonly unknown[], { input }: Machine): unknown {
  return findGlobal(module, name, input);
}

function append(machine: Machine, items: readonly unknown[]): void {
  const [list] = machine.pop(1);
  if (!Array.isArray(list)) throw machine.input.fail("it adds to what is no list");
  machine.count(items.length);
  const start = list.length;
  list.length += items.length;
  for (let i = 0; i < items.length; i++) list[start + i] = items[i];
  machine.push(list);
}

function assign(machine: Machine, items: readonly unknown[]): void {
  const [map] = machine.pop(1);
  if (!(map instanceof Map) || items.length % 2 !== 0) throw machine.input.fail("it adds to what is no dictionary");
  machine.count(items.length);
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1]);
  machine.push(map);
}

const known: readonly (readonly [code: number | string, name: string, run: Run])[] = [
  ["(", "MARK", (machine) => machine.mark()],
  ["0", "POP", (machine) => machine.drop()],
  ["1", "POP_MARK", (machine) => void machine.popToMark()],
  ["2", "DUP", (machine) => machine.push(machine.top())],
  ["F", "FLOAT", push(({ input }) => parseFloating(input.line(), input))],
  ["I", "INT", push(({ input }) => parseInteger(input.line(), input))],
  ["J", "BININT", push(({ input }) => input.signed(4))],
  ["K", "BININT1", push(({ input }) => input.unsigned(1))],
  ["L", "LONG", push(({ input }) => parseInteger(input.line(), input))],
  ["M", "BININT2", push(({ input }) => input.unsigned(2))],
  ["N", "NONE", push(() => null)],
  ["R", "REDUCE", (machine) => machine.reduce()],
  ["S", "STRING", push(({ input }) => unquote(input.line(), input))],
  ["T", "BINSTRING", bytes(4)],
  ["U", "SHORT_BINSTRING", bytes(1)],
  ["V", "UNICODE", push(({ input }) => unescapeUnicode(input.line(), input))],
  ["X", "BINUNICODE", text(4)],
  ["a", "APPEND", (machine) => append(machine, machine.pop(1))],
  ["b", "BUILD", (machine) => machine.build()],
  ["c", "GLOBAL", push((machine) => pair([machine.input.line(), machine.input.line()].map(latin1), machine))],
  ["d", "DICT", (machine) => {
    const items = machine.popToMark();
    machine.push(machine.made(new Map()));
    assign(machine, items);
  }],
  ["e", "APPENDS", (machine) => append(machine, machine.popToMark())],
  ["g", "GET", (machine) => machine.get(number(machine.input.line()))],
  ["h", "BINGET", (machine) => machine.get(machine.input.unsigned(1))],
  ["j", "LONG_BINGET", (machine) => machine.get(machine.input.unsigned(4))],
  ["l", "LIST", push((machine) => machine.made(machine.popToMark()))],
  ["]", "EMPTY_LIST", push((machine) => machine.made([]))],
  ["p", "PUT", (machine) => machine.put(number(machine.input.line()))],
  ["q", "BINPUT", (machine) => machine.put(machine.input.unsigned(1))],
  ["r", "LONG_BINPUT", (machine) => machine.put(machine.input.unsigned(4))],
  ["s", "SETITEM", (machine) => assign(machine, machine.pop(2))],
  ["t", "TUPLE", push((machine) => machine.made(machine.popToMark()))],
  [")", "EMPTY_TUPLE", tuple(0)],
  ["u", "SETITEMS", (machine) => assign(machine, machine.popToMark())],
  ["}", "EMPTY_DICT", push((machine) => machine.made(new Map()))],
  ["G", "BINFLOAT", push(({ input }) => input.double())],
  ["B", "BINBYTES", bytes(4)],
  ["C", "SHORT_BINBYTES", bytes(1)],
  [0x80, "PROTO", ({ input }) => {
    const version = input.unsigned(1);
    if (version > 5) throw input.fail(`it is of protocol ${version}, 0 to 5 are read`);
  }],
  [0x85, "TUPLE1", tuple(1)],
  [0x86, "TUPLE2", tuple(2)],
  [0x87, "TUPLE3", tuple(3)],
  [0x88, "NEWTRUE", push(() => true)],
  [0x89, "NEWFALSE", push(() => false)],
  [
    0x8a,
    "LONG1",
    push(({ input }) => {
      const count = input.unsigned(1);
      if (count > 8) throw input.fail(`it has a number of ${count} bytes, at most 8 are wanted`);
      return input.signed(count);
    }),
  ],
  [0x8c, "SHORT_BINUNICODE", text(1)],
  [0x8d, "BINUNICODE8", text(8)],
  [0x8e, "BINBYTES8", bytes(8)],
  [0x93, "STACK_GLOBAL", push((machine) => pair(machine.pop(2), machine))],
  [0x94, "MEMOIZE", (machine) => machine.memoize()],
  [0x95, "FRAME", ({ input }) => {
    const size = input.unsigned(8), more = input.length - input.at;
    if (size > more) throw input.fail(`it claims ${size} bytes, found ${more}; the file is cut off or damaged`);
  }],
  [0x96, "BYTEARRAY8", bytes(8)],
];

const refused: readonly (readonly [code: number | string, name: string])[] = [
  ["P", "PERSID"],
  ["Q", "BINPERSID"],
  ["i", "INST"],
  ["o", "OBJ"],
  [0x81, "NEWOBJ"],
  [0x82, "EXT1"],
  [0x83, "EXT2"],
  [0x84, "EXT4"],
  [0x8b, "LONG4"],
  [0x8f, "EMPTY_SET"],
  [0x90, "ADDITEMS"],
  [0x91, "FROZENSET"],
  [0x92, "NEWOBJ_EX"],
  [0x97, "NEXT_BUFFER"],
  [0x98, "READONLY_BUFFER"],
];

const byteOf = (code: number | string): number => typeof code === "number" ? code : code.charCodeAt(0);

/** Opcodes by byte; STOP is the machine's own. */
export const OPCODES: ReadonlyMap<number, Opcode> = new Map<number, Opcode>([
  ...known.map(([code, name, run]): [number, Opcode] => [byteOf(code), { name, run }]),
  ...refused.map(([code, name]): [number, Opcode] => [byteOf(code), { name }]),
]);
