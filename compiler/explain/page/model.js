"use strict";
// Reads the report that stands in the page and draws it. No library, no request. Every text of the
// program goes through textContent.

const report = JSON.parse(document.getElementById("report").textContent);
const LIFETIMES = ["const", "release", "day", "tenant", "user", "session", "turn", "request"];
const MODELS = [["SmolLM2 135M", 0.135], ["1B", 1.2], ["3B", 3.2], ["8B", 8], ["14B", 14.7], ["32B", 32.5], ["70B", 70.6], ["405B", 405]];
const GPU = { name: "H100 SXM, bf16 dense", flops: 989e12, used: 0.5 }; // vendor's data sheet; half of it is a good prefill
const byId = new Map(report.nodes.map((node) => [node.id, node]));
const calls = report.calls || [];
const sources = report.sources || {};
const workload = report.workload || { controls: [], worlds: [], calls: { formula: 0 } };
const state = { values: {}, guessed: new Set(), together: new Set(), moved: false, hit: 100, model: 3, chosen: null, folded: new Set(), opened: new Set() };
for (const control of workload.controls) {
  state.values[control.name] = control.value;
  if (control.known === "guess" || control.known === "limit") state.guessed.add(control.name);
  if (control.known === "together") state.together.add(control.name);
}

// --- small helpers -------------------------------------------------------------------------------

function element(name, attributes = {}, ...children) {
  const made = name.includes(":") ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4)) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

const show = (id, ...children) => document.getElementById(id).replaceChildren(...children);
const grouped = (number) => Math.round(number).toLocaleString("en");
const shortened = (text, most) => (text.length > most ? text.slice(0, Math.max(1, most - 1)) + "…" : text);
const oneLine = (text) => text.replaceAll("\n", "⏎");
const fileOf = (path) => path.split("/").at(-1);
const placeOf = (thing) => (thing.place ? `${fileOf(thing.place.file)}:${thing.place.line}` : "");
const many = (number, thing) => `${grouped(number)} ${thing}${number === 1 ? "" : "s"}`;
const SAYS = { const: "never changes", release: "until a release", day: "for a day", tenant: "per tenant", user: "per user",
  session: "per session", turn: "per turn", request: "new in every request" };

// A prompt as a person reads it: "user: ..." for the markers that a chat template puts around turns.
function plain(text) {
  const words = text.replace(/<\|im_start\|>(\w+)\n?/g, " $1: ").replace(/<\|start_header_id\|>(\w+)<\|end_header_id\|>\s*/g, " $1: ").replace(/<\|[^|>]*\|>/g, " ");
  return words.replace(/\s+/g, " ").trim();
}

// --- formulas --------------------------------------------------------------------------------------

// The formulas are those of the report: nothing is counted here. What depends on a round is taken at the middle one.
function evaluate(formula, known = {}) {
  if (typeof formula === "number") return formula;
  if (formula.sum) return formula.sum.reduce((total, term) => total + evaluate(term, known), 0);
  if (formula.product) return formula.product[0] * evaluate(formula.product[1], known);
  if (formula.both) return evaluate(formula.both[0], known) * evaluate(formula.both[1], known);
  if (formula.least) return Math.min(...formula.least.map((option) => evaluate(option, known)));
  if (formula.times) {
    const [count, each, index] = formula.times, times = typeof count === "number" ? count : quantity(count, known);
    return times * evaluate(each, index ? { ...known, [index]: Math.max(0, (times - 1) / 2) } : known);
  }
  if (formula.either) {
    const found = formula.either.map((option) => evaluate(option, known)), least = Math.min(...found);
    return least + quantity("taken", known) * (Math.max(...found) - least);
  }
  return quantity(formula.symbol, known);
}

const quantity = (name, known) => (name in known ? known[name] : state.values[name] ?? 1);

function symbolsOf(formula, found = new Set()) {
  if (formula == null || typeof formula === "number") return found;
  for (const term of formula.sum || formula.either || formula.least || formula.both || []) symbolsOf(term, found);
  if (formula.product) symbolsOf(formula.product[1], found);
  if (formula.times) { if (typeof formula.times[0] === "string") found.add(formula.times[0]); symbolsOf(formula.times[1], found); }
  if (formula.symbol) found.add(formula.symbol);
  return found;
}

// What is known only together with others is a guess where some of them stand alone, and exact where all stand.
function isGuessed(formula) {
  const names = [...symbolsOf(formula)], shared = names.filter((name) => state.together.has(name));
  return names.some((name) => state.guessed.has(name)) || (shared.length > 0 && shared.length < state.together.size);
}
const counted = (formula, known = {}) => `${isGuessed(formula) ? "~" : ""}${grouped(evaluate(formula, known))}`;

// The rounds of the loops around a call, each the middle one.
function rounds(call) {
  const count = (factor) => (typeof factor.count === "number" ? factor.count : quantity(factor.count, {}));
  return Object.fromEntries((call.factors || []).filter((f) => f.index).map((f) => [f.index, Math.max(0, (count(f) - 1) / 2)]));
}

// --- worlds ------------------------------------------------------------------------------------------

const SHADES = { stateless: "--request", "prefix cache alone": "--session", compiled: "--const", "lower bound": "--join" };
const given = new Map((report.worlds || []).map((world) => [world.name, world.measured ?? world.predicted]));

// As the rows that were given came to, until a control is pulled: then by the model, which begins at what they came to.
function worlds() {
  const found = workload.worlds.map((world) => {
    const start = given.get(world.name), model = evaluate(world.formula);
    const tokens = start == null ? model : world.value ? (model * start) / world.value : start;
    return { name: world.name, tokens, shade: SHADES[world.name], guess: start == null ? isGuessed(world.formula) : state.moved };
  });
  const [stateless, alone] = found;
  if (alone) alone.tokens = Math.min(stateless.tokens, alone.tokens + (stateless.tokens - alone.tokens) * (1 - state.hit / 100));
  return found;
}

// The label of a bar stands behind it, or, where there is no room, at its end; where there is none before it either, at the edge.
function besides(share) {
  const width = document.getElementById("worlds").clientWidth - (innerWidth > 560 ? 162 : 0), left = (1 - share) * width;
  if (left <= 215 && share * width < 215) return "right:6px";
  return left > 215 ? `left:calc(${100 * share}% + 8px)` : `right:calc(${100 * (1 - share)}% + 6px)`;
}

function drawWorlds() {
  const all = worlds();
  if (!all.length) return;
  const most = Math.max(1, ...all.map((world) => world.tokens));
  show("worlds", ...all.map((world) => element("div", { class: "bar" },
    element("div", { text: world.name }),
    element("div", { class: "track" },
      element("div", { class: "fill", style: `width:${(100 * world.tokens) / most}%;--shade:var(${world.shade})` }),
      element("div", { class: "size", style: `${besides(world.tokens / most)}`, text: `${world.guess ? "~" : ""}${grouped(world.tokens)} tokens · ${((100 * world.tokens) / most).toFixed(world.tokens === most ? 0 : 1)} %` })))));
  const seconds = (tokens) => (2 * MODELS[state.model][1] * 1e9 * tokens) / (GPU.flops * GPU.used);
  document.getElementById("cost").textContent =
    `On a model of ${MODELS[state.model][0]} a stateless engine spends ${duration(seconds(all[0].tokens))} of GPU time on prefill, compiled ` +
    `${duration(seconds(all[2].tokens))}: ${(all[0].tokens / Math.max(1, all[2].tokens)).toFixed(1)} times less. ` +
    `Counted as 2 × parameters × tokens at ${GPU.used * 100} % of one ${GPU.name} (${GPU.flops / 1e12} TFLOP/s).`;
  document.getElementById("lead").textContent = leadText(all);
  drawTiles(all);
}

// The three numbers that a person should take away.
function drawTiles(all) {
  const [stateless, , compiled] = all, mark = (world) => `${world.guess ? "~" : ""}${grouped(world.tokens)}`;
  const tile = (number, words) => element("div", { class: "tile" }, element("strong", { text: number }), element("span", { text: words }));
  show("tiles", tile(mark(stateless), `prompt tokens, sent call by call, for ${many(state.values.rows ?? report.rows, "row")}`), tile(mark(compiled), "of them are computed when compiled"),
    tile(`${stateless.guess ? "~" : ""}${(100 * (1 - compiled.tokens / Math.max(1, stateless.tokens))).toFixed(0)} %`, "are shared: computed once, used again"));
  document.getElementById("tiles").lastChild.classList.toggle("poor", compiled.tokens > 0.9 * stateless.tokens);
}

function duration(seconds) {
  const [size, unit] = seconds < 1 ? [seconds * 1000, "ms"] : seconds < 120 ? [seconds, "s"] : seconds < 7200 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${size >= 100 ? grouped(size) : Number(size.toPrecision(2))} ${unit}`;
}

function leadText(all) {
  const asked = evaluate(workload.calls.formula);
  const about = isGuessed(workload.calls.formula) ? "~" : "";
  const times = !about && asked === 1 ? "once" : !about && asked === 2 ? "twice" : `${about}${asked.toFixed(asked % 1 ? 1 : 0)} times`;
  const worst = inversions()[0], saved = 1 - all[2].tokens / Math.max(1, all[0].tokens);
  const why = saved < 0.1 && worst ? ` Hardly anything is shared: ${many(worst.tokens, "token")} that could be stand behind ${byId.get(worst.behind).text}.` : "";
  return `Each row asks the model ${times}. What several prompts begin with has to be read only once; this page shows what that is here, and what stands in its way.${why}`;
}
