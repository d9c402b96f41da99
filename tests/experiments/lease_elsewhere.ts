/**
 * A lease that another machine holds.
 *
 * @module
 */

/** What another machine leaves that holds a run, in its folder. */
export async function leaseElsewhere(folder: string, number = "000001"): Promise<void> {
  await Deno.mkdir(`${folder}/lease`, { recursive: true });
  const lease = { holder: "pid 7 on node7 since noon", host: "node7", token: "x" };
  await Deno.writeTextFile(`${folder}/lease/${number}`, JSON.stringify(lease));
  await Deno.writeTextFile(`${folder}/lease/${number}.beat`, "3");
}
