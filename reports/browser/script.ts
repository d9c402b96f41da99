/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the page does: starts the program in a worker, shows how the run goes, and tells the verdict.
 *
 * @module
 */
import type { RunEvent } from "../../experiments/run_events.ts";
import type { Cells } from "./cells.ts";
import type { VerdictEvent } from "./reproduce.ts";

/** What the page's script is given in the page. */
export interface PageData {
  /** What is trained, and against what it is held. */
  readonly cells: Cells;
  /** Address of the program, relative to the page, with its SHA-256 in base64. */
  readonly program: { readonly file: string; readonly sha256: string };
  /** Names of verdicts for people. */
  readonly words: Readonly<Record<string, string>>;
}

/** What the worker says. */
type Said = RunEvent | VerdictEvent | { readonly type: "error"; readonly error: string };

/** Brings the page to life. Its own text is the page's script: it uses nothing outside of itself. */
export function reproducePage(): void {
  const { cells, program, words }: PageData = JSON.parse(part("data").textContent!);
  const status = part("status"), bar = part<HTMLProgressElement>("bar"), cancel = part<HTMLButtonElement>("cancel");
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("button[data-run]")];
  let worker: Worker | undefined, source: Promise<string> | undefined;

  function part<E extends HTMLElement>(id: string): E {
    return document.getElementById(id) as E;
  }

  function element<K extends keyof HTMLElementTagNameMap>(name: K, text = "", kind = ""): HTMLElementTagNameMap[K] {
    const made = document.createElement(name);
    made.textContent = text;
    if (kind) made.className = kind;
    return made;
  }

  /** The address of the program's own text, which a worker can start from wherever the page lies. */
  function loadProgram(): Promise<string> {
    return source ??= new Promise((resolve, reject) => {
      const script = element("script");
      // Pages from a disk may not hold a file to its digest.
      if (location.protocol !== "file:") script.integrity = `sha256-${program.sha256}`;
      script.src = program.file;
      script.onload = () => {
        const { marginlabProgram } = globalThis as unknown as { marginlabProgram: () => void };
        resolve(URL.createObjectURL(new Blob([`(${marginlabProgram})()`], { type: "text/javascript" })));
      };
      script.onerror = () => {
        source = undefined;
        reject(
          new Error(
            `Cannot load ${program.file}: it is not beside this page, or is another one; copy the folder whole`,
          ),
        );
      };
      document.head.append(script);
    });
  }

  function backend(): "webgpu" | "wasm" {
    return document.querySelector<HTMLInputElement>("input[name=backend]:checked")!.value as "webgpu" | "wasm";
  }

  /** Trains a run, one at a time. */
  async function train(index: number): Promise<void> {
    const { record, losses } = cells.runs[index]!, curve: [number, number][] = [];
    stop();
    part("live").hidden = false;
    part("verdict").replaceChildren();
    part("live-title").textContent = `${record.row}, seed ${record.seed}`;
    draw(losses, curve, record.manifest.train.steps);
    bar.removeAttribute("value");
    for (const button of buttons) button.disabled = true;
    cancel.hidden = false;
    part("live").scrollIntoView({ block: "start" });
    cancel.focus({ preventScroll: true });
    tell("Loading the program.");
    try {
      const own = worker = new Worker(await loadProgram());
      const data = new URL("data", location.href).href;
      own.postMessage({ cells, index, backend: backend(), data });
      own.onerror = (event) => end(`Cannot go on: ${event.message || "the program could not be started"}.`);
      own.onmessage = ({ data: said }: MessageEvent<Said>) => {
        if (own === worker) hear(said, { losses, curve });
      };
    } catch (error) {
      end(`${(error as Error).message}.`);
    }
  }

  function hear(
    said: Said,
    run: { losses: Cells["runs"][number]["losses"]; curve: [number, number][] },
  ) {
    if (said.type === "start") {
      tell(
        `Training on ${
          said.backend.adapter ?? said.backend.name
        }. The first steps compile its kernels, which takes a while.`,
      );
    } else if (said.type === "step") {
      const { step, steps, loss, seconds } = said;
      run.curve.push([step, loss]);
      bar.max = steps;
      bar.value = step;
      draw(run.losses, run.curve, steps);
      progress(
        `Step ${step} of ${steps}, loss ${Number(loss.toPrecision(4))}, ${
          duration(seconds / step * (steps - step))
        } left`,
      );
    } else if (said.type === "evaluate") {
      progress(`Evaluating "${said.name}": ${said.done} of ${said.total} images`);
    } else if (said.type === "error") {
      end(`${said.error}.`);
    } else if (said.type === "verdict") {
      showVerdict(said);
      end(sentence(said));
    }
  }

  function sentence({ verdict, record }: VerdictEvent): string {
    if (record.status !== "completed") return `The run ${record.status}: ${record.error}.`;
    return `Verdict: ${words[verdict]}. It took ${duration(record.cost!.seconds)}.`;
  }

  function showVerdict({ figures, verdict, notes }: VerdictEvent): void {
    const table = element("table"), head = element("tr"), body = element("tbody"), top = element("thead");
    for (const title of ["figure", "published", "here", "verdict"]) {
      const cell = element("th", title, title === "published" || title === "here" ? "n" : "");
      cell.scope = "col";
      head.append(cell);
    }
    for (const { figure, published, now, verdict } of figures) {
      const row = element("tr"), name = element("th", figure);
      name.scope = "row";
      row.append(name, element("td", number(published), "n"), element("td", number(now), "n"));
      row.append(element("td", words[verdict]!, verdict));
      body.append(row);
    }
    top.append(head);
    table.append(element("caption", "Each published figure, and that of the run that was trained here"), top, body);
    const scroll = element("div", "", "scroll"), title = element("h3", `Verdict: ${words[verdict]}`, verdict);
    scroll.append(table);
    scroll.tabIndex = 0;
    scroll.role = "region";
    scroll.ariaLabel = "Verdict on each figure";
    title.id = "outcome";
    title.dataset["verdict"] = verdict;
    const reasons = element("details"), list = element("ul", "", "notes");
    for (const note of notes) list.append(element("li", note));
    reasons.append(element("summary", "Why"), list);
    reasons.open = verdict !== "identical";
    part("verdict").replaceChildren(title, scroll, reasons);
  }

  /** Draws the published losses and those of here as lines. */
  function draw(published: readonly (readonly [number, number])[], here: readonly [number, number][], steps: number) {
    const all = [...published, ...here].map(([, loss]) => loss).filter(Number.isFinite);
    const most = Math.max(...all, 1e-9), least = Math.min(...all, most);
    const x = (step: number) => 48 + 540 * step / steps,
      y = (loss: number) => 12 + 190 * (most - loss) / (most - least || 1);
    const path = (points: readonly (readonly [number, number])[]) =>
      points.filter(([, loss]) => Number.isFinite(loss)).map(([step, loss]) =>
        `${x(step).toFixed(1)},${y(loss).toFixed(1)}`
      )
        .join(" ");
    part("published").setAttribute("points", path(published));
    part("here").setAttribute("points", path(here));
    part("most").textContent = all.length > 0 ? String(Number(most.toPrecision(3))) : "";
    part("least").textContent = all.length > 0 ? String(Number(least.toPrecision(3))) : "";
    part("steps").textContent = String(steps);
  }

  /** Says something to everyone; what changes with each step is only shown. */
  function tell(text: string): void {
    status.textContent = text;
    progress("");
  }

  function progress(text: string): void {
    part("progress").textContent = text;
  }

  function stop(): void {
    worker?.terminate();
    worker = undefined;
  }

  function end(text: string): void {
    stop();
    tell(text);
    cancel.hidden = true;
    if (!bar.hasAttribute("value")) bar.value = 0;
    for (const button of buttons) button.disabled = false;
  }

  function number(value: number | null): string {
    return value === null ? "–" : String(Number(value.toPrecision(6)));
  }

  function duration(seconds: number): string {
    const whole = Math.ceil(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
  }

  /** Finds out whether there is WebGPU; where there is none, WASM is chosen. */
  async function choose(): Promise<void> {
    const { gpu } = navigator as unknown as {
      gpu?: { requestAdapter(options: object): Promise<{ info: Record<string, string> } | null> };
    };
    const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
    const input = document.querySelector<HTMLInputElement>("input[value=webgpu]")!, told = part("adapter");
    if (!adapter) {
      input.disabled = true;
      document.querySelector<HTMLInputElement>("input[value=wasm]")!.checked = true;
      told.textContent =
        "not offered by this browser, or not to pages that are not served over https or from localhost";
    } else {
      const { description, vendor, architecture } = adapter.info;
      told.textContent = [description, vendor, architecture].filter((text) => text).join(" · ") ||
        "an adapter without a name";
    }
  }

  /** Trains the run that the address names, `#train-<id>`: the reader has clicked on it in the report. */
  function trainNamed(): void {
    const [, id] = /^#train-([0-9a-f]+)$/.exec(location.hash) ?? [];
    const index = cells.runs.findIndex(({ record }) => record.id === id),
      named = document.getElementById(`run-${index}`);
    named?.classList.add("lit");
    named?.scrollIntoView({ block: "center" });
    named?.querySelector("button")?.click();
  }

  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener("click", () => void train(Number(button.dataset["run"])));
  }
  cancel.addEventListener("click", () => end("Stopped. Nothing of the run is kept."));
  if (location.protocol === "file:" && cells.data.length > 0) part("served").hidden = false;
  addEventListener("hashchange", trainNamed);
  choose().finally(trainNamed);
}
