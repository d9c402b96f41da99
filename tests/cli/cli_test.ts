/// Commands in this process, with their own streams.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { cli, inFolder, TINY } from "./in_folder.ts";

Deno.test("--help prints the commands and exits 0", async () => {
  const { code, out, err } = await cli("--help");
  assertEquals([code, err], [0, ""]);
  for (
    const name of [
      "quickstart",
      "validate",
      "plan",
      "run",
      "ablate",
      "table",
      "evaluate",
      "export",
      "list",
      "describe",
      "schema",
      "dataset",
    ]
  ) {
    assertMatch(out, new RegExp(`^  ${name}`, "m"));
    assertStringIncludes((await cli(name, "--help")).out, `Usage: marginlab ${name}`);
  }
});

Deno.test("a misspelt command, option, kind or choice exits 2 and names the nearest", async () => {
  for (
    const [args, hint] of [
      [["ablatee", "x.yaml"], "Did you mean ablate?"],
      [["plan", "x.yaml", "--jsn"], "Did you mean --json?"],
      [["list", "haed"], 'Did you mean "head"?'],
      [["describe", "head", "arcfase"], 'Did you mean "arcface"?'],
      [["plan", "x.yaml", "--backend", "gpu"], "auto, webgpu, wasm, cpu"],
      [["plan", "x.yaml", "--seed", "-1"], "whole number"],
      [["ablate", "x.yaml", "--jobs", "0"], "from 1"],
      [["describe", "backbone", "convnet", "--shape", "28"], "112x112x3"],
      [["describe", "backbone", "convnet", "--set", "widht=3"], 'Did you mean "width"'],
      [["plan"], "name a manifest, or a frozen plan with --plan"],
      [["validate"], "missing required argument"],
    ] as const
  ) {
    const { code, out, err } = await cli(...args);
    assertEquals([code, out], [2, ""], args.join(" "));
    assertStringIncludes(err, hint);
  }
});

Deno.test("--threads that would do nothing, or harm, exits 2", () =>
  inFolder(async (folder) => {
    const train = (...flags: string[]) => cli("ablate", `${folder}/tiny.yaml`, "--out", `${folder}/results`, ...flags);
    for (
      const [flags, hint] of [
        [["--threads", "1", "--blas", "none"], "Cannot use --threads with --blas none"],
        [["--threads", "1", "--backend", "cpu"], "Cannot use --threads with --backend cpu"],
        [["--threads", "100000"], `this machine has ${navigator.hardwareConcurrency} cores`],
        ...["0", "abc", "1.5"].map((bad) => [["--threads", bad], "A whole number from 1 is wanted"] as const),
      ] as const
    ) {
      const { code, err } = await train(...flags);
      assertEquals(code, 2, err);
      assertStringIncludes(err, hint);
    }
  }));

Deno.test("a manifest that is not there exits 2 without a stack", async () => {
  for (const command of ["validate", "plan", "run", "ablate"]) {
    const { code, err } = await cli(command, "nowhere.yaml");
    assertEquals(code, 2, err);
    assertStringIncludes(err, "nowhere.yaml");
    assert(!/^\s+at /m.test(err), err);
  }
});

Deno.test("validate reports every problem as file:line:column and exits 2", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`;
    const { code, err } = await cli("validate", path);
    assertEquals(code, 2);
    assertMatch(err, /tiny\.yaml:\d+:\d+: .*28\.6/);
    assertMatch(err, /tiny\.yaml:\d+:\d+: .*"stpes"/);
    assertStringIncludes(err, "nothing was run");
    const { problems } = JSON.parse((await cli("validate", path, "--json")).out);
    assert(problems.length >= 2);
  }, TINY.replace("m: 0.3", "m: 28.6").replace("steps: 3", "stpes: 3")));

Deno.test("data that is not there: validate and plan say so and exit 0, run and ablate exit 3", () =>
  inFolder(
    async (folder) => {
      const flags = ["--data", `${folder}/data`, "--out", `${folder}/results`];
      const path = `${folder}/tiny.yaml`, place = `${folder}/data/images.zip`;
      for (const command of ["validate", "plan"]) {
        const { code, out } = await cli(command, path, ...flags);
        assertEquals(code, 0);
        assertStringIncludes(out, place);
      }
      for (const command of [["run", path, "--row", "NS"], ["ablate", path]]) {
        const { code, err } = await cli(...command, ...flags);
        assertEquals(code, 3, err);
        assertStringIncludes(err, place);
      }
      assertEquals((await cli("plan", path, "--json", ...flags)).out.includes('"missing":["images.zip"]'), true);
    },
    TINY.replace(
      /\{ reader: synthetic-faces,.*?\} /,
      "{ reader: image-folder, path: images.zip, size: [8, 8], channels: 1 } ",
    ),
  ));

Deno.test("a flag that reaches only some rows is told, with their labels", async () => {
  await inFolder(async (folder) => {
    const { code, err } = await cli("validate", `${folder}/tiny.yaml`, "--set", "head.sampleRate=0.5");
    assertEquals(code, 0, err);
    assertStringIncludes(
      err,
      '--set head.sampleRate=0.5 does not reach "ArcFace", which set head.sampleRate or all of head',
    );
    const all = await cli("validate", `${folder}/tiny.yaml`, "--set", "train.steps=2");
    assertEquals(all.err, "");
  });
});

Deno.test("run refuses an override that its row does not take up, and says what does", () =>
  inFolder(async (folder) => {
    const manifest = `name: own\nbackend: cpu
data: { train: { reader: synthetic-faces, identities: 3, perIdentity: 4, size: [8, 8], channels: 1 } }
backbone: { name: convnet, blocks: 1, width: 2, embedding: 4 }
schedule: { name: step, lr: 0.05 }
train: { steps: 2, batchSize: 4 }
evaluate: []
ablation:
  rows:
    - { label: A, head: { name: softmax } }
    - { label: B, head: { name: softmax }, train: { steps: 3 } }
`;
    await Deno.writeTextFile(`${folder}/own.yaml`, manifest);
    const run = (...args: string[]) => cli("run", `${folder}/own.yaml`, "--out", `${folder}/results`, ...args);
    const { code, err } = await run("--row", "B", "--set", "train.steps=1");
    assertEquals(code, 2);
    assertStringIncludes(err, "--set ablation.rows.1.train.steps=1");
    assertEquals((await run("--row", "A", "--set", "train.steps=1")).code, 0);
    assertEquals((await run("--row", "B", "--set", "ablation.rows.1.train.steps=1")).code, 0);
  }));

Deno.test("describe tells a protocol's metrics and a head's traps", async () => {
  const { out } = await cli("describe", "protocol", "angles");
  assertStringIncludes(out, "metric inter-min (degree): Least angle between two classes' centres");
  assertStringIncludes((await cli("describe", "head", "triplet")).out, "note: semi-hard (FaceNet");
});

Deno.test("list and describe tell of every kind, a backbone also what it costs", async () => {
  const all = JSON.parse((await cli("list", "--json")).out) as { kind: string; name: string }[];
  assertEquals([...new Set(all.map(({ kind }) => kind))].length, 9);
  for (const { kind, name } of all) {
    const { code, out } = await cli("describe", kind, name);
    assertEquals(code, 0);
    assert(out.startsWith(`${kind} ${name} `));
  }
  assertMatch((await cli("list", "head")).out, /^head {2}arcface/m);
  const iresnet = JSON.parse((await cli("describe", "backbone", "iresnet", "--json")).out);
  // iresnet50 of insightface at 112×112 with 512 dimensions.
  assertEquals([iresnet.parameters, iresnet.shape], [43_590_848, [112, 112, 3]]);
  const { out } = await cli("describe", "backbone", "iresnet50");
  assertStringIncludes(out, "  dropout: a number from 0 to 0.95 (optional)\n");
  assertEquals((await cli("describe", "head", "softmax", "--set", "m=0.4")).code, 2);
});

Deno.test("describe gives a margin head's curve and boundary as data, with the margin that is asked for", async () => {
  const { curve, boundary, passesAt } = JSON.parse((await cli("describe", "head", "arcface", "--json")).out);
  assertAlmostEquals(curve.values[curve.degrees.indexOf(90)], -0.4794, 5e-5);
  assertAlmostEquals(passesAt, 151.35, 5e-3);
  assertAlmostEquals(boundary.first.theta2[boundary.first.theta1.indexOf(60)], 60 + 0.5 * 180 / Math.PI, 1e-6);
  const flags = ["--set", "m=0.35", "--json"];
  const cosface = JSON.parse((await cli("describe", "head", "cosface", ...flags)).out);
  assertAlmostEquals(cosface.curve.values[cosface.curve.degrees.indexOf(90)], -0.35, 1e-9);
  assertEquals(cosface.passesAt, null);
  const { out } = await cli("describe", "head", "arcface", "--set", "m=0.3");
  assertStringIncludes(out, "m1 θ + m2 passes 180 degrees at θ = 162.81 degrees");
  assertEquals((await cli("describe", "head", "arcface", "--set", "m=28")).code, 2);
  assert(!("curve" in JSON.parse((await cli("describe", "head", "softmax", "--json")).out)));
});

Deno.test("a user's own head shows in list, describe and schema", async () => {
  const flags = ["--plugin", new URL("../fixtures/manifests/half_margin.ts", import.meta.url).pathname];
  assertMatch((await cli("list", "head", ...flags)).out, /half-margin.*half_margin\.ts/);
  assertStringIncludes((await cli("describe", "head", "half-margin", ...flags)).out, "Half of the margin, in radians");
  assertStringIncludes((await cli("schema", ...flags)).out, '"half-margin"');
  assertEquals((await cli("list", "--plugin", "./nowhere.ts")).code, 2);
});

Deno.test("dataset stats counts, dataset sheet writes a PNG", () =>
  inFolder(async (folder) => {
    const small = ["--set", "size=[8,8]", "--set", "channels=1"];
    const faces = await cli(
      "dataset",
      "stats",
      "synthetic-faces",
      "--set",
      "identities=3",
      "--set",
      "perIdentity=2",
      ...small,
      "--json",
    );
    const stats = JSON.parse(faces.out);
    assertEquals([stats.images, stats.classes, stats.shape, stats.fewestImagesOfAClass], [6, 3, [8, 8, 1], 2]);
    for (const [name, bytes] of [["a/1.pgm", "P5 2 2 255\n\0\0\0\0"], ["b/1.pgm", "P5 2 2 255\n\0\0\0\0"]] as const) {
      await Deno.mkdir(`${folder}/set/${name[0]}`, { recursive: true });
      await Deno.writeTextFile(`${folder}/set/${name}`, bytes);
    }
    assertMatch((await cli("dataset", "stats", `${folder}/set`)).out, /images: 2\n/);
    const sheet = await cli(
      "dataset",
      "sheet",
      "synthetic-faces",
      "--set",
      "identities=3",
      ...small,
      "--out",
      `${folder}/sheet.png`,
    );
    assertEquals(sheet.code, 0, sheet.err);
    assertEquals([...(await Deno.readFile(`${folder}/sheet.png`)).subarray(1, 4)], [0x50, 0x4e, 0x47]);
    assertEquals((await cli("dataset", "stats", `${folder}/nothing.zip`)).code, 3);
    assertEquals((await cli("dataset", "stats", "image-foldr", ...small)).code, 2);
  }));

Deno.test("schema --out writes what the repository holds", () =>
  inFolder(async (folder) => {
    assertEquals((await cli("schema", "--out", `${folder}/schema`)).code, 0);
    for (const kind of ["manifest", "record", "evaluation", "evaluation_record"]) {
      const name = `${kind}.schema.json`;
      const kept = await Deno.readTextFile(new URL(`../../schema/${name}`, import.meta.url));
      assertEquals(
        JSON.parse(kept),
        JSON.parse(await Deno.readTextFile(`${folder}/schema/${name}`)),
        'run "deno task schema --out schema"',
      );
    }
  }));

Deno.test("every shipped manifest is valid", async () => {
  const folder = new URL("../../experiments/manifests/", import.meta.url);
  const paths = [...Deno.readDirSync(folder)].map(({ name }) => new URL(name, folder).pathname);
  assertEquals(paths.length >= 4, true);
  const { code, err } = await cli("validate", ...paths);
  assertEquals(code, 0, err);
});
