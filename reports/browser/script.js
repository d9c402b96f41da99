// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * What the page does: starts the program in a worker, shows how the run goes, and tells the verdict.
 *
 * @typedef {import("./reproduce.ts").VerdictEvent} VerdictEvent
 * @typedef {import("../../experiments/run_events.ts").RunEvent | VerdictEvent | { type: "error", error: string }} Said
 * @typedef {readonly (readonly [step: number, loss: number])[]} Curve
 */
const { document, location } = globalThis;

/** @type {import("./page.ts").PageData} */
const { cells, program, words } = JSON.parse(part("data").textContent ?? "");
const bar = /** @type {HTMLProgressElement} */ (part("bar")),
  cancel = /** @type {HTMLButtonElement} */ (part("cancel"));
/** @type {NodeListOf<HTMLButtonElement>} */
const buttons = document.querySelectorAll("button[data-run]");
/** @type {Worker | undefined} */
let worker;
/** @type {Promise<string> | undefined} */
let source;

/** @param {string} id */
function part(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {K} name
 */
function make(name, text = "", kind = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (kind) made.className = kind;
  return made;
}

/** The address of the program's own text, from which a worker can start wherever the page lies. */
function loadProgram() {
  return source ??= new Promise((resolve, reject) => {
    const script = make("script");
    // Pages from a disk may not hold a file to its digest.
    if (location.protocol !== "file:") script.integrity = `sha256-${program.sha256}`;
    script.src = program.file;
    script.onload = () => {
      const { marginlabProgram } = /** @type {{ marginlabProgram?: unknown }} */ (globalThis);
      resolve(URL.createObjectURL(new Blob([`(${marginlabProgram})()`], { type: "text/javascript" })));
    };
    script.onerror = () => {
      source = undefined;
      const found = "it is not beside this page, or is another one";
      reject(new Error(`Cannot load ${program.file}: ${found}; copy the folder whole`));
    };
    document.head.append(script);
  });
}

/** @param {string} name */
function radio(name) {
  return /** @type {HTMLInputElement} */ (document.querySelector(`input[value=${name}]`));
}

/**
 * Trains a run, one at a time.
 *
 * @param {number} index
 */
async function train(index) {
  const cell = cells.runs[index];
  if (!cell) return;
  const { record, losses } = cell, curve = /** @type {[number, number][]} */ ([]);
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
    const backend = radio("webgpu").checked ? "webgpu" : "wasm";
    own.postMessage({ cells, index, backend, data: new URL("data", location.href).href });
    own.onerror = (event) => end(`Cannot go on: ${event.message || "the program could not be started"}.`);
    own.onmessage = ({ data }) => {
      if (own === worker) hear(data, losses, curve);
    };
  } catch (error) {
    end(`${/** @type {Error} */ (error).message}.`);
  }
}

/**
 * @param {Said} said
 * @param {Curve} published
 * @param {[number, number][]} here
 */
function hear(said, published, here) {
  if (said.type === "start") {
    const { adapter, name } = said.backend;
    tell(`Training on ${adapter ?? name}. The first steps prepare its kernels, which can take a while.`);
  } else if (said.type === "step") {
    const { step, steps, loss, seconds } = said, left = duration(seconds / step * (steps - step));
    here.push([step, loss]);
    bar.max = steps;
    bar.value = step;
    draw(published, here, steps);
    progress(`Step ${step} of ${steps}, loss ${Number(loss.toPrecision(4))}, ${left} left`);
  } else if (said.type === "evaluate") {
    progress(`Evaluating "${said.name}": ${said.done} of ${said.total} images`);
  } else if (said.type === "error") {
    end(`${said.error}.`);
  } else if (said.type === "verdict") {
    const { record, verdict } = said, { status, error, cost } = record;
    showVerdict(said);
    end(
      status === "completed"
        ? `Verdict: ${words[verdict]}. It took ${duration(cost?.seconds ?? 0)}.`
        : `The run ${status}: ${error}.`,
    );
  }
}

/** @param {VerdictEvent} said */
function showVerdict({ figures, verdict, notes }) {
  const table = make("table"), head = make("tr"), body = make("tbody"), top = make("thead");
  for (const title of ["figure", "published", "here", "verdict"]) {
    const cell = make("th", title, title === "published" || title === "here" ? "n" : "");
    cell.scope = "col";
    head.append(cell);
  }
  for (const { figure, published, now, verdict } of figures) {
    const row = make("tr"), name = make("th", figure);
    name.scope = "row";
    row.append(name, make("td", number(published), "n"), make("td", number(now), "n"));
    row.append(make("td", words[verdict], verdict));
    body.append(row);
  }
  top.append(head);
  table.append(make("caption", "Each published figure, and that of the run that was trained here"), top, body);
  const scroll = make("div", "", "scroll"), title = make("h3", `Verdict: ${words[verdict]}`, verdict);
  scroll.append(table);
  scroll.tabIndex = 0;
  scroll.role = "region";
  scroll.ariaLabel = "Verdict on each figure";
  title.id = "outcome";
  title.dataset["verdict"] = verdict;
  const reasons = make("details"), list = make("ul", "", "notes");
  for (const note of notes) list.append(make("li", note));
  reasons.append(make("summary", "Why"), list);
  reasons.open = verdict !== "identical";
  part("verdict").replaceChildren(title, scroll, reasons);
}

/**
 * Draws the published losses and those of here as lines.
 *
 * @param {Curve} published
 * @param {Curve} here
 * @param {number} steps
 */
function draw(published, here, steps) {
  const all = [...published, ...here].map(([, loss]) => loss).filter(Number.isFinite);
  const most = Math.max(...all, 1e-9), least = Math.min(...all, most), range = most - least || 1;
  /** @param {Curve} curve */
  const path = (curve) =>
    curve.filter(([, loss]) => Number.isFinite(loss))
      .map(([step, loss]) => `${(48 + 540 * step / steps).toFixed(1)},${(12 + 190 * (most - loss) / range).toFixed(1)}`)
      .join(" ");
  part("published").setAttribute("points", path(published));
  part("here").setAttribute("points", path(here));
  part("most").textContent = all.length > 0 ? String(Number(most.toPrecision(3))) : "";
  part("least").textContent = all.length > 0 ? String(Number(least.toPrecision(3))) : "";
  part("steps").textContent = String(steps);
}

/**
 * Says something to everyone; what changes with each step is only shown.
 *
 * @param {string} text
 */
function tell(text) {
  part("status").textContent = text;
  progress("");
}

/** @param {string} text */
function progress(text) {
  part("progress").textContent = text;
}

function stop() {
  worker?.terminate();
  worker = undefined;
}

/** @param {string} text */
function end(text) {
  stop();
  tell(text);
  cancel.hidden = true;
  if (!bar.hasAttribute("value")) bar.value = 0;
  for (const button of buttons) button.disabled = false;
}

/** @param {number | null} value */
function number(value) {
  return value === null ? "–" : String(Number(value.toPrecision(6)));
}

/** @param {number} seconds */
function duration(seconds) {
  const whole = Math.ceil(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** Finds out whether there is WebGPU; where there is none, WASM is chosen. */
async function choose() {
  /** @typedef {{ info: { description?: string, vendor?: string, architecture?: string } }} Adapter */
  const { gpu } = /** @type {{ gpu?: { requestAdapter(options: object): Promise<Adapter | null> } }} */ (navigator);
  const adapter = await gpu?.requestAdapter({ powerPreference: "high-performance" }).catch(() => null);
  if (!adapter) {
    radio("webgpu").disabled = true;
    radio("wasm").checked = true;
    part("adapter").textContent = "not offered by this browser, or not to pages that come over http from elsewhere";
    return;
  }
  const { description, vendor, architecture } = adapter.info;
  part("adapter").textContent = [description, vendor, architecture].filter((text) => text).join(" · ") || "an adapter";
}

/** Trains the run that the address names, `#train-<id>`: the reader has clicked on it in the report. */
function trainNamed() {
  const [, id] = /^#train-([0-9a-f]+)$/.exec(location.hash) ?? [];
  const named = document.getElementById(`run-${cells.runs.findIndex(({ record }) => record.id === id)}`);
  named?.classList.add("lit");
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
