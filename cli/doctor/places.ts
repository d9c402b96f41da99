/**
 * What lies around: the results folder, the disk, data, and programs that some commands start.
 *
 * @module
 */
import { diskFiles } from "../../experiments/disk.ts";
import { freeDisk } from "../../experiments/machine.ts";
import { loadManifest } from "../../experiments/manifest.ts";
import { dataPaths } from "../../experiments/plan.ts";
import { builtins } from "../../registry/mod.ts";
import { formatBytes } from "../format.ts";
import type { Finding } from "./finding.ts";

/** Whether records can be written, and what room there is for them. */
export async function lookAtResults(out: string): Promise<Finding[]> {
  const bytes = await freeDisk(out), name = "Disk";
  const disk: Finding = bytes === null
    ? { name, standing: "unknown", found: "not looked at", mend: "allow --allow-sys=statfs to see its room" }
    : bytes < 2 ** 30
    ? { name, standing: "lacking", found: `${formatBytes(bytes)} free`, mend: "deno task gc --yes, or another --out" }
    : { name, standing: "ok", found: `${formatBytes(bytes)} free for ${out}` };
  return [await writeFinding(out), disk];
}

/** Writes a file as a run would, and takes it away again, with the folder where that was not there. */
async function writeFinding(out: string): Promise<Finding> {
  const name = "Results";
  const { state } = await Deno.permissions.query({ name: "write", path: out });
  if (state !== "granted") {
    const mend = `allow --allow-write=${out} to see whether it can be written to`;
    return { name, standing: "unknown", found: `${out}: not tried`, mend };
  }
  try {
    const before = await Deno.stat(out).catch(() => undefined);
    if (!before) await Deno.mkdir(out, { recursive: true });
    const file = await Deno.makeTempFile({ dir: out, prefix: ".doctor-" });
    await Deno.remove(file);
    if (!before) await Deno.remove(out);
    return { name, standing: "ok", found: `${out} can be written to` };
  } catch (error) {
    const mend = "give yourself the right to write there, or name another folder with --out";
    return { name, standing: "lacking", found: `${out}: ${(error as Error).message}`, mend, needed: true };
  }
}

/** Which of the shipped recipes have their data in a folder. */
export async function lookAtData(data: string): Promise<Finding> {
  const files = diskFiles(data), registries = builtins(), ready: string[] = [], without: string[] = [];
  const folder = new URL("../../experiments/manifests/", import.meta.url);
  const names = (await Array.fromAsync(Deno.readDir(folder), (entry) => entry.name)).sort();
  for (const name of names.filter((name) => name.endsWith(".yaml"))) {
    const path = decodeURIComponent(new URL(name, folder).pathname);
    const { rows } = await loadManifest(path, { read: Deno.readTextFile, registries });
    const paths = new Set((await Promise.all(rows.map((row) => dataPaths(row, registries, files)))).flat());
    const there = await Promise.all([...paths].map((path) => files.stat(path)));
    (there.includes(undefined) ? without : ready).push(name.replace(/\.yaml$/, ""));
  }
  const found = `${data}: all that ${ready.join(", ")} need`;
  if (without.length === 0) return { name: "Data", standing: "ok", found };
  const mend = `for ${without.join(", ")}: the head of each experiments/manifests/NAME.yaml says what to put where`;
  return { name: "Data", standing: "lacking", found, mend };
}

/** Programs that some commands start, by name: what for, and how to get them. */
const PROGRAMS = [
  { name: "git", what: "uncommitted changes, for records", names: ["git"], mend: "apt install git" },
  {
    name: "Slurm",
    what: "ablate --launcher slurm",
    names: ["sbatch", "squeue"],
    mend: "give the command on a login node",
  },
  {
    name: "Chromium",
    what: "tests of the report",
    names: ["chromium", "chromium-browser", "google-chrome"],
    mend: "apt install chromium",
  },
] as const;

/** Looks for programs by their files, starting none. */
export async function lookForPrograms(): Promise<Finding[]> {
  const { state } = await Deno.permissions.query({ name: "env", variable: "PATH" });
  if (state !== "granted") {
    const mend = "allow --allow-env=PATH to see them";
    return PROGRAMS.map(({ name }) => ({ name, standing: "unknown", found: "not looked for", mend }));
  }
  const windows = Deno.build.os === "windows";
  const folders = (Deno.env.get("PATH") ?? "").split(windows ? ";" : ":").filter((folder) => folder !== "");
  return await Promise.all(PROGRAMS.map(async ({ name, what, names, mend }): Promise<Finding> => {
    for (const program of names) {
      for (const folder of folders) {
        const path = `${folder}/${program}${windows ? ".exe" : ""}`;
        if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) {
          return { name, standing: "ok", found: `${path}, for ${what}` };
        }
      }
    }
    return { name, standing: "lacking", found: `no ${names[0]} in PATH, for ${what}`, mend };
  }));
}
