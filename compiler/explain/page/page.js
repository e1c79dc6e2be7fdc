"use strict";
// Reads the report that stands in the page and draws it. No library, no request. Every text of the
// program goes through textContent.

const report = JSON.parse(document.getElementById("report").textContent);
const LIFETIMES = ["const", "release", "day", "tenant", "user", "session", "turn", "request"];
const MODELS = [["SmolLM2 135M", 0.135], ["1B", 1.2], ["3B", 3.2], ["8B", 8], ["14B", 14.7], ["32B", 32.5], ["70B", 70.6], ["405B", 405]];
const GPU = { name: "H100 SXM, bf16 dense", flops: 989e12, used: 0.5 }; // vendor's data sheet; half of it is a good prefill
const byId = new Map(report.nodes.map((node) => [node.id, node]));
const calls = report.calls || [];
const state = { values: {}, rows: report.rows || 100, conditional: 50, hit: 100, model: 3, chosen: null };

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
const placeOf = (thing) => (thing.place ? `${thing.place.file}:${thing.place.line}` : "");

// --- formulas --------------------------------------------------------------------------------------

function evaluate(formula, known) {
  if (typeof formula === "number") return formula;
  if (formula.sum) return formula.sum.reduce((total, term) => total + evaluate(term, known), 0);
  if (formula.product) return formula.product[0] * evaluate(formula.product[1], known);
  if (formula.times) return quantity(formula.times[0], known) * evaluate(formula.times[1], known);
  if (formula.either) return Math.max(...formula.either.map((option) => evaluate(option, known)));
  return quantity(formula.symbol, known);
}

const quantity = (name, known) => (name in known ? known[name] : state.values[name] ?? 1);

function symbolsOf(formula, found = new Set()) {
  if (typeof formula === "number") return found;
  for (const term of formula.sum || formula.either || []) symbolsOf(term, found);
  if (formula.product) symbolsOf(formula.product[1], found);
  if (formula.times) { found.add(formula.times[0]); symbolsOf(formula.times[1], found); }
  if (formula.symbol) found.add(formula.symbol);
  return found;
}

// How often a call happens in a row: "if", "4 arms", "len(xs) arms", "at most 8", or the count of a loop.
function factors(call) {
  return (call.times || "once").split(" x ").filter((part) => part !== "once").map((part) => {
    if (part === "if") return { kind: "if" };
    const name = part.replace(/ arms$/, "").replace(/^at most .*/, "turns");
    return { kind: /^\d+$/.test(name) ? "fixed" : "count", name, loop: !part.endsWith(" arms") };
  });
}

const factorOf = (factor) => factor.kind === "if" ? state.conditional / 100 : factor.kind === "fixed" ? Number(factor.name) : quantity(factor.name, {});
const timesOf = (call) => factors(call).reduce((product, factor) => product * factorOf(factor), 1);

// A prompt in a loop is longer in each iteration: with counts linear in the iteration, the middle one is the mean.
function iterations(call) {
  const loops = factors(call).filter((factor) => factor.loop && factor.kind !== "if").map(factorOf);
  const symbols = [...symbolsOf(call.prompt.formula)].filter((name) => /^i\d+$/.test(name));
  return Object.fromEntries(symbols.map((name, i) => [name, Math.max(0, ((loops[i] ?? loops.at(-1) ?? 1) - 1) / 2)]));
}

// --- worlds ------------------------------------------------------------------------------------------

function prefilledBy(call) {
  const times = timesOf(call), known = iterations(call);
  const first = call.endings.find((ending) => ending.when === "first");
  const later = call.endings.find((ending) => ending !== first) || first;
  if (!later) return times * evaluate(call.prompt.formula, known);
  if (!first || first === later) return times * evaluate(later.prefilled.formula, known);
  const start = Object.fromEntries(Object.keys(known).map((name) => [name, 0]));
  return Math.min(1, times) * evaluate(first.prefilled.formula, start) + Math.max(0, times - 1) * evaluate(later.prefilled.formula, known);
}

function sentByGroup(group) {
  let total = 0;
  const grouped = new Set((report.groups || []).map((each) => each.node));
  for (let node = byId.get(group.node); node; node = byId.get(node.parent)) {
    const generated = node.kind === "gen" || node.kind === "select";
    if (generated) return total + 1;
    if (node.id !== group.node && (grouped.has(node.id) || (node.families || []).length)) return total;
    total += evaluate(node.tokens.formula, {});
  }
  return total;
}

function worlds() {
  let stateless = 0, compiled = 0, alone = 0;
  for (const call of calls) {
    stateless += timesOf(call) * evaluate(call.prompt.formula, iterations(call));
    compiled += prefilledBy(call);
  }
  alone = compiled;
  for (const group of report.groups || []) {
    const sent = sentByGroup(group), arms = calls.filter((call) => call.group === group.id);
    const outside = arms.length ? Math.min(...arms.map((call) => factors(call).length)) : 0;
    const around = arms.length && outside > 1 ? factors(arms[0]).slice(0, -1).reduce((p, f) => p * factorOf(f), 1) : 1;
    compiled += sent * around;
    alone += sent * Math.max(around, arms.reduce((sum, call) => sum + timesOf(call), 0));
  }
  alone = Math.min(stateless, alone + (stateless - alone) * (1 - state.hit / 100));
  return [["stateless", stateless, "--request"], ["prefix cache alone", alone, "--session"], ["compiled", compiled, "--const"], ["lower bound", compiled, "--join"]]
    .map(([name, tokens, shade]) => ({ name, tokens: tokens * state.rows, shade }));
}

function drawWorlds() {
  const all = worlds(), most = Math.max(1, ...all.map((world) => world.tokens));
  show("worlds", ...all.map((world) => element("div", { class: "bar" },
    element("div", { text: world.name }),
    element("div", { class: "track" },
      element("div", { class: "fill", style: `width:${(100 * world.tokens) / most}%;--shade:var(${world.shade})` }),
      element("div", { class: "size", text: `${grouped(world.tokens)} tokens · ${((100 * world.tokens) / most).toFixed(world.tokens === most ? 0 : 1)} %` })))));
  const seconds = (tokens) => (2 * MODELS[state.model][1] * 1e9 * tokens) / (GPU.flops * GPU.used);
  document.getElementById("cost").textContent =
    `On a model of ${MODELS[state.model][0]} a stateless engine spends ${duration(seconds(all[0].tokens))} of GPU time on prefill, compiled ` +
    `${duration(seconds(all[2].tokens))}: ${(all[0].tokens / Math.max(1, all[2].tokens)).toFixed(1)} times less. ` +
    `Counted as 2 × parameters × tokens at ${GPU.used * 100} % of one ${GPU.name} (${GPU.flops / 1e12} TFLOP/s).`;
  document.getElementById("lead").textContent = leadText(all);
}

function duration(seconds) {
  const [size, unit] = seconds < 1 ? [seconds * 1000, "ms"] : seconds < 120 ? [seconds, "s"] : seconds < 7200 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${size >= 100 ? grouped(size) : Number(size.toPrecision(2))} ${unit}`;
}

function leadText(all) {
  const given = Object.fromEntries((report.worlds || []).map((world) => [world.name, world.measured ?? world.predicted]));
  if (given.stateless && given.compiled != null)
    return `Sent call by call, these ${report.rows} rows make a model read ${grouped(given.stateless)} tokens; compiled, ${grouped(given.compiled)}: ` +
      `${(100 * (1 - given.compiled / given.stateless)).toFixed(0)} % is shared. The controls below try other workloads.`;
  const asked = calls.reduce((sum, call) => sum + timesOf(call) * (call.samples || 1), 0);
  const saved = 100 * (1 - all[2].tokens / Math.max(1, all[0].tokens));
  return `One row asks the model ${asked === 1 ? "once" : `${asked.toFixed(asked % 1 ? 1 : 0)} times`}. Sent call by call, ${state.rows} rows make it read ` +
    `${grouped(all[0].tokens)} tokens; compiled, ${grouped(all[2].tokens)}: ${saved.toFixed(0)} % is shared.`;
}

// --- controls -----------------------------------------------------------------------------------------

function allSymbols() {
  const found = new Set();
  for (const call of calls) {
    symbolsOf(call.prompt.formula, found);
    factors(call).filter((factor) => factor.kind === "count").forEach((factor) => found.add(factor.name));
  }
  for (const node of report.nodes) symbolsOf(node.tokens.formula, found);
  return [...found].filter((name) => !/^i\d+$/.test(name));
}

// Before a run nobody knows: parameters of a whole prompt are taken as long, what arms and loops insert as short.
function typicalTokens(name) {
  const node = report.nodes.find((each) => `|${each.text.replace(/^\{|\}$/g, "")}|` === name);
  if (!node) return 24;
  return node.kind === "insert" ? (node.depth ? 12 : 200) : node.kind === "select" ? 2 : 24;
}

function slider(name, title, value, most, set, unit = "") {
  const output = element("output", { text: value + unit });
  const input = element("input", { type: "range", min: name === "hit" || name === "conditional" ? 0 : 1, max: most, value, name,
    oninput: () => { output.textContent = input.value + unit; set(Number(input.value)); refresh(); } });
  return element("label", {}, element("span", { text: title }), input, output);
}

function drawControls() {
  const form = document.getElementById("controls");
  form.append(slider("rows", "rows", state.rows, Math.max(1000, state.rows), (value) => (state.rows = value)));
  for (const name of allSymbols()) {
    const isTokens = name.startsWith("|");
    state.values[name] = isTokens ? typicalTokens(name) : 4;
    const title = isTokens ? `tokens of ${name.slice(1, -1)}` : name;
    form.append(slider(name, title, state.values[name], isTokens ? 4000 : 64, (value) => (state.values[name] = value)));
  }
  if (calls.some((call) => factors(call).some((factor) => factor.kind === "if")))
    form.append(slider("conditional", "an `if` side is taken", state.conditional, 100, (value) => (state.conditional = value), " %"));
  form.append(slider("hit", "of its reuse a plain cache keeps", state.hit, 100, (value) => (state.hit = value), " %"));
  const select = element("select", { name: "model", onchange: () => { state.model = Number(select.value); refresh(); } },
    ...MODELS.map(([title], i) => element("option", { value: i, text: title, ...(i === state.model ? { selected: "" } : {}) })));
  form.append(element("label", {}, element("span", { text: "model" }), select));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// --- the tree ---------------------------------------------------------------------------------------------

const LANE = 34, WIDTH = 1100, LEAST = 5;

function children() {
  const below = new Map(report.nodes.map((node) => [node.id, []]));
  for (const node of report.nodes) if (node.parent >= 0) below.get(node.parent).push(node);
  return below;
}

function layout() {
  const below = children(), boxes = new Map();
  let lane = 0;
  const place = (node, start) => {
    const tokens = Math.max(0, evaluate(node.tokens.formula, {}));
    const box = { node, start, tokens, top: lane, end: start + tokens };
    boxes.set(node.id, box);
    const kids = below.get(node.id).filter((kid) => subtreeMatters(kid, below));
    for (const kid of kids) place(kid, box.end);
    if (!kids.length) lane += 1;
    box.bottom = lane;
  };
  report.nodes.filter((node) => node.parent < 0).forEach((node) => place(node, 0));
  return { boxes: [...boxes.values()], lanes: lane, longest: Math.max(1, ...[...boxes.values()].map((box) => box.end)) };
}

// What nobody is asked about and what is not generated is of no interest: end markers after the last call, say.
function subtreeMatters(node, below) {
  if ((node.families || []).length || node.kind === "gen" || node.kind === "select") return true;
  return below.get(node.id).some((kid) => subtreeMatters(kid, below)) || report.nodes.some((other) => (other.joins || []).includes(node.id));
}

function colourOf(node) {
  if (node.kind === "gen" || node.kind === "select") return "var(--gen)";
  return node.kind === "join" ? "var(--join)" : `var(--${node.lifetime})`;
}

function labelOf(node) {
  if (node.kind === "gen" || node.kind === "select") return `← ${node.text || node.kind}`;
  if (node.kind === "join") return node.text ? `↻ ${node.text}` : "";
  return oneLine(node.text);
}

function drawTree() {
  const { boxes, lanes, longest } = layout(), lane = lanes > 24 ? 22 : LANE;
  const drawn = boxes.filter((box) => box.tokens > 0 || box.node.kind === "join");
  const narrow = Math.max(0, ...boxes.map((box) => depthOf(box.node))) * LEAST;
  const scale = Math.max(0.02, (WIDTH - narrow - 90) / longest);
  const left = (box) => box.start * scale + depthOf(box.node) * LEAST;
  const svg = element("svg:svg", { width: WIDTH, height: lanes * lane + 26, role: "img", "aria-label": "Prefix tree" });
  for (const box of drawn) svg.append(block(box, left(box), Math.max(box.tokens * scale + LEAST - 1, LEAST - 1), lane));
  for (const box of boxes) (box.node.families || []).forEach((family, i) => svg.append(mark(box, family, left(box) + box.tokens * scale + LEAST, lane, i)));
  for (const found of inversions()) {
    const box = boxes.find((each) => each.node.id === found.node.id);
    if (box) svg.append(element("svg:line", { class: "break", x1: left(box), x2: left(box), y1: box.top * lane, y2: box.bottom * lane }));
  }
  svg.append(...axis(longest, scale, lanes * lane));
  show("tree", svg);
  drawBreaks();
}

const depths = new Map();
function depthOf(node) {
  if (!depths.has(node.id)) depths.set(node.id, node.parent < 0 ? 0 : depthOf(byId.get(node.parent)) + 1);
  return depths.get(node.id);
}

function block(box, x, width, lane) {
  const height = (box.bottom - box.top) * lane - 3, node = box.node;
  const choose = () => { state.chosen = node.id; drawTree(); drawDetail(); };
  const group = element("svg:g", { class: `node${node.exact ? "" : " hole"}${state.chosen === node.id ? " chosen" : ""}`, tabindex: 0, role: "button",
    "data-node": node.id, onclick: choose, onkeydown: (event) => { if (event.key === "Enter") choose(); } },
    element("svg:rect", { x, y: box.top * lane, width, height, rx: 3, fill: colourOf(node) }),
    element("svg:title", { text: `${node.tokens.text} tokens, ${node.lifetime}\n${node.text}` }));
  const most = Math.floor((width - 8) / 6.6);
  if (most >= 3) group.append(element("svg:text", { x: x + 5, y: box.top * lane + Math.min(height / 2 + 4, 19), text: shortened(labelOf(node), most) }));
  return group;
}

function mark(box, family, x, lane, i) {
  const call = calls.find((each) => each.family === family), y = box.top * lane + 8 + i * 12;
  const title = call ? `${call.name}: asked here` : "asked here";
  return element("svg:g", {}, element("svg:path", { class: "ask", d: `M${x - 3},${y} l7,5 l-7,5 z` }), element("svg:title", { text: title }));
}

function axis(longest, scale, y) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((each) => each * scale > 70) || 20000;
  const ticks = [];
  for (let at = 0; at <= longest; at += step) ticks.push(element("svg:text", { x: at * scale, y: y + 18, text: at ? grouped(at) : "0 tokens", opacity: 0.7 }));
  return ticks;
}

// A text that stays the same for longer than something to its left: every change on the left computes it again.
function inversions() {
  const found = [];
  for (const node of report.nodes) {
    if (node.kind !== "text" || node.tokens.number == null) continue;
    let worst = null;
    for (let at = byId.get(node.parent); at; at = byId.get(at.parent)) {
      if (at.kind === "gen" || at.kind === "select" || at.kind === "join") { worst = null; break; }
      if (at.kind === "insert" && LIFETIMES.indexOf(at.lifetime) > LIFETIMES.indexOf(node.lifetime) && (!worst || LIFETIMES.indexOf(at.lifetime) > LIFETIMES.indexOf(worst.lifetime))) worst = at;
    }
    if (worst && node.tokens.number >= 8) found.push({ node, worst, tokens: node.tokens.number });
  }
  return found;
}

function drawBreaks() {
  const all = inversions().sort((a, b) => b.tokens - a.tokens), found = all.slice(0, 4), rest = all.slice(4);
  if (!all.length) return show("breaks");
  const more = rest.length ? [element("li", { class: "quiet", text: `and ${rest.length} more, ${grouped(rest.reduce((sum, each) => sum + each.tokens, 0))} tokens` })] : [];
  show("breaks", element("p", { class: "quiet", text: "What breaks the sharing between rows (dashed lines):" }), element("ul", { class: "breaks" },
    ...found.map(({ node, worst, tokens }) => element("li", {},
      element("span", { text: `${grouped(tokens)} ${node.lifetime} tokens stand behind ${worst.text}, which lives for one ${worst.lifetime}: ` }),
      element("code", { text: shortened(oneLine(node.text), 90) }), element("span", { class: "quiet", text: ` ${placeOf(node)}` }))), ...more));
}

function drawDetail() {
  const node = byId.get(state.chosen);
  if (!node) return show("detail", element("span", { class: "quiet", text: "Nothing chosen." }));
  const askers = calls.filter((call) => (node.families || []).includes(call.family)).map((call) => call.name);
  const facts = [`${node.tokens.text} tokens`, `${node.kind}, lifetime ${node.lifetime}`, `${node.shared_by || 0} call sites share it`, placeOf(node),
    askers.length ? `asked here: ${askers.join(", ")}` : "", node.exact ? "" : "the count depends on values"].filter(Boolean);
  show("detail", element("div", { text: facts.join(" · ") }), element("pre", { text: node.text || "(no text)" }),
    ...(node.place && node.place.text ? [element("p", { class: "quiet", text: "in the source:" }), element("pre", { text: node.place.text })] : []));
}

// --- time line, tables --------------------------------------------------------------------------------------

function drawWaves() {
  const byFamily = new Map(calls.map((call) => [call.family, call])), critical = new Set(report.critical_path || []);
  const column = Math.max(130, Math.min(230, 1080 / Math.max(1, report.waves.length)));
  const tallest = Math.max(1, ...report.waves.map((wave) => wave.length));
  const svg = element("svg:svg", { width: column * report.waves.length + 8, height: tallest * 30 + 30, role: "img", "aria-label": "Waves" });
  report.waves.forEach((wave, w) => {
    svg.append(element("svg:text", { x: w * column + 4, y: 14, text: `wave ${w}`, opacity: 0.7 }));
    wave.forEach((family, i) => {
      const call = byFamily.get(family), y = 22 + i * 30;
      if (!call) return;
      const label = `${call.name}${call.times && call.times !== "once" ? " · " + call.times : ""}${call.samples > 1 ? ` · n=${call.samples}` : ""}`;
      svg.append(element("svg:g", { class: "node", onclick: () => { state.chosen = call.node; drawTree(); drawDetail(); } },
        element("svg:rect", { x: w * column + 4, y, width: column - 12, height: 24, rx: 4, fill: "var(--gen)",
          style: critical.has(family) ? "stroke:var(--ink);stroke-width:2" : "" }),
        element("svg:text", { x: w * column + 11, y: y + 16, text: shortened(label, Math.floor((column - 24) / 6.6)) }), element("svg:title", { text: label })));
    });
  });
  show("waves", svg);
}

function table(headings, rows) {
  const cell = (name, content, i, numeric) => element(name, { class: numeric.has(i) ? "number" : "" }, content instanceof Node ? content : String(content));
  const numeric = new Set(headings.map((heading, i) => (heading.startsWith("#") ? i : -1)));
  return element("table", {}, element("thead", {}, element("tr", {}, ...headings.map((h, i) => cell("th", h.replace("#", ""), i, numeric)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((content, i) => cell("td", content, i, numeric))))));
}

function drawCalls() {
  const counted = (count, known) => element("span", { title: count.text, text: count.number ?? `~${grouped(evaluate(count.formula, known))}` });
  const rows = calls.flatMap((call) => call.endings.map((ending, i) => [
    i ? "" : call.name, i ? "" : placeOf(call), i ? "" : call.times || "once", ending.when,
    counted(call.prompt, iterations(call)), counted(ending.cached, iterations(call)), counted(ending.prefilled, iterations(call))]));
  show("calls", table(["call", "source", "how often", "ending", "#prompt", "#cached", "#prefilled"], rows));
}

function drawMeasured() {
  const measured = report.measured || [];
  if (!measured.length) return;
  const wrong = measured.filter((each) => each.cause);
  const rows = (wrong.length ? wrong : measured).slice(0, 200).map((m) => [m.row, m.name, m.prompt, m.predicted ?? "-", m.cached, m.prefilled, m.replayed, m.generated,
    m.queue_ms.toFixed(1), m.prefill_ms.toFixed(1), m.decode_ms.toFixed(1), element("span", { class: m.cause ? "wrong" : "quiet", text: m.cause || "as predicted" })]);
  show("measured", element("h2", { text: `Measured on ${report.backend}: ${measured.length - wrong.length} of ${measured.length} calls as predicted` }),
    element("div", { class: "scroll" }, table(["#row", "call", "#prompt", "#predicted", "#cached", "#prefilled", "#replayed", "#generated", "#queue ms", "#prefill ms", "#decode ms", "cause"], rows)));
}

function drawRows() {
  const given = (report.worlds || []).filter((world) => world.predicted != null || world.measured != null);
  if (!given.length) return;
  show("rows", element("p", { class: "quiet", text: `With the ${report.rows} rows that were given:` }),
    table(["world", "#predicted", "#measured"], given.map((world) => [world.name, world.predicted == null ? "-" : grouped(world.predicted), world.measured == null ? "-" : grouped(world.measured)])));
}

function drawPasses() {
  const remarks = report.remarks || [];
  const line = (remark) => element("li", {}, element("span", { text: `${placeOf(remark)} ${remark.action}: ${remark.what}${remark.tokens ? ` (${grouped(remark.tokens)} tokens)` : ""}` }),
    ...(remark.why ? [element("span", { class: "quiet", text: `, because ${remark.why}` })] : []));
  show("passes", ...(report.passes || []).map((pass, i, all) => {
    const own = all.findIndex((each) => each.name === pass.name) === i ? remarks.filter((remark) => remark.pass_name === pass.name) : [];
    const head = `${pass.name}: ${pass.changed ? `${pass.ops_before} → ${pass.ops_after} operations` : "unchanged"}, ${pass.milliseconds.toFixed(1)} ms`;
    return own.length ? element("details", {}, element("summary", { text: `${head}, ${own.length} remarks` }), element("ul", {}, ...own.map(line))) : element("p", { class: "quiet", text: head });
  }));
}

function drawHead() {
  const approximate = report.target.approximate ? ", every number is an estimate" : "";
  document.getElementById("title").textContent = report.entry;
  document.getElementById("subtitle").textContent = `${report.source || "a plan"} · for ${report.target.name} at -O${report.level}${approximate}`;
  show("legend", ...LIFETIMES.filter((name) => report.nodes.some((node) => node.lifetime === name)).map((name) => element("span", { style: `--swatch:var(--${name})`, text: name })),
    element("span", { style: "--swatch:var(--gen)", text: "generated" }));
  for (const warning of report.warnings || []) document.getElementById("lead").after(element("p", { class: "wrong", text: warning }));
}

function chooseTheme(name) { document.documentElement.dataset.theme = name; }

function refresh() { drawWorlds(); drawTree(); drawCalls(); }

chooseTheme(location.hash === "#dark" || (location.hash !== "#light" && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light");
document.getElementById("theme").addEventListener("click", () => chooseTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
drawHead();
drawControls();
refresh();
drawDetail();
drawWaves();
drawMeasured();
drawRows();
drawPasses();
