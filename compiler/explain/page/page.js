// The time line, the tables, and the start.

function drawWaves() {
  const byFamily = new Map(calls.map((call) => [call.family, call])), critical = new Set(report.critical_path || []);
  show("waves", ...report.waves.map((wave, w) => element("div", { class: "wave" }, element("div", { class: "quiet", text: `wave ${w}` }),
    ...wave.map((family) => byFamily.get(family)).filter(Boolean).map((call) => waveCall(call, critical.has(call.family))))));
}

function waveCall(call, isCritical) {
  const often = call.times && call.times !== "once" ? call.times : "", waves = report.waves.filter((wave) => wave.includes(call.family)).length;
  const facts = [often, call.samples > 1 ? `n=${call.samples}` : "", waves > 1 ? `over ${waves} waves` : ""].filter(Boolean).join(", ");
  return element("button", { type: "button", class: `asked${isCritical ? " critical" : ""}`, onclick: () => { state.chosen = call.node; drawTree(); drawDetail(); } },
    element("b", { text: call.name }), ...(facts ? [element("span", { text: facts })] : []));
}

// A text in which `words` are set as code.
const marked = (text) => text.split("`").map((part, i) => (i % 2 ? element("code", { text: part }) : part));

function table(headings, rows) {
  const cell = (name, content, i, numeric) => element(name, { class: numeric.has(i) ? "number" : "" }, content instanceof Node ? content : String(content));
  const numeric = new Set(headings.map((heading, i) => (heading.startsWith("#") ? i : -1)));
  return element("table", {}, element("thead", {}, element("tr", {}, ...headings.map((h, i) => cell("th", h.replace("#", ""), i, numeric)))),
    element("tbody", {}, ...rows.map((row) => element("tr", {}, ...row.map((content, i) => cell("td", content, i, numeric))))));
}

function drawCalls() {
  const cell = (count, call) => element("span", { title: count.text, text: count.number == null ? counted(count.formula, rounds(call)) : grouped(count.number) });
  const differ = calls.some((call) => call.endings.length > 1);
  const rows = calls.flatMap((call) => call.endings.map((ending, i) => [
    i ? "" : element("span", { class: "call" }, element("span", { text: call.name }), ...jump(call)), i ? "" : call.often === 0 ? `not by ${report.entry}` : call.times || "once", ...(differ ? [element("span", {}, ...marked(ending.when))] : []),
    cell(call.prompt, call), cell(ending.cached, call), cell(ending.prefilled, call)]));
  show("calls", table(["call", "how often", ...(differ ? ["when"] : []), "#prompt", "#found in the cache", "#computed"], rows));
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
    rowsTable(given));
  drawBatch();
  drawPrices();
}

function rowsTable(given) {
  const isMeasured = given.some((world) => world.measured != null), shown = (number) => (number == null ? "-" : grouped(number));
  return table(["world", "#predicted", ...(isMeasured ? ["#measured"] : [])], given.map((world) => [world.name, shown(world.predicted), ...(isMeasured ? [shown(world.measured)] : [])]));
}

function drawBatch() {
  const batch = report.batch;
  if (!batch || batch.as_laid_out == null) return;
  const of = (given, ordered) => `${grouped(ordered)} tokens instead of ${grouped(given)}`;
  const gains = batch.ordered < batch.as_laid_out || batch.one_ordered < batch.one_as_given;
  document.getElementById("rows").append(element("p", { class: "quiet", text: !gains ? "In any order these rows share as much: they run as they were given." : `Ordered once for all rows: predicted to process ${of(batch.as_laid_out, batch.ordered)} with a cache that keeps everything, ${of(batch.one_as_given, batch.one_ordered)} with one that holds a single prompt.` }));
}

function drawPrices() {
  const priced = report.priced || [], one = report.one_run;
  if (!priced.length) return;
  const sizes = Object.entries(one?.assumed || {}).map(([name, size]) => `${name} = ${grouped(size)}`).join(", ");
  const basis = !one ? `for ${many(report.rows, "row")}` : sizes ? `for one run at a sample size: ${sizes}` : one.perhaps ? "for one run, all that may happen taken to happen" : "for one run, exactly: nothing depends on a value";
  show("prices", element("h2", { text: "What the input costs" }), element("p", { class: "quiet", text: `In units of an uncached input token where a system has a price; who runs a system pays for what it computes: there, computed tokens. ${basis[0].toUpperCase()}${basis.slice(1)}.` }),
    ...(one ? [element("details", {}, element("summary", { text: "as a formula" }), element("span", { class: "quiet", text: "prompts " }), element("code", { text: one.prompt.text }), element("span", { class: "quiet", text: " of which cached " }), element("code", { text: one.cached.text }))] : []),
    element("div", { class: "scroll" }, table(["target", "#prompt", "#cached", "#written", "#cost", "in", "#of stateless", "rules as of"],
      priced.map((each) => [each.title, ...[each.prompt, each.cached, each.written, each.cost].map((number) => `${sizes && number ? "~" : ""}${grouped(number)}`), each.unit,
        `${sizes ? "~" : ""}${each.prompt ? Math.round((100 * each.cost) / each.prompt) : 0} %`, each.date]))));
}

function drawPasses() {
  const remarks = report.remarks || [];
  const line = (remark) => element("li", {}, element("span", {}, ...marked(`${placeOf(remark)} ${remark.action}: ${remark.what}${remark.tokens ? ` (${grouped(remark.tokens)} tokens)` : ""}`)),
    ...(remark.why ? [element("span", { class: "quiet" }, ...marked(`, because ${remark.why}`))] : []));
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
  document.getElementById("title").textContent = report.entry;
  const subtitle = document.getElementById("subtitle");
  subtitle.textContent = `${report.source ? fileOf(report.source) : "a plan"} · ${report.target.approximate ? "no model named: token counts are estimated" : `for ${report.target.name}`} · -O${report.level}`;
  subtitle.title = report.source;
  const lifetimes = LIFETIMES.filter((name) => report.nodes.some((node) => node.lifetime === name && node.kind !== "gen" && node.kind !== "select" && node.kind !== "join"));
  const sign = (name, words) => element("span", { class: "sign" }, element("b", { class: name }), element("span", { text: words }));
  show("legend", ...lifetimes.map((name) => element("span", { class: "swatch", style: `--swatch:var(--${name})` }, element("b", { text: name }), ` ${SAYS[name]}`)),
    element("span", { class: "swatch", style: "--swatch:var(--gen)" }, element("b", { text: "generated" }), " by the model"),
    ...(report.nodes.some((node) => !node.exact) ? [sign("striped", "striped: its length depends on the run")] : []),
    sign("triangle", "a call to the model"),
    ...(report.nodes.some(isLoop) ? [sign("overline", "dotted above: again in every round of the loop at ↻")] : []),
    ...(report.nodes.some((node) => node.warmed) ? [sign("underline", "underlined: sent ahead of the calls")] : []),
    ...(report.nodes.some((node) => node.warmed === "speculative") ? [sign("underline dashed", "dashed: on idle slots, nobody may need it")] : []));
  for (const warning of report.warnings || []) document.getElementById("lead").after(element("p", { class: "wrong" }, ...marked(warning)));
}

function chooseTheme(name) { document.documentElement.dataset.theme = name; }

function refresh() { drawWorlds(); drawTree(); drawDetail(); drawCalls(); }

let width = 0;
addEventListener("resize", () => { if (width !== innerWidth) { width = innerWidth; drawTree(); drawWorlds(); } });

chooseTheme(location.hash === "#dark" || (location.hash !== "#light" && matchMedia("(prefers-color-scheme: dark)").matches) ? "dark" : "light");
document.getElementById("theme").addEventListener("click", () => chooseTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"));
drawHead();
drawControls();
chooseFirst();
foldLarge();
drawSources();
refresh();
drawWaves();
drawMeasured();
drawRows();
drawPasses();
