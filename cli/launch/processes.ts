/**
 * Other programs that launchers ask: the edge at which tests hand in their own.
 *
 * @module
 */

/** What a program said. */
export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Starts a program and waits for its end; `undefined` where it is not there, or may not be started. */
export type Processes = (program: string, args: readonly string[]) => Promise<Answer | undefined>;

/** Programs of this machine. */
export async function runProcess(program: string, args: readonly string[]): Promise<Answer | undefined> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args], stdin: "null" }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), err: text(stderr) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotCapable) return undefined;
    throw error;
  }
}
