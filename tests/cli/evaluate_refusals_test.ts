/// What `evaluate` refuses, and what it leaves where it fails.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { cli, FACES, inFolder, UNSEEN } from "./evaluate_helpers.ts";

Deno.test("evaluate tells everything that is wrong before it embeds", () =>
  inFolder(async ({ folder, run, list }) => {
    const pairs = `{ name: unseen, protocol: verification, data: { ${UNSEEN} } }`;
    const of = (...items: string[]) => `name: l\nevaluate:\n${items.map((item) => `  - ${item}\n`).join("")}`;
    await Deno.writeTextFile(`${folder}/text.npy`, "no array");
    for (
      const [text, flags, code, ...hints] of [
        [of(pairs), [], 2, "gives no stored embeddings, name some or the weights of a network"],
        [
          of(pairs.replace("8, 8", "9, 8")),
          ["--run", run],
          2,
          "its images are 9 × 8 × 1",
          "weights.safetensors 8 × 8 × 1",
        ],
        [
          of(pairs.replace("channels: 1", "channels: 1, normalise: { mean: 0, std: 255 }")),
          ["--run", run],
          2,
          "(byte − 0) / 255",
        ],
        [
          of(pairs.replace("name: unseen", "name: unseen, embeddings: e.npy")),
          ["--run", run, "--data", folder],
          3,
          `${folder}/e.npy`,
        ],
        [of(pairs), ["--embeddings", `${folder}/text.npy`], 2, "Cannot read"],
        [
          of(pairs.replace("name: unseen", "name: unseen, embeddings: [1]")),
          [],
          2,
          "list.yaml:3:33:",
          "write a path, or",
        ],
        [
          of(pairs.replace("synthetic-face-pairs", "synthetic-faces")),
          [],
          2,
          "list.yaml:3:",
          "it gives images, wanted pairs",
        ],
        [of(pairs.replace("flip", "flap"), pairs), [], 2, 'Duplicate evaluation "unseen"'],
        [of(pairs.replace("data:", "far: 2, data:")), [], 2, "list.yaml:3:", "far"],
        ["name: l\nembedings: e.npy\nevaluate: []\n", [], 2, 'Did you mean "embeddings"', 'Missing key "evaluate"'],
        [of(pairs), ["--set", "evaluate.unsen.flip=true"], 2, "its elements are 0"],
      ] as [string, string[], number, ...string[]][]
    ) {
      const found = await cli("evaluate", await list(text), ...flags);
      assertEquals([found.code, found.out], [code, ""], found.err);
      for (const hint of hints) assertStringIncludes(found.err, hint);
      assert(!found.err.includes(" on cpu"), found.err);
    }
  }));

Deno.test("evaluate that fails on its way exits 70 and writes nothing", () =>
  inFolder(async ({ folder, list }) => {
    const values = new Float32Array(3 * 4 * 2), header = "{'descr': '<f4', 'fortran_order': False, 'shape': (12, 2), }";
    const bytes = new Uint8Array(128 + 4 * values.length).fill(32, 10, 127);
    bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
    bytes.set(new TextEncoder().encode(header), 10);
    bytes[127] = 10;
    await Deno.writeFile(`${folder}/zeros.npy`, bytes);
    const path = await list(`name: l\nevaluate: [{ name: angles, protocol: angles, data: { ${FACES} } }]\n`);
    const { code, out, err } = await cli(
      "evaluate",
      path,
      "--embeddings",
      `${folder}/zeros.npy`,
      "--out",
      `${folder}/out`,
    );
    assertEquals([code, out], [70, ""], err);
    assertStringIncludes(err, "stored embeddings\nCannot");
    assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name).includes("out"), false);
  }));

Deno.test("evaluate refuses arguments that do not fit together, exit 2", () =>
  inFolder(async ({ run }) => {
    for (
      const [args, hint] of [
        [[], "Cannot evaluate nothing"],
        [["--run", run, "--weights", "w"], "--run with --weights"],
        [["l.yaml", "--weights", "w", "--embeddings", "e"], "--weights with --embeddings"],
        [["l.yaml", "--backbone", "iresnet50"], "it says what --weights belong to"],
        [["l.yaml", "--mirrored", "m"], "it goes with --embeddings"],
        [["l.yaml", "--protocol", "angles"], "the list says what is measured"],
        [["--run", run, "--reader", "image-folder"], "it goes with --protocol"],
        [["--protocol", "angles", "--data-of", "unseen"], "it names an evaluation of --run"],
        [["--run", run, "--protocol", "angles"], "or an evaluation of the run with --data-of: unseen, flipped, angles"],
        [["--run", run, "--protocol", "angles", "--data-of", "seen"], "it has unseen, flipped, angles"],
        [["--run", run, "--protocol", "angels", "--data-of", "angles"], 'Did you mean "angles"'],
        [["--run", run, "--protocol", "angles", "--data-of", "angles", "--set", "flip=1"], "protocol.… or data.…"],
        [["--run", `${run}/none`], "the folder of a run is wanted"],
        [
          ["--run", run, "--embeddings", "e", "--save-embeddings", "d"],
          "Cannot use --save-embeddings without a network",
        ],
        [["--run", run, "--embeddings", "e", "--backend", "cpu"], "Cannot use --backend without a network"],
        [["nowhere.yaml"], "nowhere.yaml"],
      ] as [string[], string][]
    ) {
      const { code, out, err } = await cli("evaluate", ...args);
      assertEquals([code, out], [2, ""], `${args}: ${err}`);
      assertStringIncludes(err, hint);
    }
    await Deno.remove(`${run}/weights.safetensors`);
    const { code, err } = await cli("evaluate", "--run", run);
    assertEquals(code, 3);
    assertStringIncludes(err, "it has no weights.safetensors");
  }));
