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
      element("div", { class: "size", style: `left:min(calc(${(100 * world.tokens) / most}% + 8px), calc(100% - 190px))`, text: `${grouped(world.tokens)} tokens · ${((100 * world.tokens) / most).toFixed(world.tokens === most ? 0 : 1)} %` })))));
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
  const given = Object.fromEntries((report.worlds || []).map((world) => [world.name, world.measured ?? world.predicted]));
  const real = given.stateless && given.compiled != null, stateless = real ? given.stateless : all[0].tokens, compiled = real ? given.compiled : all[2].tokens;
  const rows = many(real ? report.rows : state.rows, "row");
  const tile = (number, words) => element("div", { class: "tile" }, element("strong", { text: number }), element("span", { text: words }));
  show("tiles", tile(grouped(stateless), `prompt tokens, sent call by call, for ${rows}`), tile(grouped(compiled), "of them are computed when compiled"),
    tile(`${(100 * (1 - compiled / Math.max(1, stateless))).toFixed(0)} %`, "are shared: computed once, used again"));
  document.getElementById("tiles").lastChild.classList.toggle("poor", compiled > 0.9 * stateless);
}

function duration(seconds) {
  const [size, unit] = seconds < 1 ? [seconds * 1000, "ms"] : seconds < 120 ? [seconds, "s"] : seconds < 7200 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${size >= 100 ? grouped(size) : Number(size.toPrecision(2))} ${unit}`;
}

function leadText(all) {
  const asked = calls.reduce((sum, call) => sum + timesOf(call) * (call.samples || 1), 0);
  const times = asked === 1 ? "once" : asked === 2 ? "twice" : `${asked.toFixed(asked % 1 ? 1 : 0)} times`;
  const worst = broken()[0], saved = 1 - all[2].tokens / Math.max(1, all[0].tokens);
  const why = saved < 0.1 && worst ? ` Hardly anything is shared: ${many(worst.tokens, "token")} that could be stand behind ${worst.worst.text}.` : "";
  return `Each row asks the model ${times}. What several prompts begin with has to be read only once; this page shows what that is here, and what stands in its way.${why}`;
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
  form.append(element("h3", { text: "Try another workload" }), element("p", { class: "quiet", text: "Sizes are guesses until you pull them; the picture and the bars follow." }));
  form.append(slider("rows", "rows", state.rows, Math.max(1000, state.rows), (value) => (state.rows = value)));
  const sizes = allSymbols().map((name) => {
    const isTokens = name.startsWith("|");
    state.values[name] = isTokens ? typicalTokens(name) : 4;
    const title = isTokens ? `tokens of ${name.slice(1, -1)}` : name === "turns" ? "turns" : `${name.replace(/^len\((.*)\)$/, "items in $1")}`;
    return slider(name, title, state.values[name], isTokens ? 4000 : 64, (value) => (state.values[name] = value));
  });
  form.append(...sizes.slice(0, SIZES));
  if (sizes.length > SIZES) form.append(element("details", {}, element("summary", { text: `${sizes.length - SIZES} more sizes` }), ...sizes.slice(SIZES)));
  if (calls.some((call) => factors(call).some((factor) => factor.kind === "if")))
    form.append(slider("conditional", "how often an `if` is taken", state.conditional, 100, (value) => (state.conditional = value), " %"));
  form.append(slider("hit", "hits of a cache without a compiler", state.hit, 100, (value) => (state.hit = value), " %"));
  const select = element("select", { name: "model", onchange: () => { state.model = Number(select.value); refresh(); } },
    ...MODELS.map(([title], i) => element("option", { value: i, text: title, ...(i === state.model ? { selected: "" } : {}) })));
  form.append(element("label", {}, element("span", { text: "model" }), select));
  form.addEventListener("submit", (event) => event.preventDefault());
}

// --- the tree ---------------------------------------------------------------------------------------------

const LANE = 40, WIDTH = 1130, LEAST = 5, MARK = 13, SIZES = 6;

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
  return plain(node.text);
}

function drawTree() {
  const { boxes, lanes, longest } = layout(), lane = lanes > 24 ? 24 : LANE;
  const drawn = boxes.filter((box) => box.tokens > 0 || box.node.kind === "join");
  const narrow = Math.max(0, ...boxes.map((box) => offsetOf(box.node) + (isAsked(box.node) ? MARK : 0))) + LEAST;
  const scale = Math.max(0.02, (WIDTH - narrow - 4) / longest);
  const left = (box) => box.start * scale + offsetOf(box.node);
  const svg = element("svg:svg", { width: WIDTH, height: lanes * lane + 26, role: "img", "aria-label": "Prefix tree" }, hatch());
  for (const box of drawn) svg.append(block(box, left(box), Math.max(box.tokens * scale + LEAST - 1, LEAST - 1), lane));
  for (const box of boxes) if (isAsked(box.node)) svg.append(mark(box, left(box) + box.tokens * scale + LEAST, lane));
  for (const node of broken().flatMap((found) => found.nodes)) {
    const box = boxes.find((each) => each.node.id === node.id);
    if (box) svg.append(element("svg:line", { class: "break", x1: left(box) - 1, x2: left(box) - 1, y1: box.top * lane, y2: box.bottom * lane - 3 }));
  }
  svg.append(...axis(longest, scale, lanes * lane));
  show("tree", svg);
  drawBreaks();
}

const isAsked = (node) => (node.families || []).length > 0;

// Stripes over what is as long as a value turns out to be.
const hatch = () => element("svg:defs", {}, element("svg:pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  element("svg:rect", { width: 2, height: 7, fill: "#fff", opacity: 0.13 })));

// Every block on the way adds a gap, and every call the room of its triangle.
const offsets = new Map();
function offsetOf(node) {
  if (!offsets.has(node.id)) {
    const above = byId.get(node.parent);
    offsets.set(node.id, above ? offsetOf(above) + LEAST + (isAsked(above) ? MARK : 0) : 0);
  }
  return offsets.get(node.id);
}

function block(box, x, width, lane) {
  const height = (box.bottom - box.top) * lane - 3, node = box.node, y = box.top * lane;
  const choose = () => { state.chosen = node.id; drawTree(); drawDetail(); };
  const group = element("svg:g", { class: `node${state.chosen === node.id ? " chosen" : ""}`, tabindex: 0, role: "button",
    "data-node": node.id, onclick: choose, onkeydown: (event) => { if (event.key === "Enter") choose(); } },
    element("svg:rect", { x, y, width, height, rx: 3, fill: colourOf(node) }),
    element("svg:title", { text: `${node.tokens.text} tokens, ${node.lifetime}\n${node.text}` }));
  if (!node.exact && node.kind !== "join") group.append(element("svg:rect", { class: "over", x, y, width, height, rx: 3, fill: "url(#hatch)" }));
  if (node.warmed) group.append(element("svg:line", { class: `ahead ${node.warmed}`, x1: x + 2, x2: x + width - 2, y1: y + height - 2, y2: y + height - 2 }));
  const most = Math.floor((width - 8) / 6.7), first = y + Math.min(height / 2 + 4, 15), label = shortened(labelOf(node), most);
  if (most >= 4 && label) group.append(element("svg:text", { x: x + 5, y: first, text: label }));
  const size = `${node.exact ? "" : "~"}${grouped(box.tokens)} tokens`;
  if (height >= 34 && most >= size.length && node.kind !== "join") group.append(element("svg:text", { class: "tokens", x: x + 5, y: first + 13, text: size }));
  return group;
}

function mark(box, x, lane) {
  const names = calls.filter((call) => box.node.families.includes(call.family)).map((call) => call.name), y = box.top * lane + 6;
  return element("svg:g", {}, element("svg:path", { class: "ask", d: `M${x},${y} l9,6 l-9,6 z` }), element("svg:title", { text: `asked here: ${names.join(", ")}` }));
}

function axis(longest, scale, y) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((each) => each * scale > 70) || 20000;
  const ticks = [];
  for (let at = 0; at <= longest; at += step) ticks.push(element("svg:text", { x: at * scale, y: y + 18, text: at ? grouped(at) : "0 tokens", class: "tick" }));
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

// The same by what they stand behind, the costliest first.
function broken() {
  const found = new Map();
  for (const each of inversions()) {
    const known = found.get(each.worst.id) || { worst: each.worst, tokens: 0, nodes: [] };
    known.tokens += each.tokens;
    known.nodes.push(each.node);
    found.set(each.worst.id, known);
  }
  return [...found.values()].filter((each) => each.tokens >= 16).sort((a, b) => b.tokens - a.tokens);
}

function drawBreaks() {
  const found = broken();
  if (!found.length) return show("breaks");
  show("breaks", element("p", {}, element("strong", { text: "What stands in the way (dashed red lines)" })), element("ul", { class: "breaks" },
    ...found.slice(0, 4).map(({ worst, tokens, nodes }) => element("li", {},
      element("span", { text: `${many(tokens, "token")}${nodes.length > 1 ? ` in ${nodes.length} places` : ""} could be the same in more prompts, but stand behind ` }),
      element("code", { text: worst.text }), element("span", { text: ` (${SAYS[worst.lifetime]}), so they are computed with each of its values: ` }),
      element("q", { text: shortened(plain(nodes[0].text), 90) }), element("span", { class: "quiet", text: ` ${placeOf(nodes[0])}` }))),
    ...(found.length > 4 ? [element("li", { class: "quiet", text: `and ${found.length - 4} more` })] : [])));
}

function drawDetail() {
  const node = byId.get(state.chosen);
  if (!node) return show("detail", element("span", { class: "quiet", text: "Click a block to read its text." }));
  const askers = calls.filter((call) => (node.families || []).includes(call.family)).map((call) => call.name);
  const what = node.kind === "gen" || node.kind === "select" ? "written by the model" : node.kind === "insert" ? `a value, ${SAYS[node.lifetime]}` : `text, ${SAYS[node.lifetime]}`;
  const ahead = node.warmed ? `sent ahead${node.warmed === "speculative" ? ", speculative: nobody may need it" : ""}` : "";
  const facts = [`${node.exact || node.tokens.number == null ? "" : "about "}${node.tokens.text} tokens`, what, node.shared_by > 1 ? `shared by ${node.shared_by} calls` : "",
    askers.length ? `asked here: ${askers.join(", ")}` : "", ahead, node.free ? "a batch may order it" : "", placeOf(node)].filter(Boolean);
  show("detail", element("div", { text: facts.join(" · ") }), element("pre", { text: node.text.replaceAll("\n", "⏎\n") || "(no text)" }),
    ...(node.place && node.place.text ? [element("p", { class: "quiet", text: "in the source:" }), element("pre", { text: node.place.text })] : []));
}

// What is looked at first: what costs most, else the longest text.
function chooseFirst() {
  const worst = broken()[0], texts = report.nodes.filter((node) => node.kind === "text");
  const longest = texts.reduce((most, node) => ((node.tokens.number || 0) > (most?.tokens.number || 0) ? node : most), null);
  state.chosen = worst ? worst.nodes[0].id : longest ? longest.id : null;
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
  const differ = calls.some((call) => call.endings.length > 1);
  const rows = calls.flatMap((call) => call.endings.map((ending, i) => [
    i ? "" : call.name, i ? "" : placeOf(call), i ? "" : call.times || "once", ...(differ ? [ending.when] : []),
    counted(call.prompt, iterations(call)), counted(ending.cached, iterations(call)), counted(ending.prefilled, iterations(call))]));
  show("calls", table(["call", "source", "how often", ...(differ ? ["when"] : []), "#prompt", "#found in the cache", "#computed"], rows));
}

function drawMeasured() {
  const measured = report.measured || [];
  if (!measured.length) return;
  const isExtra = (each) => each.cause.startsWith("extra"), wrong = measured.filter((each) => each.cause && !isExtra(each));
  const extra = measured.filter((each) => each.cause && isExtra(each)).length;
  const rows = (wrong.length ? wrong : measured).slice(0, 200).map((m) => [m.row, m.name, m.prompt, m.predicted ?? "-", m.cached, m.prefilled, m.replayed, m.generated,
    m.queue_ms.toFixed(1), m.prefill_ms.toFixed(1), m.decode_ms.toFixed(1), element("span", { class: m.cause && !isExtra(m) ? "wrong" : "quiet", text: m.cause || "as predicted" })]);
  show("measured", element("h2", { text: `Measured on ${report.backend}: ${measured.length - wrong.length} of ${measured.length} calls cached what was predicted${extra ? `, ${extra} of them more` : ""}` }),
    element("div", { class: "scroll" }, table(["#row", "call", "#prompt", "#predicted", "#cached", "#prefilled", "#replayed", "#generated", "#queue ms", "#prefill ms", "#decode ms", "cause"], rows)));
}

function drawRows() {
  const given = (report.worlds || []).filter((world) => world.predicted != null || world.measured != null);
  const guessed = report.speculative?.measured ?? report.speculative?.predicted;
  const aside = guessed ? [element("p", { class: "quiet", text: `Of the compiled ones ${grouped(guessed)} are speculative: computed on idle slots, and nobody may need them.` })] : [];
  if (given.length) show("rows", element("p", { class: "quiet", text: `With ${many(report.rows, "row")} that ${report.rows === 1 ? "was" : "were"} given:` }), ...aside,
    table(["world", "#predicted", "#measured"], given.map((world) => [world.name, world.predicted == null ? "-" : grouped(world.predicted), world.measured == null ? "-" : grouped(world.measured)])));
  drawBatch();
  drawPrices();
}

function drawBatch() {
  const batch = report.batch;
  if (!batch || batch.as_laid_out == null) return;
  const of = (given, ordered) => `${grouped(ordered)} tokens instead of ${grouped(given)}`;
  document.getElementById("rows").append(element("p", { class: "quiet", text: `Ordered once for all rows: predicted to process ${of(batch.as_laid_out, batch.ordered)} with a cache that keeps everything, ${of(batch.one_as_given, batch.one_ordered)} with one that holds a single prompt.` }));
}

function drawPrices() {
  const priced = report.priced || [], one = report.one_run;
  if (!priced.length) return;
  const sizes = Object.entries(one?.assumed || {}).map(([name, size]) => `${name} = ${grouped(size)}`).join(", ");
  const basis = !one ? `for ${many(report.rows, "row")}` : sizes ? `for one run at a sample size: ${sizes}` : one.perhaps ? "for one run, all that may happen taken to happen" : "for one run, exactly: nothing depends on a value";
  show("prices", element("h2", { text: "What the input costs" }), element("p", { class: "quiet", text: `In units of an uncached input token, ${basis}.` }),
    ...(one ? [element("details", {}, element("summary", { text: "as a formula" }), element("span", { class: "quiet", text: "prompts " }), element("code", { text: one.prompt.text }), element("span", { class: "quiet", text: " of which cached " }), element("code", { text: one.cached.text }))] : []),
    element("div", { class: "scroll" }, table(["target", "#prompt", "#cached", "#written", "#cost", "#of stateless", "rules as of"],
      priced.map((each) => [each.title, grouped(each.prompt), grouped(each.cached), grouped(each.written), grouped(each.cost), `${each.prompt ? Math.round((100 * each.cost) / each.prompt) : 0} %`, each.date]))));
}

function drawPasses() {
  const remarks = report.remarks || [];
  const line = (remark) => element("li", {}, element("span", { text: `${placeOf(remark)} ${remark.action}: ${remark.what}${remark.tokens ? ` (${grouped(remark.tokens)} tokens)` : ""}` }),
    ...(remark.why ? [element("span", { class: "quiet", text: `, because ${remark.why}` })] : []));
  const all = report.passes || [], seen = new Set(), idle = [], shown = [];
  for (const pass of all) {
    const own = seen.has(pass.name) ? [] : remarks.filter((remark) => remark.pass_name === pass.name);
    seen.add(pass.name);
    const head = `${pass.changed ? `${pass.ops_before} → ${pass.ops_after} operations` : "unchanged"}, ${pass.milliseconds.toFixed(1)} ms`;
    if (own.length) shown.push(element("details", {}, element("summary", {}, element("code", { text: pass.name }), element("span", { class: "quiet", text: ` ${head}, ${many(own.length, "remark")}` })), element("ul", {}, ...own.map(line))));
    else idle.push(pass.name);
  }
  if (idle.length) shown.push(element("p", { class: "quiet", text: `Nothing to say: ${idle.join(", ")}.` }));
  show("passes", ...shown);
}

function drawHead() {
  const approximate = report.target.approximate ? ", every number is an estimate" : "";
  document.getElementById("title").textContent = report.entry;
  const subtitle = document.getElementById("subtitle");
  subtitle.textContent = `${report.source ? fileOf(report.source) : "a plan"} · for ${report.target.name} at -O${report.level}${approximate}`;
  subtitle.title = report.source;
  const lifetimes = LIFETIMES.filter((name) => report.nodes.some((node) => node.lifetime === name && node.kind !== "gen" && node.kind !== "select" && node.kind !== "join"));
  const sign = (name, words) => element("span", { class: "sign" }, element("b", { class: name }), element("span", { text: words }));
  show("legend", ...lifetimes.map((name) => element("span", { class: "swatch", style: `--swatch:var(--${name})` }, element("b", { text: name }), ` ${SAYS[name]}`)),
    element("span", { class: "swatch", style: "--swatch:var(--gen)" }, element("b", { text: "generated" }), " by the model"),
    ...(report.nodes.some((node) => !node.exact) ? [sign("striped", "striped: its length depends on the run")] : []),
    sign("triangle", "a call to the model"),
    ...(report.nodes.some((node) => node.warmed) ? [sign("underline", "underlined: sent ahead of the calls")] : []),
    ...(report.nodes.some((node) => node.warmed === "speculative") ? [sign("underline dashed", "dashed: on idle slots, nobody may need it")] : []));
  for (const warning of report.warnings || []) document.getElementById("lead").after(element("p", { class: "wrong", text: warning }));
}

function chooseTheme(name) { document.documentElement.dataset.theme = name; }

function refresh() { drawWorlds(); drawTree(); drawCalls(); }

chooseTheme(location.hash === "#dark" || (location.hash !== "#light" && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light");
document.getElementById("theme").addEventListener("click", () => chooseTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
drawHead();
drawControls();
chooseFirst();
refresh();
drawDetail();
drawWaves();
drawMeasured();
drawRows();
drawPasses();
