/**
 * The server of the live view: on this machine's own address alone, and nothing but its page and its events.
 *
 * @module
 */
import { liveFiles, POLICY } from "../../reports/live/page.ts";
import { Feed } from "./feed.ts";
import type { Look } from "./watcher.ts";

/** The address to which it is bound: no other machine reaches it. */
const LOOPBACK = "127.0.0.1";
/** Pages that may listen at a time. */
const MOST_LISTENERS = 32;
const HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": POLICY,
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
} as const;

/** Settings of {@link serveLive}. */
export interface LiveServerOptions {
  /** Name of the experiment. */
  readonly experiment: string;
  /** Looks once at the folder. */
  readonly look: () => Promise<Look>;
  /** Port, or 0 for one that is free. */
  readonly port: number;
  /** Milliseconds between two looks, while somebody listens. */
  readonly interval: number;
}

/** A server at work. */
export interface LiveServer {
  readonly port: number;
  /** Settles when it was closed. */
  readonly finished: Promise<void>;
  /** Lets go of its listeners and of the port. */
  close(): Promise<void>;
}

/** A page that listens. */
interface Listener {
  readonly stream: ReadableStreamDefaultController<Uint8Array>;
  /** Id of the last event that it has got. */
  seen: string | null;
}

/**
 * Serves. It looks at the folder only while a page listens.
 *
 * @throws {Deno.errors.AddrInUse} if the port is taken.
 */
export function serveLive({ experiment, look, port, interval }: LiveServerOptions): LiveServer {
  const files = liveFiles(experiment), feed = new Feed(crypto.randomUUID()), listeners = new Set<Listener>();
  let timer: ReturnType<typeof setTimeout> | undefined, looking: Promise<void> | undefined, closed = false;
  const lookAgain = () => {
    clearTimeout(timer);
    looking ??= lookOnce().finally(() => {
      looking = undefined;
      if (!closed && listeners.size > 0) timer = setTimeout(lookAgain, interval);
    });
  };
  const lookOnce = async () => {
    try {
      feed.take(await look());
      for (const listener of listeners) tell(listener, feed);
    } catch (error) {
      const text = `event: trouble\ndata: ${
        JSON.stringify(error instanceof Error ? error.message : String(error))
      }\n\n`;
      for (const { stream } of listeners) stream.enqueue(new TextEncoder().encode(text));
    }
  };
  const listen = (request: Request): Response => {
    if (listeners.size >= MOST_LISTENERS) return plain(503, `Cannot listen: ${MOST_LISTENERS} pages do already`);
    let listener: Listener;
    const body = new ReadableStream<Uint8Array>({
      start(stream) {
        listener = { stream, seen: request.headers.get("last-event-id") };
        listeners.add(listener);
        stream.enqueue(new TextEncoder().encode("retry: 1000\n\n"));
        lookAgain();
      },
      cancel: () => void listeners.delete(listener),
    });
    return new Response(body, { headers: { ...HEADERS, "content-type": "text/event-stream" } });
  };
  const server: Deno.HttpServer<Deno.NetAddr> = Deno.serve({ hostname: LOOPBACK, port, onListen() {} }, (request) => {
    const { pathname } = new URL(request.url), own = server.addr.port, file = files[pathname];
    // A page of another name that leads here, by a DNS server of its own, must not read what this one tells.
    if (![`${LOOPBACK}:${own}`, `localhost:${own}`].includes(request.headers.get("host") ?? "")) {
      return plain(403, `Cannot answer: this server is http://${LOOPBACK}:${own}/ and no other name`);
    }
    if (request.method !== "GET") return plain(405, "Cannot answer: this server only shows, by GET", { allow: "GET" });
    if (pathname === "/events") return listen(request);
    if (!file) return plain(404, "Cannot find this page: there is only /");
    return new Response(file.text, { headers: { ...HEADERS, "content-type": file.type } });
  });
  return {
    port: server.addr.port,
    finished: server.finished,
    async close() {
      closed = true;
      clearTimeout(timer);
      await looking;
      for (const { stream } of listeners) stream.close();
      listeners.clear();
      await server.shutdown();
    },
  };
}

/** Sends what is new to a page, unless it has not taken the event before yet. */
function tell(listener: Listener, feed: Feed): void {
  const { stream, seen } = listener, update = feed.since(seen);
  if (Object.keys(update).length === 0 || (stream.desiredSize ?? 0) < -1) return;
  stream.enqueue(new TextEncoder().encode(`id: ${feed.id}\ndata: ${JSON.stringify(update)}\n\n`));
  listener.seen = feed.id;
}

function plain(status: number, text: string, headers: Record<string, string> = {}): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...HEADERS, ...headers, "content-type": "text/plain; charset=utf-8" },
  });
}
