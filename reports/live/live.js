// @ts-check
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/**
 * Draws the live view from the server's events. What comes from records is set as text, never as HTML; the table is HTML
 * that the server has escaped.
 *
 * @typedef {import("./state.ts").LiveRun} LiveRun
 * @typedef {import("./state.ts").LiveHead} LiveHead
 * @typedef {import("./state.ts").LiveUpdate} LiveUpdate
 */

/** @type {Map<string, LiveRun>} */
const runs = new Map();
/** @type {Map<string, HTMLElement>} */
const items = new Map();
/** @type {LiveHead | undefined} */
let head;

const source = new EventSource("/events");
source.onopen = () => connection("Live", false);
source.onerror = () => connection("The server is away; this page goes on when it is back", true);
source.addEventListener("trouble", ({ data }) => connection(JSON.parse(data), true));
source.addEventListener("message", ({ data }) => show(JSON.parse(data)));
// Times grow without news.
setInterval(() => {
  for (const id of items.keys()) drawRun(id);
}, 5000);

/** @param {LiveUpdate} update */
function show(update) {
  if (update.head) head = update.head;
  for (const run of update.runs ?? []) runs.set(run.id, run);
  if (update.table !== undefined) at("table").innerHTML = update.table;
  if (!head) return;
  if (update.head) drawOrder(head);
  for (const { id } of update.runs ?? []) drawRun(id);
  drawHead(head);
}

/** @param {LiveHead} head */
function drawHead({ plan, counts, left, problems, order }) {
  const told = Object.entries(counts).filter(([, count]) => count > 0).map(([state, count]) => `${count} ${state}`);
  const remaining = left === null ? "" : `; about ${duration(left)} of training left at this pace`;
  at("counts").textContent = plan === null
    ? "There is no plan yet: this page shows it as soon as ablate has stored it"
    : `${order.length} runs: ${told.join(", ")}${remaining}`;
  const known = order.flatMap((id) => runs.get(id) ?? []);
  const all = /** @type {HTMLProgressElement} */ (at("all"));
  all.max = Math.max(1, sum(known.map(({ steps }) => steps)));
  all.value = sum(known.map(({ state, step, steps }) => state === "done" ? steps : step));
  at("problems").replaceChildren(...problems.map((problem) => element("li", "", problem)));
}

/** @param {LiveHead} head */
function drawOrder({ order }) {
  for (const [id, item] of items) if (!order.includes(id)) items.delete(id), item.remove();
  for (const id of order) {
    const item = items.get(id) ?? element("li", "");
    items.set(id, item);
    at("runs").append(item);
    drawRun(id);
  }
}

/** @param {string} id */
function drawRun(id) {
  const run = runs.get(id), item = items.get(id);
  if (!run || !item) return;
  const name = element("span", "name", `${run.row}, seed ${run.seed} `);
  name.append(element("small", "", run.id));
  const bar = document.createElement("progress");
  bar.max = Math.max(1, run.steps);
  bar.value = run.state === "done" ? bar.max : run.step;
  bar.setAttribute("aria-label", `Steps of ${run.row}, seed ${run.seed}`);
  const progress = element("span", "told", told(run));
  progress.prepend(bar);
  const parts = [name, element("span", "state", run.state), progress, curve(run)];
  const more = [run.holder === null ? "" : `trained by ${run.holder}`, run.error ?? ""].filter(Boolean).join("\n");
  if (more) parts.push(element("span", "error", more));
  item.className = run.state;
  item.replaceChildren(...parts);
}

/** @param {LiveRun} run */
function told({ state, step, steps, loss, left, heard }) {
  const parts = [`step ${step} of ${steps}`];
  if (loss !== null) parts.push(`loss ${Number(loss.toPrecision(4))}`);
  if (state === "running" && left !== null) parts.push(step < steps ? `${duration(left)} left` : "measuring");
  // deno-lint-ignore marginlab/no-clock -- it runs in a browser
  const silent = heard === null ? 0 : (Date.now() - heard) / 1000;
  if (state === "running" && silent > 60) parts.push(`no line for ${duration(silent)}`);
  return parts.join(", ");
}

/**
 * The loss as a line, on an axis of its own.
 *
 * @param {LiveRun} run
 */
function curve({ curve: points, row, seed, steps }) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 100 30");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  const losses = points.map(([, loss]) => loss), low = Math.min(...losses), high = Math.max(...losses);
  const first = losses[0], last = losses.at(-1);
  const words = first === undefined || last === undefined
    ? "no loss yet"
    : `loss from ${first.toPrecision(3)} to ${last.toPrecision(3)}`;
  const title = document.createElementNS("http://www.w3.org/2000/svg", "title");
  title.textContent = `${row}, seed ${seed}: ${words}`;
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const place = (/** @type {number} */ step, /** @type {number} */ loss) =>
    `${(100 * step / Math.max(1, steps)).toFixed(2)},${(28 - 26 * (loss - low) / (high - low || 1)).toFixed(2)}`;
  line.setAttribute("points", points.map(([step, loss]) => place(step, loss)).join(" "));
  svg.append(title, line);
  return svg;
}

/**
 * @param {string} text
 * @param {boolean} lost
 */
function connection(text, lost) {
  at("connection").textContent = text;
  at("connection").className = lost ? "lost" : "";
}

/** @param {number} seconds */
function duration(seconds) {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.round(whole % 3600 / 60)} min`;
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {string} id */
function at(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * @param {string} tag
 * @param {string} name
 * @param {string} [text]
 */
function element(tag, name, text = "") {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.textContent = text;
  return made;
}
