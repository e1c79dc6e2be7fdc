// The picture: the prefix tree, what is folded of it, what stands in the way, and the source.

const LANE = 40, LEAST = 5, MARK = 13, ROUND = 14, SIZES = 6, LANES = 24, KIDS = 12;
const widthOf = (id) => Math.max(320, document.getElementById(id).clientWidth - 2);

function children() {
  const below = new Map(report.nodes.map((node) => [node.id, []]));
  for (const node of report.nodes) if (node.parent >= 0) below.get(node.parent).push(node);
  return below;
}

function layout() {
  const below = children(), boxes = new Map(), more = [];
  let lane = 0;
  const place = (node, start) => {
    const tokens = Math.max(0, evaluate(node.tokens.formula, {}));
    const box = { node, start, tokens, top: lane, end: start + tokens };
    boxes.set(node.id, box);
    const kids = state.folded.has(node.id) ? [] : below.get(node.id).filter((kid) => subtreeMatters(kid, below));
    const few = kids.length > KIDS && !state.opened.has(node.id) ? kids.slice(0, KIDS - 2) : kids;
    for (const kid of few) place(kid, box.end);
    if (few.length < kids.length) more.push({ box, rest: kids.length - few.length, top: lane });
    if (!kids.length || few.length < kids.length) lane += 1;
    box.bottom = lane;
  };
  report.nodes.filter((node) => node.parent < 0).forEach((node) => place(node, 0));
  return { boxes: [...boxes.values()], more, lanes: lane, longest: Math.max(1, ...[...boxes.values()].map((box) => box.end)) };
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
  const { boxes, more, lanes, longest } = layout(), lane = lanes > LANES ? 24 : LANE, width = widthOf("tree");
  const drawn = boxes.filter((box) => box.tokens > 0 || box.node.kind === "join");
  const narrow = Math.max(0, ...boxes.map((box) => offsetOf(box.node) + (isAsked(box.node) ? MARK : 0) + (isLoop(box.node) ? ROUND : 0))) + LEAST;
  const scale = Math.max(0.02, (width - narrow - 4) / longest);
  const left = (box) => box.start * scale + offsetOf(box.node);
  const svg = element("svg:svg", { width, height: lanes * lane + 26, role: "img", "aria-label": "Prefix tree" }, hatch());
  for (const box of drawn) svg.append(block(box, left(box), Math.max(box.tokens * scale + LEAST - 1, LEAST - 1) + (isLoop(box.node) ? ROUND : 0), lane));
  for (const box of boxes) if (isAsked(box.node)) svg.append(mark(box, left(box) + box.tokens * scale + LEAST, lane));
  for (const each of more) svg.append(openMore(each, left(each.box) + each.box.tokens * scale + LEAST + 6, each.top * lane + Math.min(lane / 2 + 4, 18)));
  for (const id of inversions().flatMap((found) => found.nodes)) {
    const box = boxes.find((each) => each.node.id === id);
    if (box) svg.append(element("svg:line", { class: "break", x1: left(box) - 1, x2: left(box) - 1, y1: box.top * lane, y2: box.bottom * lane - 3 }));
  }
  svg.append(...axis(longest, scale, lanes * lane));
  show("tree", svg);
  drawBreaks();
}

const isLoop = (node) => node.kind === "join" && node.text !== "";
const isAsked = (node) => (node.families || []).length > 0;

// Stripes over what is as long as a value turns out to be.
const hatch = () => element("svg:defs", {}, element("svg:pattern", { id: "hatch", width: 7, height: 7, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
  element("svg:rect", { width: 2, height: 7, fill: "#fff", opacity: 0.13 })));

// Every block on the way adds a gap, and every call the room of its triangle.
const offsets = new Map();
function offsetOf(node) {
  if (!offsets.has(node.id)) {
    const above = byId.get(node.parent);
    offsets.set(node.id, above ? offsetOf(above) + LEAST + (isAsked(above) ? MARK : 0) + (isLoop(above) ? ROUND : 0) : 0);
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
  if ((node.factors || []).some((factor) => factor.kind === "loop")) group.append(element("svg:line", { class: "again", x1: x, x2: x + width, y1: y + 1.5, y2: y + 1.5 }));
  if (node.warmed) group.append(element("svg:line", { class: `ahead ${node.warmed}`, x1: x + 2, x2: x + width - 2, y1: y + height - 2, y2: y + height - 2 }));
  const most = Math.floor((width - 8) / 6.7), first = y + Math.min(height / 2 + 4, 15), label = shortened(labelOf(node), most);
  if (isLoop(node)) group.append(element("svg:text", { class: "loop", x: x + 3, y: first, text: "↻" }));
  else if (most >= 4 && label) group.append(element("svg:text", { x: x + 5, y: first, text: label }));
  const isAbout = node.tokens.number == null ? isGuessed(node.tokens.formula) : !node.exact, size = `${isAbout ? "~" : ""}${grouped(box.tokens)} tokens`;
  if (height >= 34 && most >= size.length && node.kind !== "join") group.append(element("svg:text", { class: "tokens", x: x + 5, y: first + 13, text: size }));
  if (state.folded.has(node.id)) group.append(element("svg:text", { class: "more", x: x + width + 6 + (isAsked(node) ? MARK : 0), y: first, text: `+${descendants(node, children()).length}`, onclick: (event) => { event.stopPropagation(); fold(node); } }));
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

const inversions = () => (report.inversions || []).map((each) => ({ ...each, value: evaluate(each.saved.formula) })).filter((each) => each.value >= 1).sort((a, b) => b.value - a.value);

function drawBreaks() {
  const found = inversions();
  if (!found.length) return show("breaks", element("p", { class: "quiet", text: "Nothing stands in the way: what stands behind a value would not be computed less often if it stood before it." }));
  show("breaks", element("p", {}, element("strong", { text: "What stands in the way (dashed red lines)" })), element("ul", { class: "breaks" },
    ...found.slice(0, 4).map((each) => { const behind = byId.get(each.behind), longest = byId.get(each.longest); return element("li", {},
      element("span", { text: `${many(each.tokens, "token")}${each.nodes.length > 1 ? ` in ${each.nodes.length} places` : ""} could be the same in more prompts, but stand behind ` }),
      element("code", { text: behind.text }), element("span", { text: ` (${SAYS[behind.lifetime]}), so they are computed with each of its values. Write ` }),
      element("q", { text: each.layout.split('" before ')[0].slice(1) }), element("span", { text: ` before ${behind.text}: that saves ${counted(each.saved.formula)} tokens over the rows. ` }), ...jump(longest)); }),
    ...(found.length > 4 ? [element("li", { class: "quiet", text: `and ${found.length - 4} more` })] : [])));
}

// --- folding ------------------------------------------------------------------------------------------

function descendants(node, below) {
  const found = [];
  for (const stack = [...below.get(node.id)]; stack.length; ) { const next = stack.pop(); found.push(next); stack.push(...below.get(next.id)); }
  return found;
}

// Of many branches of one place a few are shown, until the rest is asked for.
function openMore({ box, rest }, x, y) {
  const open = () => { state.opened.add(box.node.id); drawTree(); };
  return element("svg:g", { class: "node", tabindex: 0, role: "button", onclick: open, onkeydown: (event) => { if (event.key === "Enter") open(); } },
    element("svg:text", { class: "more", x, y, text: `+ ${many(rest, "more branch").replace("branchs", "branches")}` }));
}

// A large picture begins with its deepest branches folded, until it fits.
function foldLarge() {
  const below = children(), forks = report.nodes.filter((node) => below.get(node.id).filter((kid) => subtreeMatters(kid, below)).length > 1 && node.depth > 0);
  for (const node of forks.sort((a, b) => b.depth - a.depth)) {
    if (layout().lanes <= LANES) return;
    state.folded.add(node.id);
  }
}

function fold(node) {
  if (!state.folded.delete(node.id)) state.folded.add(node.id);
  drawTree();
  drawDetail();
}

function folding(node) {
  const behind = descendants(node, children()), asked = behind.reduce((sum, each) => sum + (each.families || []).length, 0);
  if (behind.length < 2) return [];
  const isFolded = state.folded.has(node.id);
  return [element("button", { type: "button", class: "fold", text: isFolded ? `unfold ${many(behind.length, "block")}` : `fold what follows (${many(behind.length, "block")}, ${many(asked, "call")})`, onclick: () => fold(node) })];
}

// --- the source ---------------------------------------------------------------------------------------

const lineId = (file, line) => `line-${Object.keys(sources).indexOf(file)}-${line}`;

// Where something stands: a link to its line where the page has the source, else its name.
function jump(thing) {
  const place = thing.place;
  if (!place) return [];
  if (!(place.file in sources)) return [element("span", { class: "quiet", text: placeOf(thing) })];
  return [element("a", { href: `#${lineId(place.file, place.line)}`, text: placeOf(thing), onclick: (event) => { event.preventDefault(); showLine(place); } })];
}

function showLine(place) {
  const line = document.getElementById(lineId(place.file, place.line));
  if (!line) return;
  line.closest("details").open = true;
  document.querySelectorAll(".line.chosen").forEach((each) => each.classList.remove("chosen"));
  line.classList.add("chosen");
  line.scrollIntoView({ block: "center", behavior: "smooth" });
}

function drawSources() {
  const files = Object.entries(sources);
  document.getElementById("sources-title").hidden = !files.length;
  show("sources", ...files.map(([file, text]) => element("details", { open: "" }, element("summary", {}, element("code", { text: fileOf(file) })),
    element("pre", { class: "source" }, ...text.split("\n").map((line, i) => element("span", { class: "line", id: lineId(file, i + 1) }, element("span", { class: "no", text: String(i + 1) }), `${line}\n`))))));
}

function whatIs(node) {
  if (isLoop(node)) return /^\d+$/.test(node.text) ? `a loop, ${many(Number(node.text), "round")}` : `a loop over ${node.text}, ${counted({ symbol: node.text })} rounds`;
  if (node.kind === "join") return "paths meet";
  if (node.kind === "gen" || node.kind === "select") return "written by the model";
  return `${node.kind === "insert" ? "a value" : "text"}, ${SAYS[node.lifetime]}`;
}

function drawDetail() {
  const node = byId.get(state.chosen);
  if (!node) return show("detail", element("span", { class: "quiet", text: "Click a block to read its text." }));
  const askers = calls.filter((call) => (node.families || []).includes(call.family)).map((call) => call.name);
  const what = whatIs(node);
  const ahead = node.warmed ? `sent ahead${node.warmed === "speculative" ? ", speculative: nobody may need it" : ""}` : "";
  const facts = [node.kind === "join" ? "" : node.tokens.number == null ? `${counted(node.tokens.formula)} tokens` : `${node.exact ? "" : "about "}${node.tokens.text} tokens`, what, node.uses ? `in ${counted(node.uses)} prompts of all rows, computed ${node.kind === "gen" || node.kind === "select" ? "by decoding" : `${counted(node.copies || 0)} times`}` : "",
    askers.length ? `asked here: ${askers.join(", ")}` : "", ahead, node.free ? "a batch may order it" : ""].filter(Boolean);
  const where = node.place ? [element("p", { class: "quiet" }, "in the source: ", ...jump(node))] : [];
  show("detail", element("div", { text: facts.join(" · ") }), element("pre", { text: node.text.replaceAll("\n", "⏎\n") || "(no text)" }), ...where,
    ...(node.place && written(node.place) ? [element("pre", { text: written(node.place) })] : []), ...folding(node));
}

// What stands in the source: the whole line, where the page has it.
function written(place) {
  const line = place.file in sources ? sources[place.file].split("\n")[place.line - 1] : "";
  return line.trim() || place.text;
}

// What is looked at first: what costs most, else the longest text.
function chooseFirst() {
  const worst = inversions()[0], texts = report.nodes.filter((node) => node.kind === "text");
  const longest = texts.reduce((most, node) => ((node.tokens.number || 0) > (most?.tokens.number || 0) ? node : most), null);
  state.chosen = worst ? worst.longest : longest ? longest.id : null;
}
