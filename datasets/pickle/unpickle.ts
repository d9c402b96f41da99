/**
 * Reads pickles of Python 2 and 3, protocols 0 to 5, as data.
 *
 * @module
 */
import { NumpyArray, PickleDtype, PickleGlobal } from "./globals.ts";
import { createInput } from "./input.ts";
import { createMachine } from "./machine.ts";
import { OPCODES } from "./opcodes.ts";

const STOP = 0x2e;

/**
 * Gives the value that a pickle holds, and runs nothing of it: the names that it may use are a handful, by which Python
 * and NumPy write bytes, arrays and numbers.
 *
 * Lists and tuples are arrays, dictionaries are maps; strings of Python 2 and bytes of Python 3 are `Uint8Array`s, views
 * of the file wherever that has them in one piece; NumPy arrays of bytes or truth values are {@link NumpyArray}s. A value
 * that the pickle names twice is the same object twice, and may contain itself, so that one may not walk it blindly.
 *
 * @param options.name What the bytes are, for messages: a path.
 * @throws {SyntaxError} if the pickle is damaged, or names anything else; the opcode and its offset are said.
 */
export function unpickle(bytes: Uint8Array, { name }: { readonly name: string }): unknown {
  const input = createInput(bytes, name), machine = createMachine(input);
  for (;;) {
    input.begin("an opcode");
    const code = input.unsigned(1);
    if (code === STOP) break;
    const opcode = OPCODES.get(code);
    input.begin(`opcode ${opcode?.name ?? `0x${code.toString(16).padStart(2, "0")}`}`);
    if (!opcode) throw input.fail("there is no such opcode, a pickle of protocol 0 to 5 is wanted");
    if (!opcode.run) {
      throw input.fail("it is not read: it makes an object or takes one from elsewhere, plain data is wanted");
    }
    opcode.run(machine);
  }
  input.begin("opcode STOP");
  const [value] = machine.pop(1);
  if (value instanceof PickleGlobal || value instanceof PickleDtype) {
    throw input.fail("it gives a name, data is wanted");
  }
  if (input.at < bytes.length) throw input.fail(`found ${bytes.length - input.at} bytes after the end`);
  return value;
}

export { NumpyArray };
