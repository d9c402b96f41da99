/// Archives of packages, harmless and hostile.
import { strToU8, type Zippable, zipSync } from "fflate";
import { assertEquals, assertRejects } from "@std/assert";
import { unpackZip } from "../../experiments/verify/unpack.ts";

const TEXT = strToU8("text");

/** Unpacks an archive into a folder of its own; gives what `fn` makes of it. */
async function unpacked<T>(bytes: Uint8Array, fn: (unpack: () => Promise<string>, inner: string) => Promise<T>) {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a.zip`, bytes);
    await Deno.mkdir(`${folder}/deep/inner`, { recursive: true });
    const result = await fn(() => unpackZip(`${folder}/a.zip`, `${folder}/deep/inner`), `${folder}/deep/inner`);
    const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name);
    const beside = await Array.fromAsync(Deno.readDir(`${folder}/deep`), ({ name }) => name);
    assertEquals([names.sort(), beside], [["a.zip", "deep"], ["inner"]], "something lies outside of the folder");
    return result;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function refused(bytes: Uint8Array, message: string): Promise<void> {
  await unpacked(bytes, async (unpack) => void await assertRejects(unpack, SyntaxError, message));
}

/** An archive whose directory is changed at a field of its first entry. */
function tampered(files: Zippable, change: (directory: DataView) => void): Uint8Array {
  const bytes = zipSync(files), end = new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 22, 22);
  change(new DataView(bytes.buffer, bytes.byteOffset + end.getUint32(16, true)));
  return bytes;
}

Deno.test("unpackZip() gives the files, and the one folder that holds them all", async () => {
  const files = { "plan.json": TEXT, "a/b/c.txt": TEXT, "empty": new Uint8Array(0) };
  await unpacked(zipSync(files), async (unpack, inner) => {
    assertEquals(await unpack(), inner);
    assertEquals(await Deno.readTextFile(`${inner}/a/b/c.txt`), "text");
    assertEquals(await Deno.readTextFile(`${inner}/empty`), "");
  });
  await unpacked(zipSync({ "top/plan.json": TEXT, "top/a/b": TEXT }), async (unpack, inner) => {
    assertEquals(await unpack(), `${inner}/top`);
  });
});

for (
  const path of ["../x", "a/../../x", "/etc/x", "C:/x", "a//x", "./x", "a\\..\\..\\x", "a\nb", `${"a/".repeat(600)}b`]
) {
  Deno.test(`unpackZip() refuses the path ${JSON.stringify(path.slice(0, 20))}`, async () => {
    await refused(zipSync({ "plan.json": TEXT, [path]: TEXT }), "a path inside the folder is wanted");
  });
}

Deno.test("unpackZip() refuses links and devices", async () => {
  for (const kind of [0o120777, 0o020666, 0o010666]) {
    const link: Zippable = { link: [strToU8("/etc/passwd"), { os: 3, attrs: kind << 16 }] };
    await refused(zipSync({ "plan.json": TEXT, ...link }), '"link" is a link or a device, plain files are wanted');
  }
  const plain: Zippable = { plain: [TEXT, { os: 3, attrs: 0o100644 << 16 }] };
  await unpacked(zipSync(plain), async (unpack) => void await unpack());
});

Deno.test("unpackZip() refuses names that are one on some systems, and a file that is a folder too", async () => {
  await refused(zipSync({ "Plan.json": TEXT, "plan.json": TEXT }), '"plan.json" and "Plan.json" are one name');
  await refused(zipSync({ "a": TEXT, "a/b": TEXT }), '"a" is a file and a folder');
  const twice = tampered({ "a": TEXT, "b": TEXT }, (view) => view.setUint8(46, "b".charCodeAt(0)));
  await refused(twice, 'it names "b" twice');
});

Deno.test("unpackZip() refuses a bomb before it unpacks anything, and an entry that lies about its size", async () => {
  const bomb = tampered({ "a": TEXT, "b": TEXT }, (view) => view.setUint32(24, 2 ** 31, true));
  await refused(bomb, "claim to hold 2147483652");
  const more = tampered({ "a": new Uint8Array(2 ** 20) }, (view) => view.setUint32(24, 1000, true));
  await refused(more, "more than 1000");
});

Deno.test("unpackZip() refuses what is damaged, encrypted or no archive", async () => {
  await refused(strToU8("no archive"), "it has no end record");
  await refused(tampered({ "a": TEXT }, (view) => view.setUint32(16, 0, true)), "does not match its checksum");
  await refused(tampered({ "a": TEXT }, (view) => view.setUint16(8, 1, true)), "it is encrypted");
});
