import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { adapterFinding, denoFinding, memoryFinding } from "../../cli/doctor/compute.ts";
import { canTrain, type Finding, findingsText } from "../../cli/doctor/finding.ts";
import project from "../../deno.json" with { type: "json" };

const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);

/** Runs `doctor` in a folder, with the flags of its task where they are asked for, and reads its JSON. */
async function doctor(folder: string, keep: (flag: string) => boolean, ...args: string[]) {
  const [program, ...flags] = project.tasks.doctor.command.split(" ").slice(0, -2);
  const { code, stdout, stderr } = await new Deno.Command(program!, {
    args: [...flags.filter(keep), `--config=${root}deno.json`, `${root}cli.ts`, "doctor", "--json", ...args],
    cwd: folder,
    env: { XDG_RUNTIME_DIR: folder },
  }).output();
  const text = new TextDecoder();
  assert(stdout.length > 0, text.decode(stderr));
  const { trains, findings }: { trains: boolean; findings: Finding[] } = JSON.parse(text.decode(stdout));
  return { code, trains, of: (name: string) => findings.find((finding) => finding.name === name)! };
}

Deno.test("doctor with its task's permissions looks at everything, and leaves nothing behind", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, trains, of } = await doctor(folder, () => true);
    assertEquals([code, trains], [0, true]);
    for (const name of ["Deno", "Processor", "Memory", "WASM", "Results", "Disk"]) {
      assert(of(name).standing !== "unknown", name);
    }
    for (const name of ["WebGPU", "Matrix products", "Data", "git", "Slurm", "Chromium"]) {
      assert(of(name).standing === "ok" || of(name).mend, name);
    }
    assertStringIncludes(of("Data").found, "quickstart, toy-2d");
    assertStringIncludes(of("Data").mend!, "ms1mv2-r100");
    assertEquals(await Array.fromAsync(Deno.readDir(folder)), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("doctor says what it could not look at for want of a permission, and how to allow it", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { code, of } = await doctor(folder, (flag) => !/^--allow-(?!read)/.test(flag));
    assertEquals(code, 0);
    for (const name of ["Processor", "Memory", "Matrix products", "Results", "Disk", "git", "Slurm"]) {
      assertEquals(of(name).standing, "unknown", name);
      assertStringIncludes(of(name).mend!, "allow --allow-");
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("doctor exits 70 where results cannot be written to", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/results`, "a file where the folder should be");
    const { code, trains, of } = await doctor(folder, () => true);
    assertEquals([code, trains, of("Results").standing], [70, false, "lacking"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("denoFinding(), memoryFinding() and adapterFinding() tell what is too little", () => {
  assertEquals(denoFinding("2.8.4").standing, "lacking");
  assertEquals(["2.9.6", "2.10.0", "3.0.0"].map((version) => denoFinding(version).standing), ["ok", "ok", "ok"]);
  assertEquals([1e8, 1e10].map((bytes) => memoryFinding(bytes).standing), ["lacking", "ok"]);
  const card = { name: "A card", software: false, f16: true, bufferBytes: 2 ** 31 };
  assertEquals(adapterFinding(card).found, "A card: hardware, buffers to 2 GiB, with float16");
  assertEquals([{ ...card, software: true }, undefined].map((adapter) => adapterFinding(adapter).standing), [
    "lacking",
    "lacking",
  ]);
});

Deno.test("findingsText() ends with whether runs can be trained", () => {
  const old = denoFinding("2.1.0");
  assertEquals([canTrain([old]), canTrain([memoryFinding(1)])], [false, true]);
  assertStringIncludes(findingsText([old]), "→ deno upgrade 2.9.6");
  assertStringIncludes(findingsText([old]), "No run can be trained here");
});
