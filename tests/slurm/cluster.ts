/**
 * A real Slurm on this machine: one node with two processors, in a scratch folder. Debian: `slurm-wlm`, `munge`; as root.
 *
 * @module
 */

/** A Slurm that runs. */
export interface Cluster {
  /** Environment of commands that are to reach it. */
  readonly env: Readonly<Record<string, string>>;
  /** Runs a command to its end; gives what it printed. */
  run(command: string, ...args: string[]): Promise<string>;
  /** Stops the daemons. */
  stop(): Promise<void>;
}

const PROGRAMS = ["slurmctld", "slurmd", "munged", "sbatch"] as const;

/** Why no Slurm can be started here, or `undefined` where one can. */
export async function whyNoSlurm(): Promise<string | undefined> {
  if ((await Deno.permissions.query({ name: "run" })).state !== "granted") return "--allow-run";
  for (const program of PROGRAMS) {
    const found = ["/usr/sbin", "/usr/bin"].some((folder) => exists(`${folder}/${program}`));
    if (!found) return program;
  }
  return Deno.uid() === 0 ? undefined : "root";
}

/** Starts a Slurm whose state lies in `folder`. */
export async function startSlurm(folder: string): Promise<Cluster> {
  const host = Deno.hostname(), env = { SLURM_CONF: `${folder}/slurm.conf`, XDG_RUNTIME_DIR: "/tmp" };
  const run = async (command: string, ...args: string[]) => {
    const { code, stdout, stderr } = await new Deno.Command(command, { args, env, stdin: "null" }).output();
    const [out, err] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    if (code !== 0) throw new Error(`Cannot run ${command} ${args.join(" ")}: status ${code}: ${out}${err}`);
    return out!;
  };
  for (const name of ["state", "spool"]) await Deno.mkdir(`${folder}/${name}`);
  await Deno.writeTextFile(
    env.SLURM_CONF,
    `ClusterName=test
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=${folder}/munge.socket
SlurmUser=root
SlurmdUser=root
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/ctld.pid
SlurmdPidFile=${folder}/d.pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
SlurmdParameters=config_overrides
NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=main Nodes=${host} Default=YES MaxTime=INFINITE State=UP
`,
  );
  // A munge of its own: the machine's may not run, and would not be ours to stop.
  await Deno.writeFile(`${folder}/munge.key`, crypto.getRandomValues(new Uint8Array(1024)), { mode: 0o600 });
  const munge = ["key-file", "socket", "pid-file", "log-file", "seed-file"].map((name) =>
    `--${name}=${folder}/munge.${name === "key-file" ? "key" : name.replace("-file", "")}`
  );
  await run("munged", "--force", ...munge);
  await run("slurmctld", "-c", "-L", `${folder}/ctld.log`);
  await run("slurmd", "-L", `${folder}/d.log`);
  const stop = async () => {
    await run("scancel", "--user=root").catch(() => {});
    for (const name of ["d", "ctld", "munge"]) {
      const pid = Number(await Deno.readTextFile(`${folder}/${name}.pid`).catch(() => "0"));
      if (pid > 1) await stopProcess(pid);
    }
  };
  try {
    for (let tries = 0; !/idle/.test(await run("sinfo", "--noheader").catch(() => "")); tries++) {
      if (tries > 60) throw new Error(`Cannot start Slurm: ${await Deno.readTextFile(`${folder}/d.log`)}`);
      await wait(500);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { env, run, stop };
}

/** Waits, in milliseconds. */
export async function wait(milliseconds: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function stopProcess(pid: number): Promise<void> {
  try {
    Deno.kill(pid, "SIGTERM");
    for (let tries = 0; tries < 50 && exists(`/proc/${pid}`); tries++) await wait(100);
    if (exists(`/proc/${pid}`)) Deno.kill(pid, "SIGKILL");
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
