/// TensorBoard's event files, read by a reader of the tests' own; TensorBoard 2.21 was seen to read them too.
import { assert, assertEquals } from "@std/assert";
import { crc32c } from "../../sinks/tensorboard/record.ts";
import { readEvents, stepsOf } from "./event_file.ts";
import { inTemporary, type LoggedResult, trainLogged } from "./logged_run.ts";

const sink = { name: "tensorboard", histograms: true, parameters: true };

async function eventsOf({ folder }: LoggedResult) {
  const path = `${folder.path}/tensorboard/__Arc_Face, seed 0`;
  const [only, ...others] = [...Deno.readDirSync(path)];
  assertEquals(others, []);
  return readEvents(await Deno.readFile(`${path}/${only!.name}`));
}

Deno.test("crc32c() gives the digests of RFC 3720, B.4", () => {
  const up = Uint8Array.from({ length: 32 }, (_, i) => i);
  const bytes = [new Uint8Array(32), new Uint8Array(32).fill(255), up, up.toReversed()];
  assertEquals(bytes.map(crc32c), [0x8a9136aa, 0x62a8ab43, 0x46dd794e, 0x113fdb5c]);
});

Deno.test("tensorboard writes what history and the record hold, and the run is the same as without it", async () => {
  await inTemporary(async (root) => {
    const logged = await trainLogged(`${root}/with`, [sink]), plain = await trainLogged(`${root}/without`, []);
    const { versions, values } = await eventsOf(logged), history = await logged.folder.readHistory();
    const record = (await logged.folder.readRecord())!;
    assertEquals(versions, ["brain.Event:2"]);
    for (const [tag, key] of [["train/loss", "loss"], ["train/gradientNorm", "gradientNorm"]] as const) {
      const numbers = values.filter((value) => value.tag === tag).map(({ step, value }) => [step, value]);
      assertEquals(numbers, history.map((line) => [line["step"], Math.fround(line[key] as number)]));
    }
    const accuracy = record.metrics.find(({ name }) => name === "accuracy")!.value!;
    const [last] = values.filter(({ tag }) => tag === "unseen/accuracy");
    assertEquals([last!.step, last!.value], [6, Math.fround(accuracy)]);
    const angles = values.filter(({ tag }) => tag.startsWith("targetAngle/"));
    assertEquals(angles.map(({ value }) => value), record.diagnostics!.targetAngles!.map(({ bins }) => [...bins]));
    const parameters = values.filter(({ tag }) => tag.startsWith("_hparams_/")).map(({ tag, step }) => [tag, step]);
    assertEquals(parameters, [["_hparams_/session_start_info", 0], ["_hparams_/session_end_info", 6]]);
    const bits = async ({ folder }: LoggedResult) => (await folder.readRecord())!.diagnostics;
    assertEquals(await bits(logged), await bits(plain));
  });
});

Deno.test("tensorboard has each step once where the run was interrupted and went on", async () => {
  await inTemporary(async (root) => {
    const first = await trainLogged(root, [sink], { stopAt: 4 });
    assertEquals(first.events.at(-1)!.type, "interrupted");
    const before = await eventsOf(first);
    assertEquals(stepsOf(before, "train/loss"), [2, 4]);
    const after = await eventsOf(await trainLogged(root, [sink]));
    assertEquals(stepsOf(after, "train/loss"), [2, 4, 6]);
    assertEquals(after.values.slice(0, before.values.length), before.values);
    assert(after.values.every(({ time }, i) => i === 0 || time >= after.values[i - 1]!.time));
  });
});

Deno.test("tensorboard leaves out what it is told to leave out", async () => {
  await inTemporary(async (root) => {
    const logged = await trainLogged(root, [{ name: "tensorboard", histograms: false, parameters: false }]);
    const tags = (await eventsOf(logged)).values.map(({ tag }) => tag);
    assertEquals(tags.filter((tag) => /^(targetAngle|_hparams_)\//.test(tag)), []);
  });
});
