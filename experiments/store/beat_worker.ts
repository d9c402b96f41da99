/**
 * A thread that keeps a lease alive: started by `beat.ts`.
 *
 * @module
 */
import { beat, type BeatRequest } from "./beat.ts";

const thread = globalThis as unknown as { onmessage: ((event: MessageEvent<BeatRequest>) => void) | null };

thread.onmessage = ({ data }) => void beat(data);
