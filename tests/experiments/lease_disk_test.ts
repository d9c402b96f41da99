import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { RunFolder } from "../../experiments/store/folder.ts";
import { takeLease } from "../../experiments/store/lease.ts";

/** Hands the folder of a run, whose disk writes to files of an ending as `write` does. */
async function inRun(
  ending: string,
  write: (file: Deno.FsFile, bytes: Uint8Array) => number,
  fn: (path: string, heal: () => void) => Promise<void>,
): Promise<void> {
  const path = await Deno.makeTempDir(), { open } = Deno, heal = () => void (Deno.open = open);
  Deno.open = async (name, options) => {
    const file = await open(name, options);
    if (!String(name).endsWith(ending)) return file;
    return Object.assign(file, { write: (bytes: Uint8Array) => new Promise((done) => done(write(file, bytes))) });
  };
  try {
    await fn(path, heal);
  } finally {
    heal();
    await Deno.remove(path, { recursive: true });
  }
}

const full = (): number => {
  throw new Error("No space left on device (os error 28)");
};

const names = (path: string) => [...Deno.readDirSync(`${path}/lease`)].map(({ name }) => name).sort();

for (const ending of ["/000001", "/lock"]) {
  Deno.test(`claim() on a disk that is full at ${ending} leaves nothing that another machine would wait for`, () =>
    inRun(ending, full, async (path, heal) => {
      const run = new RunFolder(path);
      await assertRejects(() => run.claim(), Error, "No space left");
      assertEquals(names(path).filter((name) => !name.endsWith(".free")), []);
      heal();
      // From this machine and from another one, at once.
      await run.claim();
      await run.release();
      await (await takeLease(path, { holder: "pid 9 on node9", host: "node9", silence: 1e9 })).release();
    }));
}

Deno.test("claim() on a disk that is full at the heartbeat leaves no lease", async () => {
  const path = await Deno.makeTempDir(), { writeTextFile } = Deno;
  try {
    Deno.writeTextFile = (name, ...rest) =>
      String(name).endsWith(".beat") ? Promise.reject(new Error("No space left")) : writeTextFile(name, ...rest);
    await assertRejects(() => new RunFolder(path).claim(), Error, "No space left");
    assertEquals(names(path), []);
  } finally {
    Deno.writeTextFile = writeTextFile;
    await Deno.remove(path, { recursive: true });
  }
});

for (const ending of ["/000001", "/lock"]) {
  Deno.test(`claim() writes ${ending} whole where the system takes a few bytes at a time`, () =>
    inRun(ending, (file, bytes) => file.writeSync(bytes.subarray(0, 5)), async (path) => {
      const run = new RunFolder(path);
      await run.claim();
      const text = await Deno.readTextFile(path + (ending === "/lock" ? ending : `/lease${ending}`));
      assertMatch(text, /^\{.*"token":.*\}\n$|^pid \d+ .*since .*Z\n$/);
      await run.release();
    }));
}
