/// Commands in this process, with their own streams.
import { assert, assertAlmostEquals, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { openStore } from "../../experiments/store.ts";
import { sampleRecord } from "../experiments/sample_record.ts";
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

Deno.test("ablate trains what is missing, prints the table, and trains nothing the second time", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const first = await cli("ablate", path, ...flags);
    assertEquals(first.code, 0, first.err);
    assertMatch(first.out, /\| NS +\|.*\n\| ArcFace +\|/);
    assertStringIncludes(first.out, `Records: ${folder}/results/tiny/`);
    assertStringIncludes(first.err, "2 runs, 0 done, 2 to do");
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    assertEquals(runs.map(({ row, done, status }: Record<string, unknown>) => [row, done, status]), [
      ["NS", true, "completed"],
      ["ArcFace", true, "completed"],
    ]);
    assert(runs.every(({ seconds }: { seconds: number }) => seconds > 0));
    const again = await cli("ablate", path, ...flags);
    assertEquals([again.code, again.out], [0, first.out]);
    assertStringIncludes(again.err, "2 runs, 2 done, 0 to do");
    for (const where of [`${folder}/results/tiny`, `${folder}/results/tiny/`]) {
      assert(first.out.startsWith((await cli("table", where)).out));
    }
    assertEquals(JSON.parse((await cli("table", "tiny", "--format", "json", ...flags)).out).rows.length, 2);
    await Deno.remove(`${folder}/results/tiny/${runs[0].id}`, { recursive: true });
    assertStringIncludes((await cli("ablate", path, ...flags)).err, "2 runs, 1 done, 1 to do");
  }));

Deno.test("run trains one row, and --json prints its events as JSON lines", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const unclear = await cli("run", path, ...flags);
    assertEquals(unclear.code, 2);
    assertStringIncludes(unclear.err, '"NS", "ArcFace"');
    const { code, out } = await cli("run", path, "--row", "ArcFace", "--json", ...flags);
    assertEquals(code, 0);
    const events = out.trim().split("\n").map((line) => JSON.parse(line)), summary = events.pop();
    assertEquals(summary, { type: "summary", runs: 1, ended: { completed: 1 }, interrupted: 0, left: 0, code: 0 });
    assertEquals(events.map(({ type }) => type).filter((type) => type !== "evaluate"), [
      "start",
      "step",
      "end",
    ]);
    assert(events.every(({ id, row, seed }) => id === events[0].id && row === "ArcFace" && seed === 0));
    const done = await cli("run", path, "--id", events[0].id, ...flags);
    assertEquals(done.code, 0);
    assertStringIncludes(done.err, "is done already");
    assertStringIncludes(done.out, `${events[0].id}/record.json`);
    assertEquals((await cli("run", path, "--id", "000000000000", ...flags)).code, 2);
  }));

const DIVERGING = TINY.replace(
  "{ label: NS,",
  "{ label: NS, schedule: { name: step, lr: 99, factor: 1 }, optimizer: { name: sgd, weightDecay: 1 }, train: { steps: 200 },",
);

Deno.test("a run that diverges is recorded, shown, and the sweep goes on; the exit code is 70", () =>
  inFolder(
    async (folder) => {
      const { code, out, err } = await cli("ablate", `${folder}/tiny.yaml`, "--out", `${folder}/results`);
      assertEquals(code, 70, err);
      assertStringIncludes(out, "diverged");
      assertStringIncludes(err, "(2 of 2)");
      const again = await cli("ablate", `${folder}/tiny.yaml`, "--out", `${folder}/results`);
      assertEquals(again.code, 70);
      assertStringIncludes(again.err, "2 done, 0 to do");
    },
    DIVERGING,
  ));

Deno.test("a damaged record is an error that names it, for ablate and table alike", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    const file = `${folder}/results/tiny/${runs[0].id}/record.json`;
    await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(file, '{"schemaVersion": 1');
    const { code, err } = await cli("ablate", path, ...flags);
    assertEquals(code, 2);
    assertStringIncludes(err, file);
    assertStringIncludes((await cli("plan", path, ...flags)).err, file);
  }));

Deno.test("a run that another process trains is left to it; the exit code is 75", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
    const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
    const other = await openStore(`${folder}/results`).folder("tiny", runs[0].id);
    await other.claim();
    const { code, err } = await cli("ablate", path, ...flags);
    await other.release();
    assertEquals(code, 75, err);
    assertStringIncludes(err, `another process (pid ${Deno.pid}`);
    assertStringIncludes(err, "ArcFace, seed 0: done");
    assertStringIncludes((await cli("ablate", path, ...flags)).err, "1 done, 1 to do");
  }));

Deno.test("a run that diverged outweighs one that is still to come: the exit code is 70", () =>
  inFolder(
    async (folder) => {
      const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`];
      const { runs } = JSON.parse((await cli("plan", path, "--json", ...flags)).out);
      const [, other] = await Promise.all(
        runs.map(({ id }: { id: string }) => openStore(`${folder}/results`).folder("tiny", id)),
      );
      await other.claim();
      // Once while it diverges, and once while it stands there.
      for (let i = 0; i < 2; i++) assertEquals((await cli("ablate", path, ...flags)).code, 70);
      await other.release();
    },
    DIVERGING,
  ));

Deno.test("table refuses a place without an experiment", async () => {
  const { code, err } = await cli("table", "nowhere-at-all", "--out", "also-nowhere");
  assertEquals(code, 2);
  assertStringIncludes(err, "Cannot find experiment");
});

Deno.test("table needs records alone: without plan.json it prints what there is", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/sample/0123456789ab`, { recursive: true });
    await Deno.writeTextFile(`${folder}/sample/0123456789ab/record.json`, JSON.stringify(sampleRecord()));
    const { code, out } = await cli("table", `${folder}/sample`);
    assertEquals(code, 0);
    assertStringIncludes(out, "ArcFace (0.5)");
  }));

Deno.test("export writes what a run kept, and tells arguments from data that is missing", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--out", `${folder}/results`, "--json"];
    assertStringIncludes((await cli("plan", path, "--out", `${folder}/results`)).out, "weights: ");
    const { out } = await cli("run", path, "--row", "NS", ...flags), [start] = out.split("\n");
    const run = `${folder}/results/tiny/${JSON.parse(start!).id}`;
    for (
      const [format, where] of [["safetensors", run], ["onnx", `${run}/`], ["onnx", `${run}/record.json`]] as const
    ) {
      const file = `${folder}/net.${format}`;
      assertEquals(await cli("export", where, "--format", format, "--out", file), {
        code: 0,
        out: `${file}\n`,
        err: "convnet of NS, seed 0, 4 dimensions; embeddings are not normalised, compare them by the cosine\n",
      });
      assert((await Deno.stat(file)).size > 500);
    }
    const named = `${folder}/by_name.onnx`;
    assertEquals((await cli("export", run, "--out", named)).code, 0);
    assertEquals(await Deno.readFile(named), await Deno.readFile(`${folder}/net.onnx`));
    const nowhere = await cli("export", run, "--out", `${folder}/no/net.onnx`);
    assertEquals(nowhere.code, 2);
    assertStringIncludes(nowhere.err, `there is no folder "${folder}/no"`);
    assertEquals((await cli("export", folder)).code, 2);
    assertEquals((await cli("export", run, "--format", "pt")).code, 2);
    const none = await cli("run", path, "--row", "ArcFace", ...flags, "--set", "output.weights=false");
    const other = `${folder}/results/tiny/${JSON.parse(none.out.split("\n")[0]!).id}`;
    const { code, err } = await cli("export", other);
    assertEquals(code, 3);
    assertStringIncludes(err, "output.weights: false");
  }));

Deno.test("a run tells what it starts from and what it leaves of the file", () =>
  inFolder(async (folder) => {
    const path = `${folder}/tiny.yaml`, flags = ["--row", "NS", "--out", `${folder}/results`];
    const { out } = await cli("run", path, ...flags);
    const weights = out.match(/record: (.*)record\.json/)![1] + "weights.safetensors";
    const { code, err } = await cli("run", path, ...flags, "--set", `weights=${weights}`);
    assertEquals(code, 0, err);
    assertStringIncludes(
      err,
      `NS, seed 0: starts from ${weights}, 16 tensors; the backbone has no use for 1: head/weight`,
    );
    const absent = await cli("run", path, ...flags, "--set", "weights=no.safetensors");
    assertEquals(absent.code, 3);
    assertStringIncludes(absent.err, "no.safetensors");
  }));

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
  assertEquals([...new Set(all.map(({ kind }) => kind))].length, 8);
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

Deno.test("a trial with flags leaves the sweep's own table alone; more seeds extend it", () =>
  inFolder(async (folder) => {
    const manifest = `${folder}/tiny.yaml`, out = ["--out", `${folder}/results`];
    await cli("ablate", manifest, ...out);
    const table = (await cli("table", `${folder}/results/tiny`)).out;
    const trial = await cli("ablate", manifest, ...out, "--set", "train.steps=2");
    assertEquals(trial.code, 0, trial.err);
    assertStringIncludes(trial.err, "keeps the plan without these flags");
    assert(!trial.out.includes("—"), trial.out);
    const after = (await cli("table", `${folder}/results/tiny`)).out;
    assertEquals(after.split("\n").slice(0, 4), table.split("\n").slice(0, 4));
    await cli("ablate", manifest, ...out, "--set", "seeds=[0, 1]");
    assertStringIncludes((await cli("table", `${folder}/results/tiny`)).out, "t-interval of the mean over seeds");
  }));

Deno.test("a child told to train a run that is final tells its record, so that it is not taken for dead", () =>
  inFolder(async (folder) => {
    const manifest = `${folder}/tiny.yaml`, out = ["--out", `${folder}/results`];
    await cli("run", manifest, ...out, "--row", "NS");
    const { code, out: said } = await cli("run", manifest, ...out, "--row", "NS", "--child", "--json");
    const { type, record } = JSON.parse(said.trim());
    assertEquals([code, type, record.status], [0, "end", "completed"]);
  }));

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
