/**
 * A thread that keeps a lease alive: started by `beat_thread.ts`.
 *
 * @module
 */
import { beat, type BeatRequest } from "./beat.ts";

export type { BeatRequest };

const thread = globalThis as unknown as { onmessage: ((event: MessageEvent<BeatRequest>) => void) | null };

thread.onmessage = ({ data }) => void beat(data);
