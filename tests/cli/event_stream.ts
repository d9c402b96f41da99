/**
 * Reads server-sent events, for tests.
 *
 * @module
 */

/** One event. */
export interface StreamEvent {
  readonly id: string | undefined;
  readonly event: string | undefined;
  // deno-lint-ignore no-explicit-any -- what a test looks into
  readonly data: any;
}

/** Listens to an address; `next` gives one event after the other. */
export async function listenTo(
  url: string,
  lastEventId?: string,
): Promise<{ next(): Promise<StreamEvent>; close(): Promise<void> }> {
  const response = await fetch(url, lastEventId === undefined ? {} : { headers: { "last-event-id": lastEventId } });
  const reader = response.body!.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>)
    .getReader();
  let text = "";
  const next = async (): Promise<StreamEvent> => {
    for (;;) {
      const end = text.indexOf("\n\n");
      if (end >= 0) {
        const fields = new Map(text.slice(0, end).split("\n").map((line) => line.split(/: (.*)/s) as [string, string]));
        text = text.slice(end + 2);
        const data = fields.get("data");
        if (data !== undefined) return { id: fields.get("id"), event: fields.get("event"), data: JSON.parse(data) };
        continue;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error("Cannot read an event: the stream ended");
      text += value;
    }
  };
  return { next, close: () => reader.cancel() };
}
